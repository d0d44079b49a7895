"""Completion of least nuclear norm, against closed forms and another solver."""

import numpy as np
import pytest
from scipy.optimize import minimize

from implicitreg.convex import min_nuclear_norm
from implicitreg.metrics import nuclear_norm
from implicitreg.operators import EntrySampling, uniform_entries


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def low_rank_problem(rng, n=15, rank=2, m=130):
    truth = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, n))
    sampling = uniform_entries(rng, (n, n), m)
    return truth, sampling, sampling.forward(truth)


def test_two_by_two_has_value_two_at_the_empty_corner():
    sampling = EntrySampling([[0, 1], [1, 1]])
    result = min_nuclear_norm(sampling, np.array([[0.0, 1.0], [1.0, 0.0]]), tol=1e-8)
    assert result.status == "converged"
    assert result.value == pytest.approx(2, rel=1e-7)
    np.testing.assert_allclose(result.solution, [[0, 1], [1, 0]], atol=1e-3)


def test_missing_entry_of_a_matrix_of_ones_is_completed():
    sampling = EntrySampling([[0, 1, 1], [1, 1, 1]])
    result = min_nuclear_norm(sampling, sampling.mask, tol=1e-9)
    np.testing.assert_allclose(result.solution, np.ones((2, 3)), atol=1e-4)
    assert result.value == pytest.approx(6**0.5, rel=1e-8)


def test_a_full_mask_returns_the_matrix(rng):
    y = rng.standard_normal((4, 6))
    result = min_nuclear_norm(EntrySampling(np.ones((4, 6))), y)
    np.testing.assert_allclose(result.solution, y, atol=1e-12)


def test_value_is_that_of_factored_descent(rng):
    r"""Reference: $\|X\|_*=\min_{UV^\top=X}(\|U\|^2+\|V\|^2)/2$, by a penalty and SciPy."""
    _, sampling, y = low_rank_problem(rng, n=6, m=20)
    penalty = 1e6

    def objective(z):
        U, V = z.reshape(2, 6, 6)
        r = sampling.forward(U @ V.T) - y
        gradient = np.stack([U + penalty * r @ V, V + penalty * r.T @ U])
        return np.sum(z**2) / 2 + penalty * np.sum(r**2) / 2, gradient.ravel()

    z = rng.standard_normal(72)
    options = {"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-15, "gtol": 1e-8}
    reference = minimize(objective, z, jac=True, method="L-BFGS-B", options=options)
    result = min_nuclear_norm(sampling, y, tol=1e-7)
    assert reference.fun == pytest.approx(result.value, rel=1e-4)


def test_few_missing_entries_of_low_rank_are_recovered(rng):
    truth, sampling, y = low_rank_problem(rng, m=190)
    result = min_nuclear_norm(sampling, y, tol=1e-7)
    np.testing.assert_allclose(result.solution, truth, atol=1e-3)
    assert result.feasibility < 1e-15


@pytest.mark.parametrize("budget", [3, 10, 40, 120])
def test_certificate_bounds_the_true_gap(rng, budget):
    _, sampling, y = low_rank_problem(rng)
    optimum = min_nuclear_norm(sampling, y, tol=1e-9).value
    early = min_nuclear_norm(sampling, y, tol=1e-12, max_iterations=budget)
    assert (early.status, early.iterations) == ("budget", budget)
    assert early.value * (1 - early.gap) <= optimum * (1 + 1e-9)
    assert optimum <= early.value * (1 + 1e-9)
    assert early.value == pytest.approx(nuclear_norm(early.solution), rel=1e-12)


def test_no_other_completion_is_below_the_bound(rng):
    truth, sampling, y = low_rank_problem(rng)
    result = min_nuclear_norm(sampling, y, tol=1e-4)
    bound = result.value * (1 - result.gap)
    for size in (0.01, 0.1, 1.0):
        noise = size * rng.standard_normal((50, 15, 15))
        others = truth + noise - sampling.forward(noise)
        assert (nuclear_norm(others) >= bound).all()


def test_the_threshold_sets_the_speed_not_the_solution(rng):
    _, sampling, y = low_rank_problem(rng)
    runs = [min_nuclear_norm(sampling, y, tol=1e-8, threshold=t) for t in (0.05, 0.1, 0.5)]
    assert len({run.iterations for run in runs}) > 1
    for run in runs[1:]:
        assert run.value == pytest.approx(runs[0].value, rel=1e-7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tol": 0.0}, "tol = 0.0: must be > 0"),
        ({"max_iterations": 0}, "max_iterations = 0: must be > 0"),
        ({"threshold": -1.0}, "threshold = -1.0: must be > 0"),
        ({"y": np.ones((2, 2))}, "y: must be 0 off the observed entries"),
        ({"y": np.zeros((2, 2))}, "not 0 on all of them"),
        ({"y": np.ones((3, 3))}, r"y.shape = \(3, 3\): must be that of the mask, \(2, 2\)"),
    ],
)
def test_bad_arguments_are_refused(change, message):
    sampling = EntrySampling([[0, 1], [1, 1]])
    arguments = {"y": np.array([[0.0, 1.0], [1.0, 0.0]])} | change
    with pytest.raises(ValueError, match=message):
        min_nuclear_norm(sampling, **arguments)
