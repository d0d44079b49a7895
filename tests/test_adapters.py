"""Low-rank adapters: nothing changes at B = 0, starts of equal norm, refusals."""

import numpy as np
import pytest

from implicitreg.adapters import Adapters, nystrom_rows, orthogonal_rows, uniform_rows
from implicitreg.networks import Network

NETWORK = Network([6, 5, 4, 3])
STARTS = [uniform_rows, nystrom_rows, orthogonal_rows]


def rngs(rows=2):
    return [np.random.default_rng(20 + i) for i in range(rows)]


@pytest.fixture
def adapters():
    return Adapters(NETWORK, NETWORK.start(rngs()), rank=2)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.standard_normal((2, 8, 6)), rng.integers(3, size=(2, 8))


@pytest.mark.parametrize("rows", STARTS)
def test_start_leaves_the_network_as_it_is(adapters, rows):
    x = adapters.start(rows, rngs(), norm=0.7)
    assert (adapters.adapted(x) == adapters.frozen).all()
    for B, A in adapters.factors(x):
        assert not B.any()
        assert np.linalg.norm(A, axis=(1, 2)) == pytest.approx(0.7 * 2**0.5)


def test_adapted_adds_products_and_keeps_biases(adapters):
    x = np.random.default_rng(1).standard_normal((2, adapters.size))
    frozen = adapters.frozen.copy()
    after, before = map(NETWORK.layers, (adapters.adapted(x), frozen))
    for (W, b), (W0, b0), (B, A) in zip(after, before, adapters.factors(x), strict=True):
        assert W - W0 == pytest.approx(B @ A) and (b == b0).all()
    assert (adapters.frozen == frozen).all()


def test_at_the_start_only_B_moves(adapters, data):
    x = adapters.start(nystrom_rows, rngs())
    for B, A in adapters.factors(adapters.gradient(x, *data)):
        assert B.any() and not A.any()


def test_nystrom_rows_lie_in_the_row_space():
    weight = np.outer([1.0, 2.0, 3.0], [1.0, 0.0, -1.0, 0.0])
    rows = nystrom_rows(weight, 2, np.random.default_rng(0))
    assert rows.shape == (2, 4) and rows[:, [1, 3]] == pytest.approx(0)


def test_orthogonal_rows_have_the_singular_values_of_nystrom_rows():
    weight = np.random.default_rng(0).standard_normal((5, 7))
    ours, theirs = (f(weight, 3, np.random.default_rng(1)) for f in (orthogonal_rows, nystrom_rows))
    assert np.linalg.svdvals(ours) == pytest.approx(np.linalg.svdvals(theirs))
    assert not np.allclose(ours, theirs)


def test_refusals(adapters):
    with pytest.raises(ValueError, match="rank = 0"):
        Adapters(NETWORK, adapters.frozen, 0)
    with pytest.raises(ValueError, match="norm = 0"):
        adapters.start(uniform_rows, rngs(), norm=0)
    with pytest.raises(ValueError, match="2 networks, 1 streams"):
        adapters.start(uniform_rows, rngs(1))
    with pytest.raises(ValueError, match="adapters have shape"):
        adapters.adapted(np.zeros((2, 3)))
