import numpy as np
import pytest
from scipy.optimize import linprog

from implicitreg.basis_pursuit import basis_pursuit
from implicitreg.mirror import entropic_projection


@pytest.fixture
def A():
    return np.random.default_rng(0).standard_normal((10, 30))


def test_a_sparse_vector_is_recovered(A):
    x = np.zeros(30)
    x[[3, 17]] = 1, -2
    result = basis_pursuit(A, A @ x)
    np.testing.assert_allclose(result.solution, x, atol=1e-10)
    assert result.status == "converged" and abs(result.gap) < 1e-10


def test_noise_is_fitted_with_m_entries_and_certified(A):
    result = basis_pursuit(A, np.random.default_rng(1).standard_normal(10))
    assert np.sum(np.abs(result.solution) > 1e-9) == 10
    assert abs(result.gap) < 1e-10 and result.feasibility < 1e-10


def linear_program(A, y, nonnegative):
    split = A if nonnegative else np.hstack([A, -A])
    return linprog(np.ones(split.shape[1]), A_eq=split, b_eq=y)


@pytest.mark.parametrize("nonnegative", [False, True])
@pytest.mark.parametrize("m, n", [(1, 5), (8, 8), (10, 30), (20, 200)])
def test_it_agrees_with_a_linear_program(m, n, nonnegative):
    rng = np.random.default_rng(m)
    A = rng.standard_normal((m, n))
    for y in (A @ rng.exponential(size=n), A @ (rng.random(n) < 0.1) + A[:, 0]):
        result = basis_pursuit(A, y, nonnegative=nonnegative)
        assert result.status == "converged" and result.feasibility < 1e-12
        assert result.value == pytest.approx(linear_program(A, y, nonnegative).fun, rel=1e-10)


@pytest.mark.parametrize("nonnegative", [False, True])
def test_ties_and_dependent_columns_do_no_harm(nonnegative):
    rng = np.random.default_rng(3)
    for _ in range(50):
        A = rng.integers(-1, 2, (5, 16)).astype(float)
        y = A @ rng.integers(0, 3, 16)
        if y.any():
            result = basis_pursuit(A, y, nonnegative=nonnegative)
            assert result.status == "converged"
            assert result.value == pytest.approx(linear_program(A, y, nonnegative).fun, rel=1e-9)


def test_variables_leave_the_support_on_the_way(A):
    result = basis_pursuit(A, np.random.default_rng(1).standard_normal(10))
    assert result.iterations > 10 == np.count_nonzero(result.solution)


def test_an_unfinished_path_says_so_and_stays_a_bound(A):
    y = np.random.default_rng(1).standard_normal(10)
    least = basis_pursuit(A, y).value
    for steps in (1, 2, 5):
        result = basis_pursuit(A, y, max_iterations=steps)
        assert result.status == "budget" and result.iterations == steps
        assert result.feasibility > 0.01 and result.value * (1 - result.gap) <= least


def test_nonnegative_is_the_limit_of_entropic_projections(A):
    y = A @ np.random.default_rng(2).exponential(size=30)
    least = basis_pursuit(A, y, nonnegative=True)
    norms = [entropic_projection(A, y, alpha).x.sum() for alpha in (1e-2, 1e-4, 1e-8)]
    assert (least.solution >= 0).all()
    assert norms[0] > norms[1] > norms[2] > least.value * (1 - 1e-12)
    assert norms[2] < 1.05 * least.value


def test_bad_input_is_named(A):
    with pytest.raises(ValueError, match="y not 0"):
        basis_pursuit(A, np.zeros(10))
    with pytest.raises(ValueError, match="found no solution"):
        basis_pursuit(np.ones((1, 3)), np.array([-1.0]), nonnegative=True)


@pytest.mark.parametrize("seed", [0, 3365, 4362])
def test_no_column_enters_where_m_of_them_fit_the_data(seed):
    rng = np.random.default_rng(seed)
    m = rng.integers(2, 12)
    n = m + rng.integers(1, 2 * m)
    apart = 10.0 ** -rng.integers(3, 9)
    A = rng.standard_normal((m, n))
    A[:, 1::2] = A[:, :-1:2][:, :n // 2] + apart * A[:, 1::2]  # pairs of nearly equal columns
    result = basis_pursuit(A, rng.standard_normal(m))
    assert result.status == "converged" and result.gap < 1e-8
