"""What the metrics must not see, how they scale, their bounds, and their definitions by NumPy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.linalg import block_diag, subspace_angles

from implicitreg.metrics import (
    effective_rank, loglog_slope, mean_square_error, nuclear_norm, singular_values, subspace_sine,
)
from implicitreg.record import log_schedule
from implicitreg.small_start import error_exponent
from implicitreg.two_layer import convexity_changes, slope_variation
from properties.strategies import NUMBERS, POSITIVE, SEEDS, SIZES, matrices, orthogonal

NOT_ZERO = matrices().filter(np.any)
SPECTRAL = pytest.mark.parametrize("metric", [singular_values, nuclear_norm, effective_rank])


def close(one, other, scale=1.0):
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * scale)


@SPECTRAL
@given(W=NOT_ZERO, seed=SEEDS)
def test_spectral_metrics_see_no_rotation_no_order_and_no_transposition(metric, W, seed):
    n, m = W.shape
    rng, size = np.random.default_rng(seed), np.abs(W).max()
    flips = rng.choice([-1, 1], m)
    for other in (orthogonal(seed, n) @ W @ orthogonal(seed + 1, m), W.T,
                  W[rng.permutation(n)][:, rng.permutation(m)] * flips):
        close(metric(other), metric(W), size)


@SPECTRAL
@given(W=NOT_ZERO, c=NUMBERS.filter(bool))
def test_spectral_metrics_scale_and_the_effective_rank_does_not(metric, W, c):
    factor = 1 if metric is effective_rank else abs(c)
    close(metric(c * W), factor * metric(W), np.abs(c * W).max())


@given(W=matrices())
def test_singular_values_and_their_sum_are_numpys(W):
    close(singular_values(W), np.linalg.svd(W, compute_uv=False))
    close(nuclear_norm(W), np.linalg.norm(W, "nuc"))


@given(W=matrices(), seed=SEEDS)
def test_the_nuclear_norm_is_a_norm_between_its_bounds(W, seed):
    V = np.random.default_rng(seed).standard_normal(W.shape) * np.abs(W).max()
    slack, frobenius = 1 + 1e-12, np.linalg.norm(W)
    assert nuclear_norm(W + V) <= (nuclear_norm(W) + nuclear_norm(V)) * slack
    assert frobenius <= nuclear_norm(W) * slack
    assert nuclear_norm(W) <= min(W.shape) ** 0.5 * frobenius * slack
    # dual to the spectral norm
    assert np.sum(W * V) <= nuclear_norm(W) * np.linalg.norm(V, 2) * slack + 1e-12


@given(W=NOT_ZERO)
def test_the_effective_rank_lies_between_one_and_the_rank(W):
    found, rank = effective_rank(W), np.linalg.matrix_rank(W)
    assert 1 - 1e-12 <= found <= min(W.shape) + 1e-9
    # what rounding leaves of a singular value 0 counts a little
    assert found <= rank + 1e-9


@given(W=NOT_ZERO, V=NOT_ZERO)
def test_the_effective_rank_of_a_product_multiplies_and_of_copies_adds(W, V):
    one, other = effective_rank(W), effective_rank(V)
    assert effective_rank(np.kron(W, V)) == pytest.approx(one * other, rel=1e-8)
    assert effective_rank(block_diag(W, W, W)) == pytest.approx(3 * one, rel=1e-8)


@given(W=matrices(), c=NUMBERS, shift=NUMBERS)
def test_the_error_is_a_squared_distance(W, c, shift):
    T = W[::-1, ::-1]
    error = mean_square_error(W, T)
    assert error == mean_square_error(T, W) and mean_square_error(W, W) == 0
    assert mean_square_error(c * W, c * T) == pytest.approx(c**2 * error)
    assert error == pytest.approx(np.linalg.norm(W - T) ** 2 / W.size)
    assert mean_square_error(W + shift, W) == pytest.approx(shift**2, rel=1e-4, abs=1e-4)


@st.composite
def curves(draw):
    """Logarithms of x, not all equal, and of y, with a batch axis."""
    shape = draw(st.tuples(st.integers(2, 6), SIZES))
    u, v = (draw(arrays.arrays(float, shape, elements=st.floats(-9, 9))) for _ in range(2))
    assume((np.ptp(u, axis=0) > 0.1).all())
    return u, v


@given(curve=curves(), p=st.floats(-3, 3), c=st.floats(-9, 9))
def test_the_slope_is_the_power_whatever_the_units(curve, p, c):
    u, v = curve
    slope = loglog_slope(np.exp(u), np.exp(v))
    close(slope, [np.polyfit(a, b, 1)[0] for a, b in zip(u.T, v.T, strict=True)], 1e3)
    close(loglog_slope(np.exp(u), np.exp(c + p * u)), p, 1e3)
    close(loglog_slope(np.exp(u + c), np.exp(v + c)), slope, 1e3)
    close(loglog_slope(np.exp(-u), np.exp(v + p * u)), -slope - p, 1e3)


@st.composite
def subspaces(draw):
    """Bases of r and of k <= r generic directions in n dimensions."""
    n, rng = draw(st.integers(1, 6)), np.random.default_rng(draw(SEEDS))
    r = draw(st.integers(1, n))
    return rng.standard_normal((n, r)), rng.standard_normal((n, draw(st.integers(1, r))))


@given(bases=subspaces(), seed=SEEDS, c=st.sampled_from([1e-6, -1.0, 1e6]))
def test_the_sine_is_of_subspaces_and_not_of_bases(bases, seed, c):
    U, V = bases
    n, rng, sine = len(U), np.random.default_rng(seed), subspace_sine(U, V)
    close(sine, np.sin(subspace_angles(U, V)[0]))

    def mix(B):
        return c * B @ orthogonal(seed, B.shape[1]) * rng.uniform(1, 2, B.shape[1])

    close(subspace_sine(mix(U), mix(V)), sine)
    turn = orthogonal(seed, n)
    close(subspace_sine(turn @ U, turn @ V), sine)


@given(bases=subspaces())
def test_the_sine_is_at_most_one_and_falls_as_the_space_grows(bases):
    U, V = bases
    sine = subspace_sine(U, V)
    assert 0 <= sine <= 1 + 1e-12
    assert subspace_sine(U, V[:, :1]) <= sine + 1e-12
    assert subspace_sine(U, U[:, :1]) <= 1e-12
    if U.shape[1] < len(U):
        assert subspace_sine(np.c_[U, np.ones(len(U))], V) <= sine + 1e-9
    close(subspace_sine(V, V), 0)


@st.composite
def graphs(draw):
    """A polygon through integer points, a batch of it, and its slopes."""
    return draw(arrays.arrays(float, st.tuples(SIZES, st.integers(3, 8)),
                              elements=st.integers(-9, 9).map(float)))


@given(values=graphs(), a=st.integers(-9, 9), b=st.integers(-9, 9), c=POSITIVE)
def test_shape_of_a_graph_sees_no_line_no_direction_and_no_unit(values, a, b, c):
    bent = values + a * np.arange(values.shape[1]) + b
    for shape in (lambda v: slope_variation(v, 0.5), convexity_changes):
        np.testing.assert_array_equal(shape(bent), shape(values))
        np.testing.assert_array_equal(shape(values[:, ::-1]), shape(values))
        np.testing.assert_array_equal(shape(-values), shape(values))
    close(slope_variation(c * values, 0.5), c * slope_variation(values, 0.5))
    close(slope_variation(values, 0.5 * c) * c, slope_variation(values, 0.5))
    assert (convexity_changes(c * values, ignore=1e-9) <= values.shape[1] - 3).all()


@given(sigma=st.lists(POSITIVE, min_size=2, max_size=5), step=POSITIVE, c=POSITIVE)
def test_the_exponent_is_between_none_and_two_and_has_no_unit(sigma, step, c):
    sigma = np.sort(sigma)[::-1]
    for rank in range(1, len(sigma)):
        found = error_exponent(sigma, rank, step)
        assert 0 <= found <= 2
        assert error_exponent(c * sigma, rank, step / c) == pytest.approx(found, abs=1e-9)


@given(n_steps=st.integers(1, 10**7), n_points=st.integers(2, 200))
def test_a_schedule_rises_from_the_start_to_the_end(n_steps, n_points):
    schedule = log_schedule(n_steps, n_points)
    assert schedule[0] == 0 and schedule[-1] == n_steps and len(schedule) <= n_points + 1
    assert (np.diff(schedule) > 0).all()
