"""Complexity measures against direct computation."""

from itertools import product

import numpy as np
import pytest

from implicitreg.complexity import jacobian_norm, noise_accuracy, path_norm, spectral_product
from implicitreg.networks import Network

NETWORK = Network([3, 4, 3, 2])


@pytest.fixture
def params():
    rng = np.random.default_rng(0)
    start = NETWORK.start([np.random.default_rng(i) for i in range(2)])
    return start + 0.1 * rng.standard_normal(start.shape)


def test_path_norm_is_the_sum_over_all_paths(params):
    for row, value in enumerate(path_norm(NETWORK, params)):
        V, W, U = (weight[row] for weight in NETWORK.weights(params))
        paths = product(range(3), range(4), range(3), range(2))
        total = sum((V[j, i] * W[k, j] * U[l, k]) ** 2 for i, j, k, l in paths)
        assert value == pytest.approx(total**0.5)


def test_spectral_product_from_singular_values(params):
    for row, value in enumerate(spectral_product(NETWORK, params)):
        largest = [np.linalg.svd(weight[row])[1][0] for weight in NETWORK.weights(params)]
        assert value == pytest.approx(np.prod(largest))


def test_jacobian_against_differences(params):
    inputs = np.random.default_rng(3).standard_normal((2, 5, 3))
    columns = [
        (NETWORK.logits(params, inputs + h) - NETWORK.logits(params, inputs - h)) / 2e-6
        for h in 1e-6 * np.eye(3)
    ]
    norms = np.sqrt(np.sum(np.square(columns), axis=(0, -1)))
    assert jacobian_norm(NETWORK, params, inputs) == pytest.approx(norms.mean(axis=1), rel=1e-6)
    bound = 2**0.5 * spectral_product(NETWORK, params)
    assert (jacobian_norm(NETWORK, params, inputs) <= bound).all()


def test_noise_accuracy_adds_the_stream_of_the_row(params):
    rng = np.random.default_rng(4)
    inputs, labels = rng.standard_normal((2, 50, 3)), rng.integers(2, size=(2, 50))
    streams = [np.random.default_rng(i) for i in (8, 9)]
    draws = [np.random.default_rng(i).standard_normal((50, 3)) for i in (8, 9)]
    noisy = inputs + 0.5 * np.stack(draws)
    value = noise_accuracy(NETWORK, params, inputs, labels, 0.5, streams)
    assert value == pytest.approx(NETWORK.accuracy(params, noisy, labels))
    still = noise_accuracy(NETWORK, params, inputs, labels, 0.0, streams)
    assert still == pytest.approx(NETWORK.accuracy(params, inputs, labels))
    with pytest.raises(ValueError, match="noise = -1"):
        noise_accuracy(NETWORK, params, inputs, labels, -1, streams)
