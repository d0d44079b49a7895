"""Nystrom starts: the error identity, one step in the asymmetric problem, the halving residue."""

import numpy as np
import pytest

from implicitreg.nystrom import error_after_step, nystrom_start, partner
from implicitreg.optimize import descend
from implicitreg.rules import scaled_gd

N, RANK = 30, 4


def rngs(rows=3, first=0):
    return [np.random.default_rng(first + i) for i in range(rows)]


@pytest.fixture
def problem():
    """Orthonormal bases Q, the spectrum, and A = Q diag Q^T, one a row."""
    Q = np.stack([np.linalg.qr(rng.standard_normal((N, RANK)))[0] for rng in rngs()])
    spectrum = np.geomspace(1, 0.1, RANK)
    return Q, spectrum, Q * spectrum @ Q.mT


def scaled(A):
    return lambda X: X - partner(A, X)


def test_partner_solves_the_least_squares_problem():
    rng = np.random.default_rng(0)
    A, X = rng.standard_normal((7, 9)), rng.standard_normal((7, 3))
    assert partner(A, X) == pytest.approx(np.linalg.lstsq(X, A)[0].T)


def test_one_product_is_the_scaled_gradient_step(problem):
    _, _, A = problem
    noise = 0.1 * np.random.default_rng(1).standard_normal((3, N, RANK))
    X = nystrom_start(A, RANK, rngs(first=9)) + noise
    paper = scaled_gd(X, X, lambda X: (X @ X.mT - A) @ X, 0.3)
    assert X - 0.3 * scaled(A)(X) == pytest.approx(paper, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("step", [0.5, 0.3])
def test_error_identity_along_the_path(problem, step):
    Q, spectrum, A = problem
    X = nystrom_start(A, RANK, rngs(first=9))
    for _ in range(12):
        new = X - step * scaled(A)(X)
        B, B_new = (Q.mT @ Z @ Z.mT @ Q for Z in (X, new))
        right = error_after_step(B - np.diag(spectrum), B, step)
        size = max(np.linalg.norm(B), np.linalg.norm(B_new))
        assert np.linalg.norm(B_new - np.diag(spectrum) - right) < 1e-9 * size
        X = new


def test_nystrom_stays_in_the_range_and_others_halve(problem):
    Q, _, A = problem
    noise = 1e-3 * np.random.default_rng(2).standard_normal((3, N, RANK))
    start = nystrom_start(A, RANK, rngs(first=9))
    outside = {"outside": lambda X: np.linalg.norm(X - Q @ (Q.mT @ X), axis=(1, 2))}
    steps = dict(step=0.5, n_steps=8, observe=outside, schedule=range(9))
    assert descend(scaled(A), start, **steps).trajectory["outside"].max() < 1e-11
    residue = descend(scaled(A), start + noise, **steps).trajectory["outside"]
    assert residue[1:] / residue[:-1] == pytest.approx(0.5, abs=1e-9)


def test_half_step_converges_quadratically_and_others_linearly(problem):
    _, _, A = problem
    start = nystrom_start(A, RANK, rngs(first=9))
    error = lambda X: np.linalg.norm(X @ X.mT - A, axis=(1, 2))  # noqa: E731
    until = lambda X: error(X) < 1e-12  # noqa: E731
    quadratic = descend(scaled(A), start, step=0.5, n_steps=60, until=until)
    linear = descend(scaled(A), start, step=0.3, n_steps=60, until=until)
    assert (quadratic.status == "converged").all()
    assert (linear.steps > quadratic.steps + 10).all()


@pytest.mark.parametrize("rank", [RANK, 2 * RANK])
def test_one_step_is_exact_from_a_nystrom_start_only(rank):
    rng = np.random.default_rng(3)
    A = rng.standard_normal((2, 20, RANK)) @ rng.standard_normal((2, RANK, 15))
    error = lambda X: np.linalg.norm(X @ partner(A, X).mT - A) / np.linalg.norm(A)  # noqa: E731
    assert error(nystrom_start(A, rank, rngs(2))) < 1e-11
    assert error(rng.standard_normal((2, 20, rank))) > 0.3


def test_scale_multiplies_the_start(problem):
    _, _, A = problem
    one, ten = (nystrom_start(A, 2, rngs(), scale) for scale in (1.0, 10.0))
    assert ten == pytest.approx(10 * one)


def test_refusals(problem):
    _, _, A = problem
    with pytest.raises(ValueError, match="rank = 0"):
        nystrom_start(A, 0, rngs())
    with pytest.raises(ValueError, match="scale = 0"):
        nystrom_start(A, 2, rngs(), 0)
    with pytest.raises(ValueError, match="3 matrices, 2 streams"):
        nystrom_start(A, 2, rngs(2))
