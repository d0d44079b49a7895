"""The update rules, against closed forms."""

import numpy as np
import pytest

from implicitreg.optimize import descend
from implicitreg.rules import (
    adam, contraction, exponentiated_gradient, gd, momentum, on_samples, sam, scaled_gd,
)

CURVATURE = np.array([1.0, 0.1])


def quadratic(x):
    return CURVATURE * x


@pytest.fixture
def starts():
    return np.random.default_rng(0).standard_normal((4, 2))


@pytest.mark.parametrize("beta, lookahead", [(0, 0), (0.6, 0), (0.6, 0.6), (0.95, 0), (0.99, 0.99)])
def test_contraction_is_the_observed_rate(beta, lookahead):
    rate = contraction(0.5, beta, lookahead, 0.1)
    size = 2000
    run = descend(quadratic, np.array([[0.0, 1.0]]), step=0.5, n_steps=size,
                  rule=momentum(beta, lookahead), observe={"x": lambda x: x[:, 1]},
                  schedule=range(size + 1))
    envelope = np.maximum.accumulate(np.abs(run.trajectory["x"][::-1, 0]))[::-1]
    shown = envelope > 1e-200
    t = np.arange(size + 1)[shown]
    slope = np.polyfit(t[len(t) // 2 :], np.log(envelope[shown][len(t) // 2 :]), 1)[0]
    assert slope == pytest.approx(np.log(rate), rel=0.02)


def test_scaled_gd_ignores_the_condition_of_the_factor():
    rng = np.random.default_rng(1)
    A = np.diag(np.geomspace(1, 1e-4, 3))
    X = np.sqrt(A)[None] @ rng.standard_normal((1, 3, 3)) * 0.1 + np.sqrt(A)
    gradient = lambda X: (X @ X.swapaxes(-1, -2) - A) @ X  # noqa: E731
    run = descend(gradient, X, step=0.5, n_steps=12, rule=scaled_gd)
    assert np.linalg.norm(run.x[0] @ run.x[0].T - A) < 1e-12


def test_exponentiated_gradient_is_a_softmax_of_the_summed_gradients():
    start = np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
    slope = np.array([1.0, 0.0, -2.0])
    run = descend(lambda x: slope + 0 * x, start, step=0.5, n_steps=4, rule=exponentiated_gradient)
    weights = start * np.exp(-0.5 * 4 * slope)
    np.testing.assert_allclose(run.x, weights / weights.sum(1, keepdims=True), rtol=1e-12)
    far = exponentiated_gradient(start, start, lambda x: slope + 0 * x, 1e4)
    assert (far > 0).all() and np.isfinite(np.log(far)).all()


def test_sam_takes_the_gradient_at_the_perturbed_point_of_each_row(starts):
    rho = np.array([[0.0], [0.1], [0.3], [0.5]])
    run = descend(quadratic, starts, step=0.4, n_steps=1, rule=sam(rho))
    g = quadratic(starts)
    ahead = starts + rho * g / np.linalg.norm(g, axis=1, keepdims=True)
    np.testing.assert_allclose(run.x, starts - 0.4 * CURVATURE * ahead, rtol=1e-12)
    assert run.evaluations == 2
    at_rest = descend(quadratic, np.zeros((1, 2)), step=0.4, n_steps=5, rule=sam(0.1))
    assert (at_rest.x == 0).all()


def test_all_gradients_of_a_step_see_one_sample(starts):
    samples = np.arange(3.0)
    seen = []

    def gradient(x, sample):
        seen.append(sample)
        return x - sample

    run = descend(gradient, starts, step=0.5, n_steps=3, rule=on_samples(sam(0.1), samples))
    assert seen == [0, 0, 1, 1, 2, 2] and run.evaluations == 6
    plain = descend(gradient, starts, step=0.5, n_steps=3, rule=on_samples(gd, samples))
    np.testing.assert_allclose(plain.x, starts / 8 + 0.5 * 1 / 2 + 0.5 * 2, rtol=1e-12)


def test_adam_takes_a_step_of_fixed_size_first_and_then_follows_its_moments(starts):
    rule = adam(0.5, 0.75, floor=0.0)
    run = descend(quadratic, starts, step=0.1, n_steps=2, rule=rule,
                  observe={"x": lambda x: x}, schedule=[1, 2])
    first, second = run.trajectory["x"]
    np.testing.assert_allclose(first, starts - 0.1 * np.sign(starts), rtol=1e-12)
    g, h = quadratic(starts), quadratic(first)
    mean, square = (g + 2 * h) / 3, (3 * g**2 + 4 * h**2) / 7
    np.testing.assert_allclose(second, first - 0.1 * mean / np.sqrt(square), rtol=1e-12)
