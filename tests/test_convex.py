"""Least nuclear norm and least trace, against closed forms and other solvers."""

import numpy as np
import pytest
from scipy.optimize import minimize

from implicitreg.basis_pursuit import basis_pursuit
from implicitreg.convex import min_nuclear_norm, min_trace
from implicitreg.metrics import nuclear_norm
from implicitreg.operators import EntrySampling, uniform_entries
from implicitreg.sensing import SensingOperator, rectangular_gaussian, symmetric_gaussian
from implicitreg.trials import independent_trials


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


def gram_matrix(rng, n=12, rank=2):
    factor = rng.standard_normal((n, rank))
    return factor @ factor.T


@pytest.mark.parametrize("R", [2.0, 5.0])
def test_three_entries_of_four_by_four_cost_four_times_the_largest(R):
    A = np.zeros((3, 4, 4))
    A[[0, 1, 2], [0, 0, 1], [2, 3, 2]] = 1
    result = min_trace(SensingOperator.from_matrices(A), np.array([1, R, R]))
    assert result.status == "converged"
    assert result.value == pytest.approx(4 * R, rel=1e-7)
    first = np.array([R, 1, 1, R])
    expected = np.stack([first, first[[1, 0, 3, 2]], first[[1, 0, 3, 2]], first])
    np.testing.assert_allclose(result.solution, expected, atol=1e-5)


def test_commuting_measurements_make_it_a_linear_program(rng):
    Q, B = np.linalg.qr(rng.standard_normal((8, 8)))[0], rng.standard_normal((3, 8))
    operator = SensingOperator.from_matrices((Q * B[:, None, :]) @ Q.T)
    y = B @ rng.exponential(size=8)
    program = basis_pursuit(B, y, nonnegative=True)
    assert min_trace(operator, y).value == pytest.approx(program.value, rel=1e-7)


def test_enough_measurements_recover_a_matrix_of_low_rank(rng):
    truth, operator = gram_matrix(rng), symmetric_gaussian(rng, 70, 12)
    result = min_trace(operator, operator.forward(truth))
    np.testing.assert_allclose(result.solution, truth, atol=1e-5)
    assert np.linalg.eigvalsh(result.solution)[0] > -1e-12


@pytest.mark.parametrize("budget", [10, 40])
def test_the_dual_value_stays_below_the_least_trace(rng, budget):
    operator = symmetric_gaussian(rng, 20, 12)
    y = operator.forward(gram_matrix(rng))
    optimum = min_trace(operator, y, tol=1e-9).value
    early = min_trace(operator, y, tol=1e-12, max_iterations=budget)
    assert (early.status, early.iterations) == ("budget", budget)
    assert early.value * (1 - early.gap) <= optimum * (1 + 1e-9)


def test_without_a_semidefinite_fit_it_does_not_converge():
    operator = SensingOperator.from_matrices(np.eye(2)[None])
    result = min_trace(operator, np.array([-1.0]), max_iterations=200)
    assert result.status == "budget"
    assert result.feasibility > 0.1


def test_least_trace_refuses_bad_arguments(rng):
    operator = symmetric_gaussian(rng, 3, 2)
    with pytest.raises(ValueError, match=r"y of shape \(2,\): must be \(3,\), not 0"):
        min_trace(operator, np.ones(2))
    with pytest.raises(ValueError, match="not 0"):
        min_trace(operator, np.zeros(3))
    with pytest.raises(ValueError, match="tol = 0.0: must be > 0"):
        min_trace(operator, np.ones(3), tol=0.0)
    with pytest.raises(ValueError, match="must measure symmetric matrices"):
        min_trace(rectangular_gaussian(rng, 3, (2, 2)), np.ones(3))


def test_a_slow_problem_of_least_trace_is_solved():
    """Trial 2 of seed 2024: it took more than 20,000 iterations at a smaller threshold."""
    trial, n, m = independent_trials(2024, 10)[2], 30, 15
    V = trial.rng("truth").standard_normal((n, 2))
    operator = symmetric_gaussian(trial.rng("measurements", m), m, n)
    result = min_trace(operator, operator.forward(V @ V.T / np.linalg.norm(V, 2) ** 2))
    assert result.status == "converged" and result.iterations < 10_000


def test_a_measurement_given_twice_changes_nothing(rng):
    operator = symmetric_gaussian(rng, 12, 6)
    y = operator.forward(np.eye(6))
    twice = SensingOperator(np.concatenate([operator.rows, operator.rows]), operator.shape)
    once, again = min_trace(operator, y), min_trace(twice, np.concatenate([y, y]))
    assert again.status == "converged"
    assert again.value == pytest.approx(once.value, rel=1e-7)
