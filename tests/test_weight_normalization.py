"""Weight normalization: its sphere, its effective start, and its limit against the flow."""

import numpy as np
import pytest

from implicitreg.mirror import entropic_projection
from implicitreg.optimize import descend, gradient_flow
from implicitreg.weight_normalization import (
    cartesian,
    effective_scale,
    normalized_limit,
    polar,
    weight_normalization,
)

N = 12


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((4, N)) / 2
    return A, A @ rng.exponential(size=N)


def plain_gradient(x, A, y):
    return 2 * x * ((x**2 @ A.T - y) @ A)


def flow_gradient(state, A, y, ratio):
    """Minus the velocity of (r, u); the rule's limit of small steps, written out by hand."""
    r, u = state[0], state[1:]
    g = plain_gradient(r * u, A, y)
    return np.r_[u @ g, ratio * r * (g - (u @ g) * u)]


def test_a_long_step_stays_on_the_sphere(problem):
    run = descend(lambda x: plain_gradient(x, *problem), polar(np.full((1, N), 0.1)), step=0.02,
                  n_steps=50, rule=weight_normalization(2.0))
    assert np.linalg.norm(run.x[0, 1:]) == pytest.approx(1, rel=1e-14)


def test_the_effective_scale_is_the_start_at_the_start_and_falls_as_the_radius_grows():
    assert effective_scale(0.3, 5.0, 16, 0.3 * 4) == pytest.approx(0.3)
    radius = 2.0
    expected = 0.3 * radius / 1.2 * np.exp(-2.5 * (radius**2 - 1.44))
    assert effective_scale(0.3, 5.0, 16, radius) == pytest.approx(expected)


# a gain, a loss, and a start longer than the data
@pytest.mark.parametrize(("alpha", "ratio"), [(0.3, 2.0), (0.1, 0.05), (2.0, 1.0)])
def test_the_limit_is_that_of_the_flow(problem, alpha, ratio):
    A, y = problem
    flow = gradient_flow(lambda state: flow_gradient(state, A, y, ratio),
                         polar(np.full((1, N), alpha)), [0, 2e3], rtol=1e-10)
    limit = normalized_limit(A, y, alpha, ratio)
    assert limit.status == "converged"
    np.testing.assert_allclose(cartesian(flow.x)[0] ** 2, limit.x, rtol=1e-5)
    scale = effective_scale(alpha, ratio, N, limit.x.sum() ** 0.5)
    np.testing.assert_allclose(entropic_projection(A, y, scale**2).x, limit.x, rtol=1e-6)


@pytest.mark.parametrize("ratio", [1e-3, 1.0, 30.0])
def test_the_limit_is_a_softmax_times_its_norm(problem, ratio):
    """The stationarity of its potential: log(w / |w|) + c |w| is in the row space, up to a
    constant that the start sets."""
    A, y = problem
    limit = normalized_limit(A, y, 0.05, ratio)
    S, rows = limit.x.sum(), np.linalg.pinv(A) @ A
    g = np.log(limit.x * N / S) + ratio * (S - 0.05**2 * N)
    np.testing.assert_allclose(A @ limit.x, y, rtol=1e-8)
    np.testing.assert_allclose(rows @ g, g, atol=1e-7 * (1 + np.abs(g).max()))


def test_an_unfinished_search_says_so(problem):
    assert normalized_limit(*problem, 0.1, 2.0, max_iterations=2).status == "budget"


@pytest.mark.parametrize(("name", "alpha", "ratio"), [("alpha", 0, 1.0), ("ratio", 0.1, -1.0)])
def test_bad_input_is_named(problem, name, alpha, ratio):
    with pytest.raises(ValueError, match=f"{name} = .*: must be > 0"):
        normalized_limit(*problem, alpha, ratio)
