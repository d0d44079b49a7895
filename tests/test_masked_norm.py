"""The masked norm: its kink, and reductions against all coordinates."""

import numpy as np
import pytest

from implicitreg.masked_norm import masked_gradient, masked_norms, masked_walk, plane_risk
from implicitreg.optimize import descend
from implicitreg.rules import gd_in_ball, on_samples


def sample(rng, n, d):
    """Bits and labels with mean 0.2; coordinate 1 is bad."""
    x, y = rng.integers(0, 2, (n, d)).astype(float), np.where(rng.random(n) < 0.6, 1.0, -1.0)
    x[:, 1] = y < 0
    return x, y


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_the_gradient_is_zero_at_the_kink(rng):
    x, y = sample(rng, 20, 4)
    w = np.array([[1.0, 0, 0, 0], [1 - 1e-12, 0, 0, 0]])
    assert (masked_gradient(w, x, y) == 0).all()


def test_the_projection_only_shortens():
    x = np.array([[0.0, 0.5], [3.0, 4.0]])
    moved = gd_in_ball(x, x, np.zeros_like, 1.0)
    np.testing.assert_allclose(moved, [[0, 0.5], [0.6, 0.8]])


@pytest.mark.parametrize("n", [50, 400])
def test_sgd_in_all_coordinates_is_the_walk_of_one(rng, n):
    x, y = sample(rng, n, 300)
    run = descend(lambda w, s: masked_gradient(w, *s), np.zeros((1, 300)), step=n**-0.5, n_steps=n,
                  rule=on_samples(gd_in_ball, zip(x[:, None], y[:, None])),
                  observe={"w": lambda w: w}, schedule=range(n + 1))
    path = run.trajectory["w"][:, 0]
    assert (path[:, 1:] == 0).all()
    expected = np.mean(1 - path[:-1, 0])
    assert masked_walk((y * x[:, 0])[None], n**-0.5)[0] == pytest.approx(expected, abs=1e-12)


def test_the_walk_stops_at_one_and_is_held_at_minus_one():
    pushes = np.array([[1, 1, -1, -1], [-1, -1, -1, 1]])
    # from 0 by steps of 0.5: 0, 0.5, 1, 1 and 0, -0.5, -1, -1
    np.testing.assert_allclose(masked_walk(pushes, 0.5), [0.375, 1.625])


def test_the_risk_on_the_plane_is_that_of_all_coordinates(rng):
    x, y = sample(rng, 40, 6)
    u, v = rng.uniform(-1, 1, (2, 9))
    w = np.zeros((9, 6))
    w[:, 0], w[:, 1] = u, v
    shares = [np.mean((y == a) & (x[:, 0] == b)) for a, b in [(1, 1), (-1, 1), (-1, 0)]]
    expected = (y * masked_norms(w, x)).mean(-1)
    np.testing.assert_allclose(plane_risk(np.array(shares), u, v), expected, atol=1e-14)
