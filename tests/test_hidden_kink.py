"""The hidden kink: its start, its risk, and columns in place of all coordinates."""

import numpy as np
import pytest

from implicitreg.hidden_kink import DRIFT, GAP, kink_gradient, kink_risk, unseen_until_pushed
from implicitreg.optimize import averaged_descent


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_only_the_drift_acts_at_the_start():
    z = np.array([[True, False]])
    np.testing.assert_array_equal(kink_gradient(np.zeros((1, 2)), z, 4), [[DRIFT, -DRIFT / 8]])


def test_the_first_of_equal_maxima_is_pushed():
    gradient = kink_gradient(np.array([[0.0, 0.2, 0.2]]), False, 4)
    np.testing.assert_allclose(gradient, [[0, 1, 0]], atol=1e-9)


def test_risk_of_one_low_and_one_high_coordinate(rng):
    w = np.array([[-0.5 - GAP, 0.0, 0.0], [-0.5 - GAP, 0.0, 0.2]])
    np.testing.assert_allclose(kink_risk(rng, w), [0.25, 0.45], atol=0.02)


def test_gradient_descent_in_all_coordinates_pushes_as_many_unseen_ones(rng):
    n, d, steps = 5, 2000, 20
    z = rng.integers(0, 2, (n, d)).astype(bool)
    last, _ = averaged_descent(lambda w: kink_gradient(w[None], z, n).mean(0),
                               np.zeros(d), n**-0.5, steps)
    columns, _ = averaged_descent(lambda w: kink_gradient(w, False, n),
                                  np.zeros((1, steps)), n**-0.5, steps)
    low = last[last < -GAP]
    np.testing.assert_allclose(np.sort(low), np.sort(columns[columns < -GAP]), atol=1e-6)
    assert len(low) == steps - 1 and not z.any(0)[last < -GAP].any()


def test_sgd_on_columns_has_the_risk_of_sgd_in_all_coordinates(rng):
    n, d, runs = 6, 1500, 300
    step, bits = n**-0.5, lambda w: rng.integers(0, 2, w.shape, dtype=bool)
    _, full = averaged_descent(lambda w: kink_gradient(w, bits(w), n),
                               np.zeros((runs, d)), step, n)
    streams = [np.random.default_rng(i) for i in range(4 * runs)]
    _, few = averaged_descent(unseen_until_pushed(streams, n), np.zeros((4 * runs, n)), step, n)
    # the standard error of the ratio is about 1.5 %
    assert kink_risk(rng, few).mean() == pytest.approx(kink_risk(rng, full).mean(), rel=0.07)
