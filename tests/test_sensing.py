import numpy as np
import pytest

from implicitreg import sensing
from implicitreg.optimize import descend
from implicitreg.parameterizations import factored_gradient
from implicitreg.sensing import SensingOperator, rectangular_gaussian, symmetric_gaussian


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(params=["few", "many", "rectangular"])
def operator(request, rng):
    return {
        "few": lambda: symmetric_gaussian(rng, 9, 6),
        "many": lambda: symmetric_gaussian(rng, 30, 6),
        "rectangular": lambda: rectangular_gaussian(rng, 9, (6, 4)),
    }[request.param]()


def test_packed_is_dense(rng):
    A = rng.standard_normal((7, 5, 5))
    operator, X = SensingOperator.from_matrices(A), rng.standard_normal((5, 5))
    X = X + X.T
    np.testing.assert_allclose(operator.forward(X), np.einsum("mij,ij->m", A, X), rtol=1e-12)
    dense = np.einsum("m,mij->ij", operator.forward(X), (A + A.mT) / 2)
    np.testing.assert_allclose(operator.adjoint(operator.forward(X)), dense, rtol=1e-12)


@pytest.mark.parametrize("small", [0, 2**15])
def test_the_gradient_is_the_same_by_coordinates_and_by_whole_matrices(
    operator, rng, monkeypatch, small
):
    monkeypatch.setattr(sensing, "_SMALL", small)
    X, y = rng.standard_normal((3, *operator.shape)), rng.standard_normal(operator.n_measurements)
    expected = operator.adjoint(operator.forward(X) - y)
    np.testing.assert_allclose(operator.gradient(y)(X), expected, rtol=1e-12, atol=1e-12)


def test_rows_advance_as_if_alone(rng):
    operator = symmetric_gaussian(rng, 20, 6)
    slope = operator.gradient(operator.forward(np.eye(6)))
    U = rng.standard_normal((4, 6, 6)) / 3

    def run(start):
        gradient = lambda U: factored_gradient(U, slope)  # noqa: E731
        return descend(gradient, start, step=0.05, n_steps=50).x

    alone = np.concatenate([run(u[None]) for u in U])
    np.testing.assert_allclose(run(U), alone, rtol=0, atol=1e-12)


def test_gaussian_measurements_keep_the_norm_on_average(rng):
    low, high = symmetric_gaussian(rng, 200_000, 3).isometry_bounds()
    assert 0.98 < low < 1 < high < 1.02
    low, high = rectangular_gaussian(rng, 200_000, (3, 2)).isometry_bounds()
    assert 0.98 < low < 1 < high < 1.02


def test_the_matrices_have_the_book_s_distribution(rng):
    A = symmetric_gaussian(rng, 100_000, 2)
    A = A.matrix(A.rows) * A.n_measurements**0.5
    np.testing.assert_allclose(A[:, 0, 0].std(), 1, atol=0.01)
    np.testing.assert_allclose(A[:, 0, 1].std(), 0.5**0.5, atol=0.01)


@pytest.mark.parametrize("m, n", [(0, 3), (3, 0)])
def test_sizes_are_checked(rng, m, n):
    with pytest.raises(ValueError, match="must be >= 1"):
        symmetric_gaussian(rng, m, n)


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="symmetric matrices are square"):
        SensingOperator(np.zeros((2, 6)), (2, 3))
    with pytest.raises(ValueError, match=r"must be \(m, 3\)"):
        SensingOperator(np.zeros((2, 4)), (2, 2))
