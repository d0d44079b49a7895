"""Draws of fresh labels, the regularizer of a product, and fitting steps."""

import numpy as np
import pytest

from implicitreg.label_noise import (
    FreshLabels,
    fitting_step,
    projected_gradient,
    regularizer,
    residuals,
)
from implicitreg.optimize import descend
from implicitreg.two_layer import TwoLayer

NET = TwoLayer(inputs=2, width=6, activation="tanh")


def rngs(rows):
    return [np.random.default_rng(i) for i in range(rows)]


def setting(rows=2):
    rng = np.random.default_rng(5)
    return (rng.standard_normal((rows, NET.size)), rng.standard_normal((3, 2)),
            rng.standard_normal(3))


def test_every_draw_is_an_example_with_its_label_off_by_sigma():
    theta, X, y = setting()
    fresh = FreshLabels(NET, X, y, np.array([0.0, 2.0]), rngs(2))
    h, jacobian = NET(theta[:, None], X)
    seen = [set(), set()]
    for _ in range(60):
        gradient = fresh(theta)
        for row, signs in enumerate(([0], [-1, 1])):
            allowed = {(i, s): (h[row, i] - y[i] - 2 * s) * jacobian[row, i]
                       for i in range(3) for s in signs}
            seen[row] |= {k for k, g in allowed.items() if np.allclose(g, gradient[row])}
    assert [len(s) for s in seen] == [3, 6]


def test_the_mean_over_many_draws_is_the_full_gradient():
    theta, X, y = setting(rows=1)
    fresh = FreshLabels(NET, X, y, 0.5, rngs(1))
    mean = np.mean([fresh(theta)[0] for _ in range(8192)], axis=0)
    residual, jacobian = residuals(NET, theta[0], X, y)
    np.testing.assert_allclose(mean, residual @ jacobian / 3, atol=0.05)
    assert fresh.calls == 8192


def test_blocks_are_not_repeated_and_equal_streams_agree():
    theta, X, y = setting()
    theta[1] = theta[0]
    fresh = FreshLabels(NET, X, y, 1.0, [np.random.default_rng(3) for _ in range(2)])
    draws = np.array([fresh(theta) for _ in range(8192)])
    np.testing.assert_array_equal(draws[:, 0], draws[:, 1])
    assert (draws[:4096, 0] != draws[4096:, 0]).any(-1).mean() > 0.5


def test_rows_may_have_their_own_data():
    theta, X, y = setting()
    fresh = FreshLabels(NET, np.stack([X, 0 * X]), np.stack([y, 0 * y]), 0.0, rngs(2))
    gradients = np.array([fresh(theta) for _ in range(20)])
    assert (gradients[:, 1] == 0).all() and (gradients[:, 0] != 0).any()


def test_data_of_other_rows_are_refused():
    _, X, y = setting()
    with pytest.raises(ValueError, match="broadcast"):
        FreshLabels(NET, np.stack([X, X]), y, 0.0, rngs(3))


def test_the_regularizer_of_a_product_is_the_sum_of_squares():
    def product(theta, x):
        u, v = theta[..., :1], theta[..., 1:]
        return (u * v)[..., 0] + 0 * x[..., 0], np.concatenate([v, u], -1) + 0 * x

    theta, X = np.array([3.0, 1 / 3]), np.zeros((1, 1))
    assert regularizer(product, theta, X) == pytest.approx(9 + 1 / 9)
    # the projection keeps the direction (u, -v) alone, in which reg has the slope 2(u² − v²)
    along = np.array([3.0, -1 / 3])
    expected = along * 2 * (9 - 1 / 9) / (9 + 1 / 9)
    np.testing.assert_allclose(projected_gradient(product, theta, X), expected, atol=1e-8)


def test_fitting_steps_are_short_and_end_at_zero_loss():
    theta, X, y = setting()
    assert (np.linalg.norm(fitting_step(NET, theta, X, y, 0.1), axis=-1) <= 0.1 + 1e-12).all()
    done = descend(lambda t: fitting_step(NET, t, X, y), theta, step=1, n_steps=100)
    assert np.abs(residuals(NET, done.x, X, y)[0]).max() < 1e-10
    near = done.x + 1e-4 * np.random.default_rng(1).standard_normal(theta.shape)
    step = fitting_step(NET, near, X, y)
    residual, jacobian = residuals(NET, near, X, y)
    expected = [np.linalg.lstsq(j, r, rcond=None)[0] for j, r in zip(jacobian, residual,
                                                                      strict=True)]
    np.testing.assert_allclose(step, expected, atol=1e-12)
