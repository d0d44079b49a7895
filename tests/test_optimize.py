"""The descent loop, its rules, and gradient flow, against closed forms."""

import numpy as np
import pytest

from implicitreg.optimize import (
    adam, contraction, descend, exponentiated_gradient, gd, gradient_flow, heavy_ball, momentum,
    nesterov, on_samples, sam, scaled_gd,
)
from implicitreg.record import log_schedule

CURVATURE = np.array([1.0, 0.1])


def quadratic(x):
    return CURVATURE * x


@pytest.fixture
def starts():
    return np.random.default_rng(0).standard_normal((4, 2))


def test_gradient_descent_on_a_quadratic(starts):
    run = descend(quadratic, starts, step=0.5, n_steps=30)
    np.testing.assert_allclose(run.x, starts * (1 - 0.5 * CURVATURE) ** 30, rtol=1e-12)
    assert (run.status == "budget").all() and run.evaluations == 30


def test_start_is_not_changed(starts):
    before = starts.copy()
    descend(quadratic, starts, step=0.5, n_steps=3)
    assert (starts == before).all()


def test_rows_in_lockstep_equal_rows_alone(starts):
    betas, looks = np.array([[0], [0.5], [0.5], [0.9]]), np.array([[0], [0], [0.5], [0.9]])
    together = descend(quadratic, starts, step=0.3, n_steps=50, rule=momentum(betas, looks))
    rules = [gd, heavy_ball(0.5), nesterov(0.5), nesterov(0.9)]
    alone = [descend(quadratic, starts[k : k + 1], step=0.3, n_steps=50, rule=rule).x[0]
             for k, rule in enumerate(rules)]
    np.testing.assert_allclose(together.x, alone, rtol=1e-12)


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


def test_statuses_are_by_row():
    run = descend(lambda x: x, np.ones((3, 2)), step=np.array([[0.5], [1e-4], [3.0]]),
                  n_steps=2000, until=lambda x: np.abs(x).max(axis=1) < 1e-6)
    assert run.status.tolist() == ["converged", "budget", "diverged"]
    assert run.steps[0] == 20 and run.steps[1] == 2000
    assert np.isfinite(run.x).all()
    assert "1 converged" in str(run) and "1 diverged" in str(run)


def test_a_frozen_row_stays(starts):
    run = descend(quadratic, starts, step=0.5, n_steps=400, schedule=range(401),
                  until=lambda x: np.linalg.norm(x, axis=1) < 1e-3,
                  observe={"norm": lambda x: np.linalg.norm(x, axis=1)})
    for row, end in enumerate(run.steps):
        after = run.trajectory["norm"][run.trajectory["step"] >= end, row]
        assert (after == after[0]).all() and after[0] < 1e-3


def test_looking_less_often_stops_later(starts):
    stop = lambda x: np.linalg.norm(x, axis=1) < 1e-3  # noqa: E731
    each = descend(quadratic, starts, step=0.5, n_steps=400, until=stop)
    tenth = descend(quadratic, starts, step=0.5, n_steps=400, until=stop, every=10)
    assert (tenth.steps == -(-each.steps // 10) * 10).all()


def test_step_may_follow_a_schedule():
    run = descend(lambda x: x, np.ones((1, 1)), step=lambda t: 0.5 if t < 2 else 0.0, n_steps=10)
    assert run.x[0, 0] == 0.25


def test_bad_arguments_are_named(starts):
    with pytest.raises(ValueError, match="n_steps = 0"):
        descend(quadratic, starts, step=0.1, n_steps=0)
    with pytest.raises(ValueError, match="start"):
        descend(quadratic, starts * np.nan, step=0.1, n_steps=3)


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


def test_gradient_flow_against_the_exponential(starts):
    times = np.linspace(0, 3, 7)
    run = gradient_flow(quadratic, starts, times)
    exact = starts * np.exp(-times[:, None, None] * CURVATURE)
    np.testing.assert_allclose(run.trajectory["x"], exact, atol=1e-7)
    assert run.x.shape == starts.shape and (run.status == "budget").all()


def test_gradient_flow_refuses_times_that_do_not_increase(starts):
    with pytest.raises(ValueError, match="times"):
        gradient_flow(quadratic, starts, [0.0, 0.0])


def test_log_schedule():
    schedule = log_schedule(10_000, 50)
    assert schedule[0] == 0 and schedule[-1] == 10_000 and (np.diff(schedule) > 0).all()
    with pytest.raises(ValueError, match="n_points"):
        log_schedule(10, 1)


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
