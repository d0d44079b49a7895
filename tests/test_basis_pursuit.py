import numpy as np
import pytest

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
