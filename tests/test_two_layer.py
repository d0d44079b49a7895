"""Two-layer networks with one output, and the shape of their graphs."""

import numpy as np
import pytest

from implicitreg.two_layer import TwoLayer, convexity_changes, slope_variation


def test_the_value_is_the_formula():
    net = TwoLayer(inputs=2, width=3, activation="tanh", skip=True)
    theta, x = np.arange(1.0, 12.0) / 10, np.array([0.5, -2.0])
    a, c, p = theta[:6].reshape(2, 3), theta[6:9], theta[9:]
    assert net.size == 11
    assert net(theta, x)[0] == pytest.approx(c @ np.tanh(x @ a) + p @ x)
    np.testing.assert_array_equal(net.layers(theta)[0], a)


def test_networks_and_examples_broadcast():
    rng = np.random.default_rng(1)
    net = TwoLayer(inputs=2, width=4, activation="relu")
    theta, x = rng.standard_normal((3, net.size)), rng.standard_normal((6, 2))
    h, gradient = net(theta[:, None], x)
    assert h.shape == (3, 6) and gradient.shape == (3, 6, net.size)
    for i in range(3):
        for j in range(6):
            one, slope = net(theta[i], x[j])
            assert h[i, j] == pytest.approx(one)
            np.testing.assert_allclose(gradient[i, j], slope, atol=1e-14)


def test_bad_networks_are_refused():
    with pytest.raises(ValueError, match="width = 0: must be >= 1"):
        TwoLayer(inputs=1, width=0, activation="tanh")
    with pytest.raises(ValueError, match="activation = 'sine': must be tanh or relu"):
        TwoLayer(inputs=1, width=2, activation="sine")


def test_an_interpolant_bends_no_less_than_the_straight_one():
    nodes, values = np.linspace(0, 1, 6), np.array([0.0, 1.0, -1.0, 0.5, 0.5, 2.0])
    grid = np.linspace(0, 1, 51)
    straight = np.interp(grid, nodes, values)
    least = slope_variation(values, 0.2)
    assert slope_variation(straight, 0.02) == pytest.approx(least)
    bump = np.where(grid < 0.2, np.sin(5 * np.pi * grid), 0)
    assert slope_variation(straight + bump, 0.02) > 1.3 * least


def test_convexity_changes_of_known_graphs():
    x = np.linspace(-1, 1, 101)
    graphs = [np.abs(x), x**3, np.zeros_like(x), np.sin(3 * np.pi * x) + 2 * x]
    assert convexity_changes(np.array(graphs)).tolist() == [0, 1, 0, 5]


def test_a_slight_bend_does_not_count():
    x = np.linspace(-1, 1, 101)
    graph = np.maximum(x, 0) - 0.005 * np.maximum(-0.5 - x, 0) - 0.005 * np.maximum(x - 0.5, 0)
    assert convexity_changes(graph) == 0
    assert convexity_changes(graph, ignore=0.001) == 2
