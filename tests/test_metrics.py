"""Spectral metrics at known matrices, refusals, and the speed of singular values."""

import numpy as np
import pytest

from implicitreg.metrics import (
    effective_rank,
    loglog_slope,
    nuclear_norm,
    singular_value_motion,
    singular_values,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_effective_rank_counts_equal_singular_values_and_is_scale_free(rng):
    q = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    for rank in range(1, 7):
        projection = q[:, :rank] @ q[:, :rank].T
        assert effective_rank(1e-5 * projection) == pytest.approx(rank, abs=1e-10)
    assert np.isnan(effective_rank(np.zeros((2, 2))))


def test_effective_rank_of_two_values():
    p = 0.2
    expected = np.exp(-p * np.log(p) - (1 - p) * np.log(1 - p))
    assert effective_rank(np.diag([4.0, -1.0])) == pytest.approx(expected, rel=1e-12)


def test_a_matrix_that_is_not_finite_gives_nan_and_leaves_the_others(rng):
    W = rng.standard_normal((2, 3, 4, 2))
    expected = np.linalg.svd(W, compute_uv=False)
    W[0, 1, 2, 0], W[1, 2, 0, 1] = np.nan, np.inf
    expected[0, 1] = expected[1, 2] = np.nan
    np.testing.assert_allclose(singular_values(W), expected, rtol=1e-12)
    for metric in (nuclear_norm, effective_rank):
        np.testing.assert_array_equal(np.isnan(metric(W)), np.isnan(expected[..., 0]))


def test_slopes_of_bad_data_are_refused():
    with pytest.raises(ValueError, match="at least two points"):
        loglog_slope(np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="must be positive"):
        loglog_slope(np.array([1.0, 2.0]), np.array([1.0, 0.0]))


def rotating_path(rng, times):
    """W(t) = Q(t) diag(3 e^t, 2 - t, 1) P with Q a rotation, so that vectors turn too."""
    a, P = rng.standard_normal((2, 3, 3))
    P = np.linalg.qr(P)[0]
    turn = np.stack([np.linalg.qr(np.eye(3) + t * (a - a.T) / 4)[0] for t in times])
    sigma = np.stack([3 * np.exp(times), 2 - times, np.ones_like(times)], axis=1)
    return turn * sigma[:, None, :] @ P, sigma


def test_speed_is_the_derivative_although_the_vectors_turn(rng):
    times = np.linspace(0, 0.5, 201)
    path, _ = rotating_path(rng, times)
    sigma, speed, push = singular_value_motion(times, path, -path, top=2)
    first = sigma > 2.5
    np.testing.assert_allclose(speed[first], sigma[first], rtol=1e-4)
    np.testing.assert_allclose(speed[~first], -1, rtol=1e-4)
    np.testing.assert_allclose(push, sigma, rtol=1e-10)


def test_close_values_ends_and_rest_are_left_out(rng):
    times = np.linspace(0, 1.2, 241)
    path, expected = rotating_path(rng, times)
    sigma, _, _ = singular_value_motion(times, path, -path, top=2)
    second, third = np.sort(expected[1:-1, 1:], axis=1).T[::-1]
    # one point lies on the boundary, where rounding decides
    assert abs(len(sigma) - 239 - np.sum(third < 0.95 * second)) <= 1
    still = np.where(times < 0.6, 0.0, 1.0)[:, None, None] * path
    assert len(singular_value_motion(times, path, still, top=1)[0]) == np.sum(times[:-1] >= 0.6)


@pytest.mark.parametrize("top", [0, 3])
def test_a_bad_number_of_singular_values_is_refused(rng, top):
    times = np.linspace(0, 1, 5)
    with pytest.raises(ValueError, match=f"top = {top}: must be from 1 to 2"):
        singular_value_motion(times, rng.standard_normal((5, 3, 3)), np.zeros((5, 3, 3)), top=top)
