"""Small networks: gradients, rows, dtype, and what is refused."""

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


def test_gradient_is_the_slope_of_the_loss(problem):
    network, params, inputs, labels = problem
    gradient = network.gradient(params, inputs, labels)
    rng = np.random.default_rng(1)
    for _ in range(20):
        d = rng.standard_normal(params.shape)
        ahead, behind = (network.loss(params + h * d, inputs, labels) for h in (1e-6, -1e-6))
        slope = np.sum(gradient * d, axis=1)
        assert (ahead - behind) / 2e-6 == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_every_entry_of_the_gradient():
    network = Network([2, 3, 2])
    params = network.start([np.random.default_rng(5)]) + 0.05
    inputs, labels = np.array([[0.3, -1.2], [0.7, 0.4]]), np.array([1, 0])
    shifts = 1e-6 * np.eye(network.size)
    slopes = [
        (network.loss(params + h, inputs, labels) - network.loss(params - h, inputs, labels)) / 2e-6
        for h in shifts[:, None]
    ]
    assert network.gradient(params, inputs, labels)[0] == pytest.approx(np.ravel(slopes), abs=1e-8)


def test_linear_network_is_logistic_regression():
    network = Network([3, 2])
    params = network.start([np.random.default_rng(0)])
    x, label = np.array([[1.0, -2.0, 0.5]]), np.array([1])
    W = network.weights(params)[0][0]
    p = np.exp(W @ x[0]) / np.exp(W @ x[0]).sum()
    assert network.loss(params, x, label)[0] == pytest.approx(-np.log(p[1]))
    G = network.weights(network.gradient(params, x, label))[0][0]
    assert G == pytest.approx(np.outer(p - [0, 1], x[0]))


def test_rows_do_not_mix(problem):
    network, params, inputs, labels = problem
    loss, gradient = network.loss_and_gradient(params, inputs, labels)
    for row in range(ROWS):
        alone = slice(row, row + 1)
        one_loss, one = network.loss_and_gradient(params[alone], inputs[alone], labels[alone])
        assert one_loss == pytest.approx(loss[alone], rel=1e-12)
        assert one == pytest.approx(gradient[alone], rel=1e-10, abs=1e-14)


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
