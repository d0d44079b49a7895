"""The pair of factors: blocks, and the law that keeps their imbalance."""

import numpy as np
import pytest

from implicitreg.factor_pair import FactorPair
from implicitreg.optimize import descend
from implicitreg.rules import heavy_ball

N1, N2, K, STEP = 4, 3, 5, 0.05
pair = FactorPair(N1)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def z(rng):
    return rng.standard_normal((2, N1 + N2, K))


@pytest.fixture
def target(rng):
    return rng.standard_normal((N1, N2))


def descent_path(z, target, **options):
    run = descend(pair.gradient(lambda P: P - target), z, step=STEP, n_steps=20,
                  observe={"z": lambda z: z}, schedule=range(21), **options)
    return run.trajectory["z"]


def law_residual(path):
    return np.abs(np.diff(pair.imbalance(path), axis=0) - pair.imbalance(np.diff(path, axis=0)))


def test_blocks_and_product(z):
    V, W = pair.split(z)
    assert V.shape == (2, N1, K) and W.shape == (2, N2, K)
    np.testing.assert_allclose(pair.product(z)[1], V[1] @ W[1].T)


def test_the_law_holds_for_gradient_steps_and_not_with_momentum(z, target):
    assert law_residual(descent_path(z, target)).max() < 1e-13
    assert law_residual(descent_path(z, target, rule=heavy_ball(0.5))).max() > 1e-3


def test_coupled_parts_grow_and_decoupled_parts_shrink(rng):
    U, R = (np.linalg.qr(rng.standard_normal((n, 2)))[0] for n in (N1, N2))
    z = 1e-9 * rng.standard_normal((N1 + N2, K))
    later = z - STEP * pair.gradient(lambda P: P - 3 * U @ R.T)(z)
    grown = np.divide(pair.coupling(later, U, R), pair.coupling(z, U, R))
    np.testing.assert_allclose(grown, [1 + 3 * STEP, 1 - 3 * STEP], rtol=1e-12)


def test_a_pair_without_left_factor_is_refused():
    with pytest.raises(ValueError, match="n1 = 0: must be >= 1"):
        FactorPair(0)
