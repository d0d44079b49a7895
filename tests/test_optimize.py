"""The descent loop, its average, and gradient flow, against closed forms."""

import numpy as np
import pytest

from implicitreg.optimize import averaged_descent, descend, gradient_flow
from implicitreg.rules import gd, heavy_ball, momentum, nesterov

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


def test_gradient_flow_against_the_exponential(starts):
    times = np.linspace(0, 3, 7)
    run = gradient_flow(quadratic, starts, times)
    exact = starts * np.exp(-times[:, None, None] * CURVATURE)
    np.testing.assert_allclose(run.trajectory["x"], exact, atol=1e-7)
    assert run.x.shape == starts.shape and (run.status == "budget").all()


def test_gradient_flow_refuses_times_that_do_not_increase(starts):
    with pytest.raises(ValueError, match="times"):
        gradient_flow(quadratic, starts, [0.0, 0.0])


def test_the_average_leaves_the_last_iterate_out():
    last, average = averaged_descent(np.ones_like, np.zeros(2), 0.5, 3)
    np.testing.assert_allclose([last, average], [[-1.5, -1.5], [-0.5, -0.5]])


def test_a_diverged_row_ends_at_its_last_finite_state():
    run = descend(lambda x: -x, np.array([[1.0], [0.0]]), step=1e100, n_steps=9, schedule=[])
    assert run.status.tolist() == ["diverged", "budget"] and np.isfinite(run.x).all()
    assert run.x[0, 0] == 1e100


@pytest.mark.parametrize("start, froze", [(1.0, 3), (0.1, 0)])
def test_the_step_at_which_the_last_row_froze_is_recorded(start, froze):
    run = descend(lambda x: x, np.array([[start]]), step=0.5, n_steps=50, schedule=[],
                  until=lambda x: x[:, 0] < 0.2, observe={"x": lambda x: x})
    assert run.trajectory["step"].tolist() == [froze] == run.steps.tolist()
