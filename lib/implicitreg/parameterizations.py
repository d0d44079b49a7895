r"""Models of a matrix $W$ and the gradient of a loss $\ell(W)$ in their parameters.

Every gradient takes `G`, which stands for $\nabla\ell$: either the function $W\mapsto\nabla\ell(W)$
or its value at the present $W$. Leading axes are batch axes (rows, seeds, starts).
"""

from collections.abc import Callable

import numpy as np

from implicitreg.arrays import namespace

LossGradient = Callable[[np.ndarray], np.ndarray] | np.ndarray


def deep_product(factors: np.ndarray) -> np.ndarray:
    r"""End-to-end matrix $W = W_N W_{N-1}\cdots W_1$ of a deep linear network.

    Parameters
    ----------
    factors : array, shape (..., N, n, n)
        The factors, $W_1$ first.

    Returns
    -------
    array, shape (..., n, n)

    Raises
    ------
    ValueError
        If `factors` is no stack of at least one square matrix.

    Examples
    --------
    >>> factors = np.array([[[1.0, 2.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
    >>> deep_product(factors)
    array([[0., 1.],
           [1., 2.]])
    """
    return _prefixes(_layers(factors))[-1]


def deep_gradient(factors: np.ndarray, G: LossGradient) -> np.ndarray:
    r"""Gradient of $\ell(W_N\cdots W_1)$ in every factor, for $3N-3$ matrix products in all.

    With $P_j = W_j\cdots W_1$ and $B_j = W_{j+1}^\top\cdots W_N^\top\,\nabla\ell(P_N)$,

    $$\nabla_{W_j} = B_j P_{j-1}^\top .$$

    The $N-1$ products $P_j$ are kept, $B_j$ is built from $B_N=\nabla\ell(P_N)$ downwards.

    Parameters
    ----------
    factors : array, shape (..., N, n, n)
        The factors, $W_1$ first.
    G : callable or array, shape (..., n, n)
        The gradient of the loss in $W$: the function, or its value at `deep_product(factors)`.

    Returns
    -------
    array, shape (..., N, n, n)

    Raises
    ------
    ValueError
        If `factors` is no stack of at least one square matrix.
    """
    layers = _layers(factors)
    prefixes = _prefixes(layers)
    back = G(prefixes[-1]) if callable(G) else G
    gradient = namespace(factors).empty_like(factors, dtype=back.dtype)
    for j in range(len(layers) - 1, 0, -1):
        gradient[..., j, :, :] = back @ prefixes[j - 1].mT
        back = layers[j].mT @ back
    gradient[..., 0, :, :] = back
    return gradient


def depth_factor(sigma: float | np.ndarray, depth: int) -> float | np.ndarray:
    r"""The factor $N\sigma^{2-2/N}$ by which depth $N$ speeds a singular value $\sigma$ of $W$.

    Under balanced gradient flow $\dot\sigma_r = N\sigma_r^{2-2/N}\cdot
    \langle-\nabla\ell(W), u_rv_r^\top\rangle$: the factor multiplies the motion of depth 1.
    It is also a curvature. Where $\nabla\ell$ vanishes, balanced factors of norm
    $\sigma^{1/N}$ have Jacobian $J$ with $\|J\|^2 = N\sigma^{2-2/N}$, $\sigma = \|W\|_2$; so
    if $\nabla^2\ell\preceq I$ the Hessian in the factors is at most this number, and a
    step $c\,/\,(N\sigma^{2-2/N})$ with $c < 2$ is stable at the solution.

    Parameters
    ----------
    sigma : float or array
        Singular value, >= 0.
    depth : int
        Number of factors $N$, >= 1.

    Raises
    ------
    ValueError
        If `depth` < 1.

    Examples
    --------
    >>> depth_factor(4.0, 1), depth_factor(4.0, 2)
    (1.0, 8.0)
    """
    if depth < 1:
        raise ValueError(f"depth = {depth!r}: must be >= 1")
    return depth * sigma ** (2 - 2 / depth)


def factored_gradient(U: np.ndarray, G: LossGradient) -> np.ndarray:
    r"""Gradient of $\tfrac12\ell(UU^\top)$, the matrix $\tfrac12(G+G^\top)U$.

    The half makes it $\mathcal A^*(r)U$ for $\ell(W)=\tfrac12\|\mathcal A(W)-y\|^2$, and makes the
    flow that of a depth 2 network whose factors are $U$ and $U^\top$.

    Parameters
    ----------
    U : array, shape (..., n, r)
        The factor.
    G : callable or array, shape (..., n, n)
        The gradient of the loss in $W$: the function, or its value at $UU^\top$.

    Returns
    -------
    array, shape (..., n, r)
    """
    slope = G(U @ U.mT) if callable(G) else G
    return (slope + slope.mT) @ U / 2


def bifactored_gradient(
    U: np.ndarray, V: np.ndarray, G: LossGradient
) -> tuple[np.ndarray, np.ndarray]:
    r"""Gradient of $\ell(UV^\top)$ in both factors, $(GV,\ G^\top U)$.

    Parameters
    ----------
    U, V : arrays, shapes (..., m, r) and (..., n, r)
        The factors.
    G : callable or array, shape (..., m, n)
        The gradient of the loss in $W$: the function, or its value at $UV^\top$.

    Returns
    -------
    tuple of arrays of the shapes of `U` and `V`
    """
    slope = G(U @ V.mT) if callable(G) else G
    return slope @ V, slope.mT @ U


def _layers(factors: np.ndarray) -> list[np.ndarray]:
    """The factors as a list, so that the products below read like the formula."""
    shape = factors.shape
    if len(shape) < 3 or shape[-3] < 1 or shape[-2] != shape[-1]:
        raise ValueError(f"factors.shape = {shape}: must be (..., N, n, n) with N >= 1")
    return [factors[..., j, :, :] for j in range(shape[-3])]


def _prefixes(layers: list[np.ndarray]) -> list[np.ndarray]:
    """W_1, W_2 W_1, ..., W_N ... W_1."""
    products = layers[:1]
    for layer in layers[1:]:
        products.append(layer @ products[-1])
    return products
