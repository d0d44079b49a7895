r"""How complex is the function that a network has learned? Four measures, one value a row.

References
----------
.. [1] B. Neyshabur, R. Tomioka, N. Srebro, "Norm-based capacity control in neural networks",
   COLT 2015 (path norms).
.. [2] P. Bartlett, D. Foster, M. Telgarsky, "Spectrally-normalized margin bounds for neural
   networks", NeurIPS 2017 (products of spectral norms).
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from implicitreg.networks import Network


def path_norm(network: Network, params: np.ndarray) -> np.ndarray:
    r"""$\big(\sum_{\text{paths}}\prod_{\text{edges}} w^2\big)^{1/2}$, biases left out; (rows,).

    The sum over all paths from inputs to outputs is
    $\mathbf 1^\top(W_L\odot W_L)\cdots(W_1\odot W_1)\mathbf 1$.
    """
    squares = [weight.astype(float) ** 2 for weight in network.weights(params)]
    ones = np.ones((len(params), network.widths[0], 1))
    return np.sqrt(reduce(lambda value, square: square @ value, squares, ones).sum((-2, -1)))


def spectral_product(network: Network, params: np.ndarray) -> np.ndarray:
    r"""$\prod_l\|W_l\|_2$, which bounds the Lipschitz constant of the network; (rows,)."""
    largest = [np.linalg.norm(w, 2, axis=(-2, -1)) for w in network.weights(params)]
    return np.prod(largest, axis=0)


def jacobian_norm(network: Network, params: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    r"""Mean over the inputs of $\|\partial f(x)/\partial x\|_F$, the logits' Jacobian; (rows,).

    $J = W_LD_{L-1}W_{L-1}\cdots D_1W_1$, where $D_l$ marks the units that are on.
    """
    values = network.activations(params, inputs)
    weights = network.weights(params)
    jacobian = weights[-1][:, None]
    for weight, value in zip(weights[-2::-1], values[-2:0:-1], strict=True):
        jacobian = (jacobian * (value > 0)[:, :, None]) @ weight[:, None]
    norms = np.linalg.norm(jacobian, axis=(-2, -1))
    return norms.mean(axis=-1)


def noise_accuracy(
    network: Network,
    params: np.ndarray,
    inputs: np.ndarray,
    labels: np.ndarray,
    noise: float,
    rngs: Sequence[np.random.Generator],
) -> np.ndarray:
    r"""Accuracy on the inputs plus fresh $N(0, \text{noise}^2)$, one stream a row; (rows,).

    Raises
    ------
    ValueError
        If `noise` is negative.
    """
    if noise < 0:
        raise ValueError(f"noise = {noise!r}: must be >= 0")
    shape = np.shape(inputs)[-2:]
    shift = np.stack([noise * rng.standard_normal(shape) for rng in rngs])
    return network.accuracy(params, inputs + shift, labels)
