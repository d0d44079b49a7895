r"""What a small start does: it is learned from in the order of the singular values.

Near 0 gradient descent on a factored model is linear, $U_{t+1}\approx(I+\mu M)U_t$, with
$M=\mathcal A^*(y)$ the matrix of the spectral method [1]_. In a start of size $\alpha$ the top r
directions, the *signal*, grow by $1+\mu\sigma_r$ a step or faster, all others, the *noise*, by
$1+\mu\sigma_{r+1}$ at most. A pair of factors is the same with $U = (V; W)$ stacked.

References
----------
.. [1] D. Stöger and M. Soltanolkotabi, "Small random initialization is akin to spectral
   learning", NeurIPS 2021, arXiv:2106.15013.
"""

from collections.abc import Sequence

import numpy as np


def error_exponent(sigma: np.ndarray, rank: int, step: float) -> np.ndarray:
    r"""Predicted power p of the start's size in the final error $\|UU^\top-X\|\sim\alpha^p$.

    $$p = 2(1-\rho),\qquad\rho=\frac{\log(1+\mu\sigma_{r+1})}{\log(1+\mu\sigma_r)}.$$

    The signal is of size 1 after $\log(1/\alpha)/\log(1+\mu\sigma_r)$ steps; by then the noise,
    of size $\alpha$ at first, has size $\alpha^{1-\rho}$, and it enters the product squared.

    Parameters
    ----------
    sigma : array, shape (..., n)
        Singular values of $M$, or its eigenvalues if $U$ is the only factor; largest first.
    rank : int
        Rank r of the signal, from 1 to n - 1.
    step : float
        The step $\mu$.

    Returns
    -------
    array, shape (...)
        From 0 (no gap) to 2 (no noise grows).

    Raises
    ------
    ValueError
        If `rank` is not from 1 to n - 1.

    Examples
    --------
    >>> float(error_exponent(np.array([3.0, 3.0, 1.0]), rank=2, step=1.0))
    1.0
    """
    if not 1 <= rank < sigma.shape[-1]:
        raise ValueError(f"rank = {rank!r}: must be from 1 to {sigma.shape[-1] - 1}")
    growth = np.log1p(step * sigma[..., rank - 1 : rank + 1])
    return 2 * (1 - growth[..., 1] / growth[..., 0])


def first_step(steps: Sequence[int] | np.ndarray, reached: np.ndarray) -> np.ndarray:
    """The first recorded step at which something holds, NaN where it never does.

    Parameters
    ----------
    steps : array, shape (points,)
        Steps of the recording, `trajectory["step"]`.
    reached : array of bool, shape (points, ...)
        Whether it holds, for example `trajectory["norm"] >= 0.1`.

    Returns
    -------
    array of float, shape (...)

    Examples
    --------
    >>> first_step([0, 10, 20], np.array([[0.0, 0], [2, 0], [1, 0]]) > 1).tolist()
    [10.0, nan]
    """
    reached = np.asarray(reached)
    return np.where(reached.any(0), np.asarray(steps, dtype=float)[reached.argmax(0)], np.nan)


def signal_and_noise(U: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""How much a factor has learned of a subspace, and how much it carries besides.

    With $Q$ an orthonormal basis of the subspace and $P$ the projection onto the row space of
    $Q^\top U$: the least singular value of $Q^\top U$, and $\|U(I-P)\|_2$. The noise is what
    remains off the *right* singular vectors of the signal, so parts that move along with the
    signal do not count as noise.

    Parameters
    ----------
    U : array, shape (..., n, k)
        The factor, k >= r.
    basis : array, shape (n, r)
        $Q$, orthonormal columns.

    Returns
    -------
    signal, noise : arrays, shape (...)

    Examples
    --------
    >>> U = np.array([[3.0, 0.0], [1.0, 2.0]])
    >>> [float(x) for x in signal_and_noise(U, np.array([[1.0], [0.0]]))]
    [3.0, 2.0]
    """
    _, s, vt = np.linalg.svd(basis.T @ U, full_matrices=False)
    rest = U - (U @ vt.mT) @ vt
    return s[..., -1], np.linalg.norm(rest, 2, axis=(-2, -1))
