"""Growth of signal and noise from a small start."""

import numpy as np
import pytest

from implicitreg.small_start import error_exponent, first_step, signal_and_noise


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_exponent_is_what_the_power_method_leaves():
    """Signal and noise of size alpha, until the signal is 1: the noise squared is alpha^p."""
    sigma, step, scales = np.array([1.0, 0.7, 0.4, 0.1]), 0.25, np.array([1e-3, 1e-5])
    steps = -np.log(scales) / np.log(1 + step * sigma[1])
    noise = scales * (1 + step * sigma[2]) ** steps
    power = np.diff(np.log(noise**2)) / np.diff(np.log(scales))
    np.testing.assert_allclose(error_exponent(sigma, 2, step), power[0], rtol=1e-12)


def test_the_exponent_runs_from_no_gap_to_no_noise_and_is_batched():
    sigma = np.array([[1.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(error_exponent(sigma, 1, 0.3), [0, 2])


@pytest.mark.parametrize("rank", [0, 3])
def test_a_rank_without_noise_is_refused(rank):
    with pytest.raises(ValueError, match=f"rank = {rank}: must be from 1 to 2"):
        error_exponent(np.ones(3), rank, 0.1)


def test_the_first_step_counts_even_if_it_holds_no_longer():
    reached = np.array([[0, 1, 0], [1, 0, 0], [0, 1, 0]], dtype=bool)
    np.testing.assert_array_equal(first_step([5, 7, 9], reached), [7, 5, np.nan])


def test_nan_never_reaches_a_level():
    assert np.isnan(first_step([0, 1], np.array([np.nan, np.nan]) > 1))


def test_signal_and_noise_do_not_see_a_rotation_of_the_columns(rng):
    Q = np.linalg.qr(rng.standard_normal((7, 2)))[0]
    R = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    clean = np.zeros((7, 5))
    clean[:, :2] = Q * [3, 2]
    noise = rng.standard_normal((7, 3))
    noise -= Q @ (Q.T @ noise)
    clean[:, 2:] = noise
    expected = 2, np.linalg.norm(noise, 2)
    np.testing.assert_allclose(signal_and_noise(clean @ R, Q), expected, rtol=1e-12)
    stacked = np.stack([clean @ R, 2 * clean])
    np.testing.assert_allclose(signal_and_noise(stacked, Q)[1], [expected[1], 2 * expected[1]])


def test_what_moves_with_the_signal_is_no_noise(rng):
    """Columns outside the subspace, but along the signal's right vectors."""
    Q = np.eye(4)[:, :1]
    U = np.array([[1.0, 0], [5, 0], [0, 0], [0, 0]])
    np.testing.assert_allclose(signal_and_noise(U, Q), [1, 0], atol=1e-15)
