import numpy as np
import pytest

from implicitreg.mirror import dual_newton, entropic_projection, exponential, hyperbolic, power
from implicitreg.optimize import gradient_flow


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((4, 12)) / 2
    return A, A @ rng.exponential(size=12)


@pytest.mark.parametrize("alpha", [10.0, 1.0, 1e-3, 1e-16])
def test_the_projection_fits_and_has_the_form_of_the_flow(problem, alpha):
    A, y = problem
    result = entropic_projection(A, y, alpha)
    assert result.status == "converged"
    np.testing.assert_allclose(A @ result.x, y, rtol=1e-8)
    np.testing.assert_allclose(result.x, alpha * np.exp(result.nu @ A), rtol=1e-12)


def test_the_projection_is_the_limit_of_the_flow(problem):
    A, y = problem
    gradient = lambda u: 2 * u * ((A @ u**2 - y) @ A)  # noqa: E731
    flow = gradient_flow(gradient, np.full((1, 12), 0.1**0.5), [0, 1e3], rtol=1e-10)
    np.testing.assert_allclose(flow.x[0] ** 2, entropic_projection(A, y, 0.1).x, rtol=1e-6)


def test_no_interpolator_has_less_entropy(problem):
    A, y = problem
    x = entropic_projection(A, y, 0.1).x
    entropy = lambda x: np.sum(x * np.log(x / 0.1) - x)  # noqa: E731
    kernel = np.linalg.svd(A)[2][4:]
    for direction in [*kernel, *-kernel]:
        assert entropy(x + 1e-3 * x.min() * direction) > entropy(x)


def test_an_odd_link_gives_signed_solutions(problem):
    A, _ = problem
    y = A @ np.r_[-1.0, np.zeros(10), 2.0]
    result = dual_newton(A, y, lambda g: (np.cosh(g), np.sinh(g), np.cosh(g)))
    np.testing.assert_allclose(A @ result.x, y, rtol=1e-8)
    np.testing.assert_allclose(np.arcsinh(result.x), result.nu @ A, rtol=1e-10)


def test_an_identity_link_gives_the_least_norm(problem):
    A, y = problem
    result = dual_newton(A, y, lambda g: (g**2 / 2, g, np.ones_like(g)))
    np.testing.assert_allclose(result.x, np.linalg.pinv(A) @ y, rtol=1e-8)
    assert result.iterations <= 3


def test_a_network_with_a_linear_part_ends_at_its_dual_point(problem):
    A, _ = problem
    y, linear = A @ np.r_[-1.0, np.zeros(10), 2.0], 0.5

    def gradient(x):
        w, u, v = x.reshape(3, -1)
        r = (A @ (w**2 - u**2 + linear * v) - y) @ A
        return np.r_[2 * w * r, -2 * u * r, linear * r]

    flow = gradient_flow(gradient, np.r_[np.full(24, 0.1), np.zeros(12)][None], [0, 300])
    w, u, v = flow.x[0].reshape(3, -1)
    x = dual_newton(A, y, hyperbolic(0.1, linear)).x
    np.testing.assert_allclose(w**2 - u**2 + linear * v, x, atol=1e-6)


@pytest.mark.parametrize("depth", [3, 4])
def test_the_power_link_is_the_limit_of_a_deeper_flow(problem, depth):
    A, y = problem
    gradient = lambda u: depth * u ** (depth - 1) * ((A @ u**depth - y) @ A)  # noqa: E731
    flow = gradient_flow(gradient, np.full((1, 12), 0.5), [0, 1e4], rtol=1e-10)
    limit = dual_newton(A, y, power(0.5**depth, depth))
    np.testing.assert_allclose(flow.x[0] ** depth, limit.x, rtol=1e-5)


def test_the_power_link_starts_at_alpha_and_ends_at_its_wall():
    assert power(0.125, 3)(np.zeros(1))[1] == pytest.approx(0.125)
    assert np.isinf(power(0.125, 3)(np.array([2.0, 3.0]))).all()


def test_depth_two_has_no_power_link():
    with pytest.raises(ValueError, match="depth = 2: must be >= 3"):
        power(1.0, 2)


def test_an_unfinished_solve_says_so(problem):
    A, y = problem
    result = dual_newton(A, y, exponential(1e-3), max_iterations=1)
    assert result.status == "budget" and result.residual > 1e-10


def test_bad_input_is_named(problem):
    A, y = problem
    with pytest.raises(ValueError, match="alpha = 0"):
        entropic_projection(A, y, 0)
    with pytest.raises(ValueError, match="y not 0"):
        dual_newton(A, 0 * y, exponential(1.0))
    with pytest.raises(ValueError, match=r"y of shape \(3,\)"):
        dual_newton(A, y[:3], exponential(1.0))
