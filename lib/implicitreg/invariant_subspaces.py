r"""Directions that gradient descent never leaves, and networks compressed to them.

A deep linear network $W_N\cdots W_1$ that starts at scaled orthogonal factors $W_j=\varepsilon Q_j$
and learns a matrix $M$ of rank r moves in at most 2r directions of each layer.
"""

from collections.abc import Sequence

import numpy as np

from implicitreg.parameterizations import LossGradient, deep_gradient, deep_product


def split_directions(M: np.ndarray, Q: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Orthonormal bases of the directions that learn, and of those that do not.

    With $M=\sum_i\sigma_ia_ib_i^\top$ the first basis spans $b_1,\dots,b_r$ and
    $Q^\top a_1,\dots,Q^\top a_r$, the second the rest. If M has rank r, the rest is
    $\ker M\cap\ker M^\top Q$. If its rank is higher, this is a guess from its leading part.

    Parameters
    ----------
    M : array, shape (..., n, n)
        The target.
    Q : array, shape (..., n, n)
        The orthogonal matrix $Q_N\cdots Q_1$ of the start.
    rank : int
        The r of M, from 1 to n / 2.

    Returns
    -------
    core, bulk : arrays, shapes (..., n, 2 r) and (..., n, n - 2 r)

    Raises
    ------
    ValueError
        If `rank` is out of range.
    """
    n = M.shape[-1]
    if not 1 <= rank <= n // 2:
        raise ValueError(f"rank = {rank!r}: must be from 1 to {n // 2}")
    a, _, bt = np.linalg.svd(M)
    span = np.concatenate([bt.mT[..., :rank], Q.mT @ a[..., :rank]], axis=-1)
    basis = np.linalg.qr(span, mode="complete").Q
    return basis[..., : 2 * rank], basis[..., 2 * rank :]


def transported(V: np.ndarray, factors: np.ndarray) -> list[np.ndarray]:
    r"""The bases $V,\ Q_1V,\ Q_2Q_1V,\dots$ that each layer hands to the next.

    Parameters
    ----------
    V : array, shape (..., n, k)
        A basis for the input of the first layer.
    factors : array, shape (..., N, n, n)
        The orthogonal factors $Q_j$, the first layer's first.

    Returns
    -------
    list of N + 1 arrays, shape (..., n, k)
    """
    bases = [V]
    for j in range(factors.shape[-3]):
        bases.append(factors[..., j, :, :] @ bases[-1])
    return bases


def stack_narrow(U: np.ndarray, V: np.ndarray, cores: Sequence[np.ndarray]) -> np.ndarray:
    r"""The network $UC_K\cdots C_1V^\top$ of width k as one state: its factors, stacked.

    Parameters
    ----------
    U, V : arrays, shape (..., n, k)
        The outer factors.
    cores : sequence of K arrays, shape (..., k, k)
        The inner factors, $C_1$ first; at least one.

    Returns
    -------
    array, shape (..., 2 n + K k, k)
        A state for `narrow_product` and `narrow_gradient`; the first 2n rows are U and V.
    """
    cores = [np.broadcast_to(core, (*U.shape[:-2], *core.shape[-2:])) for core in cores]
    return np.concatenate([U, V, *cores], axis=-2)


def narrow_product(x: np.ndarray, n: int) -> np.ndarray:
    r"""End-to-end matrix $UC_K\cdots C_1V^\top$ of stacked factors, shape (..., n, n)."""
    U, V, cores = _factors(x, n)
    return U @ deep_product(cores) @ V.mT


def narrow_gradient(x: np.ndarray, n: int, G: LossGradient) -> np.ndarray:
    r"""Gradient of $\ell(UCV^\top)$, $C=C_K\cdots C_1$, in all factors.

    Three products of cost $n^2k$ dominate:

    $$\nabla_U = GVC^\top,\qquad \nabla_V = G^\top UC,\qquad
      \nabla_C = U^\top GV\ \text{(then the chain rule for its factors)}.$$

    Parameters
    ----------
    x : array, shape (..., 2 n + K k, k)
        A state of `stack_narrow`.
    n : int
        Size of the end-to-end matrix.
    G : callable or array, shape (..., n, n)
        The gradient $\nabla\ell$: the function, or its value at `narrow_product(x, n)`.

    Returns
    -------
    array of the shape of `x`
    """
    U, V, cores = _factors(x, n)
    C = deep_product(cores)
    slope = G(U @ C @ V.mT) if callable(G) else G
    back = slope @ V
    inner = deep_gradient(cores, U.mT @ back)
    outer = [back @ C.mT, slope.mT @ (U @ C)]
    return np.concatenate([*outer, inner.reshape(*x.shape[:-2], -1, x.shape[-1])], axis=-2)


def _factors(x: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """U, V and the cores (..., K, k, k) of a stacked state."""
    k = x.shape[-1]
    height = x.shape[-2] - 2 * n
    if height < k or height % k:
        raise ValueError(f"x.shape = {x.shape}: must be (..., 2 * {n} + K k, k) with K >= 1")
    cores = x[..., 2 * n :, :].reshape(*x.shape[:-2], height // k, k, k)
    return x[..., :n, :], x[..., n : 2 * n, :], cores
