r"""Stochastic gradient descent with fresh label noise, and the slow flow that it follows.

A *model* maps parameters (..., P) and inputs (..., d) to the values $h(x,\theta)$, shape (...), and
their gradients $\nabla_\theta h$, shape (..., P). The loss of one example is $\frac12(h-y)^2$.

References
----------
.. [1] G. Blanc, N. Gupta, G. Valiant, P. Valiant, "Implicit regularization for deep neural
   networks driven by an Ornstein-Uhlenbeck like process", COLT 2020.
"""

from collections.abc import Callable, Sequence

import numpy as np

Model = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
_BLOCK = 4096


class FreshLabels:
    r"""Gradient $(h(x_i,\theta)-y_i-\epsilon)\,\nabla_\theta h(x_i,\theta)$ of a random example.

    Each call draws, for each row, an example $i$ and a sign: $\epsilon=\pm\sigma$. So each call
    differs; pass it to `optimize.descend` for stochastic gradient descent. The draws are taken
    in blocks of 4096 calls.

    Parameters
    ----------
    model : callable
    inputs : array, shape (n, d) or (rows, n, d)
    labels : array, shape (n,) or (rows, n)
    sigma : float or array of shape (rows,)
        Size of the label noise.
    rngs : sequence of Generator
        One stream a row; rows with equal streams see the same examples and signs.

    Raises
    ------
    ValueError
        If `inputs` or `labels` are given by row, for another number of rows than `rngs`.
    """

    def __init__(
        self, model: Model, inputs: np.ndarray, labels: np.ndarray,
        sigma: float | np.ndarray, rngs: Sequence[np.random.Generator],
    ) -> None:
        self.model, self.rngs, rows = model, list(rngs), len(rngs)
        self.inputs = np.broadcast_to(inputs, (rows, *inputs.shape[-2:]))
        self.labels = np.broadcast_to(labels, (rows, labels.shape[-1]))
        self.sigma, self.rows, self.calls = sigma, np.arange(rows), 0

    def _draw(self) -> None:
        n = self.labels.shape[1]
        draws = np.stack([rng.integers(2 * n, size=_BLOCK) for rng in self.rngs], axis=1)
        self.examples, noise = draws >> 1, self.sigma * (2.0 * (draws & 1) - 1)
        self.targets = self.labels[self.rows, self.examples] + noise

    def __call__(self, theta: np.ndarray) -> np.ndarray:
        at = self.calls % _BLOCK
        if at == 0:
            self._draw()
        self.calls += 1
        h, gradient = self.model(theta, self.inputs[self.rows, self.examples[at]])
        gradient *= (h - self.targets[at])[:, None]
        return gradient


def residuals(
    model: Model, theta: np.ndarray, inputs: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""$h(x_i,\theta)-y_i$, shape (..., n), and the Jacobian, rows $\nabla_\theta h(x_i)$.

    Parameters
    ----------
    model : callable
    theta : array, shape (..., P)
    inputs : array, shape (n, d) or (..., n, d)
    labels : array, shape (n,) or (..., n)
    """
    h, jacobian = model(theta[..., None, :], inputs)
    return h - labels, jacobian


def regularizer(model: Model, theta: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    r"""$\mathrm{reg}(\theta)=\frac1n\sum_i\|\nabla_\theta h(x_i,\theta)\|^2$ [1]_, shape (...)."""
    jacobian = model(theta[..., None, :], inputs)[1]
    return (jacobian**2).sum(-1).mean(-1)


def projected_gradient(
    model: Model, theta: np.ndarray, inputs: np.ndarray, delta: float = 1e-5
) -> np.ndarray:
    r"""$P\,\nabla\mathrm{reg}$, with $P$ the projection on $\{v: J v=0\}$, shape (..., P).

    The zero-loss set has this tangent space. $\nabla\mathrm{reg}=\frac2n\sum_iH_ig_i$ with
    $g_i$ and $H_i$ the gradient and Hessian of $h(x_i,\cdot)$; $H_ig_i$ is a central difference
    of gradients along $g_i$, of width `delta`.
    """
    theta = theta[..., None, :]
    jacobian = model(theta, inputs)[1]
    ahead, behind = (model(theta + s * delta * jacobian, inputs)[1] for s in (1, -1))
    gradient = ((ahead - behind) / delta).mean(-2)[..., None]
    return (gradient - np.linalg.pinv(jacobian) @ (jacobian @ gradient))[..., 0]


def fitting_step(
    model: Model, theta: np.ndarray, inputs: np.ndarray, labels: np.ndarray, longest: float = 0.3
) -> np.ndarray:
    r"""Gauss-Newton step $J^+(h-y)$ to zero loss, cut to the length `longest`, shape (..., P).

    It is the shortest step that fits the linearized model: near the zero-loss set
    $\theta-J^+(h-y)$ is almost the nearest point of that set.
    """
    residual, jacobian = residuals(model, theta, inputs, labels)
    step = (np.linalg.pinv(jacobian) @ residual[..., None])[..., 0]
    length = np.linalg.norm(step, axis=-1, keepdims=True)
    return step * longest / np.maximum(length, longest)
