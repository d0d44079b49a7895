"""Small networks: known losses, dtype, layers, and what is refused."""

import numpy as np
import pytest

from implicitreg.networks import Network

ROWS, SAMPLES = 3, 7


@pytest.fixture
def problem():
    network = Network([4, 6, 5, 3])
    rng = np.random.default_rng(0)
    params = network.start([np.random.default_rng(i) for i in range(ROWS)])
    params += 0.1 * rng.standard_normal(params.shape)
    inputs = rng.standard_normal((ROWS, SAMPLES, 4))
    return network, params, inputs, rng.integers(3, size=(ROWS, SAMPLES))


def test_linear_network_is_logistic_regression():
    network = Network([3, 2])
    params = network.start([np.random.default_rng(0)])
    x, label = np.array([[1.0, -2.0, 0.5]]), np.array([1])
    W = network.weights(params)[0][0]
    p = np.exp(W @ x[0]) / np.exp(W @ x[0]).sum()
    assert network.loss(params, x, label)[0] == pytest.approx(-np.log(p[1]))
    G = network.weights(network.gradient(params, x, label))[0][0]
    assert G == pytest.approx(np.outer(p - [0, 1], x[0]))


def test_rows_may_share_their_data(problem):
    network, params, inputs, labels = problem
    shared = network.accuracy(params, inputs[0], labels[0])
    copies = np.repeat(inputs[:1], ROWS, axis=0), np.repeat(labels[:1], ROWS, axis=0)
    assert shared == pytest.approx(network.accuracy(params, *copies))


def test_arithmetic_follows_the_parameters(problem):
    network, params, inputs, labels = problem
    loss, gradient = network.loss_and_gradient(params.astype(np.float32), inputs, labels)
    assert loss.dtype == gradient.dtype == np.float32
    assert gradient == pytest.approx(network.gradient(params, inputs, labels), abs=1e-5)


def test_large_logits_do_not_overflow():
    network = Network([1, 2])
    params = np.array([[1e4, -1e4, 0.0, 0.0]])
    loss, gradient = network.loss_and_gradient(params, np.ones((1, 1)), np.array([1]))
    assert loss[0] == pytest.approx(2e4) and np.isfinite(gradient).all()


def test_layers_are_views_and_the_start_is_he_normal():
    network = Network([300, 200, 10])
    params = network.start([np.random.default_rng(0)])
    (first, bias), (last, _) = network.layers(params)
    assert first.shape == (1, 200, 300) and last.shape == (1, 10, 200)
    assert first.std() == pytest.approx((2 / 300) ** 0.5, rel=0.02) and not bias.any()
    first[:] = 0
    assert not params[0, : 200 * 300].any()


def test_a_row_depends_on_its_stream_alone():
    network = Network([2, 3, 2])
    several = network.start([np.random.default_rng(i) for i in (7, 8)])
    assert (several[1] == network.start([np.random.default_rng(8)])[0]).all()


def test_refusals(problem):
    network, params, inputs, labels = problem
    with pytest.raises(ValueError, match="widths"):
        Network([3])
    with pytest.raises(ValueError, match="widths"):
        Network([3, 0, 2])
    with pytest.raises(ValueError, match=r"params has shape .* must be \(rows, "):
        network.logits(params[:, 1:], inputs)
    with pytest.raises(ValueError, match="labels has dtype"):
        network.loss(params, inputs, labels.astype(float))
