r"""Nystrom starts, and what a scaled gradient step does with them.

For $A \succeq 0$, scaled gradient descent on $\tfrac14\|XX^\top - A\|_F^2$ moves a fraction
$\eta$ of the way from $X_t$ to its least-squares partner:

$$X_{t+1} = X_t - \eta(X_tX_t^\top - A)X_t(X_t^\top X_t)^\dagger
          = (1-\eta)X_t + \eta A(X_t^\dagger)^\top.$$

So what $X_0$ has outside the range of $A$ shrinks by exactly $1-\eta$ a step. The Nystrom start
$X_0 = A\Omega$ has nothing there [1]_.

References
----------
.. [1] B. Li, L. Zhang, A. Mokhtari, N. He, "On the crucial role of initialization for matrix
   factorization", ICLR 2025, arXiv:2410.18965.
"""

from collections.abc import Sequence

import numpy as np


def nystrom_start(
    A: np.ndarray, rank: int, rngs: Sequence[np.random.Generator], scale: float = 1.0
) -> np.ndarray:
    r"""$X_0 = A\Omega$ with $\Omega_{ij}\sim N(0, \xi^2/n)$, one stream a row.

    Parameters
    ----------
    A : array, shape (rows, m, n)
        The matrices to factor.
    rank : int
        Columns of $\Omega$, >= 1.
    rngs : sequence of Generator
        The stream of each row.
    scale : float
        $\xi > 0$.

    Returns
    -------
    array, shape (rows, m, rank)

    Raises
    ------
    ValueError
        If `rank` < 1, `scale` <= 0, or matrices and streams differ in number.
    """
    if rank < 1 or not scale > 0:
        raise ValueError(f"rank = {rank!r}, scale = {scale!r}: need rank >= 1 and scale > 0")
    if len(A) != len(rngs):
        raise ValueError(f"{len(A)} matrices, {len(rngs)} streams: one stream for each matrix")
    n = A.shape[-1]
    return A @ np.stack([scale / n**0.5 * rng.standard_normal((n, rank)) for rng in rngs])


def partner(A: np.ndarray, X: np.ndarray) -> np.ndarray:
    r"""The least-squares partner $\arg\min_Y\|XY^\top - A\|_F = A^\top(X^\dagger)^\top$.

    It is where a scaled gradient step with $\eta = 1$ arrives: in $\min_{X,Y}\|XY^\top - A\|_F^2$
    for the second factor, and for $A = A^\top$, $Y = X$ in the symmetric problem. One product
    with $A$; the residual is never formed, and no power of the condition of $X$ is lost to it.
    The pseudo-inverse drops singular values below $10^{-12}$ of the largest.

    Parameters
    ----------
    A : array, shape (..., m, n)
        The matrix to factor.
    X : array, shape (..., m, r)
        The factor at hand.

    Returns
    -------
    array, shape (..., n, r)

    Examples
    --------
    At $n = r = 1$, half of the way is Heron's rule for $\sqrt a$, here $(1.5 + 2/1.5)/2$.

    >>> X = np.array([[1.5]])
    >>> float((X + partner(np.array([[2.0]]), X)).item() / 2)
    1.4166666666666665
    """
    return A.mT @ np.linalg.pinv(X, rcond=1e-12).mT


def error_after_step(E: np.ndarray, B: np.ndarray, step: float | np.ndarray) -> np.ndarray:
    r"""$E_{t+1} = (1-2\eta)E_t + \eta^2E_tB_t^{-1}E_t$, in coordinates of the range of $A$.

    Here $E_t = B_t - \Lambda$, where $B_t$ and $\Lambda$ are $X_tX_t^\top$ and $A$ in these
    coordinates and the rank is exact. At $\eta = \tfrac12$ the linear term is gone.

    Parameters
    ----------
    E, B : array, shape (..., r, r)
        Error and Gram matrix before the step.
    step : float or array, shape (..., 1, 1)
        The step $\eta$.
    """
    return (1 - 2 * step) * E + step**2 * E @ np.linalg.solve(B, E)
