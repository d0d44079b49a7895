"""What is measured on a matrix or a curve. Leading axes of matrices are batch axes."""

import numpy as np

from implicitreg.arrays import namespace


def singular_values(W: np.ndarray) -> np.ndarray:
    """Singular values of each matrix, largest first; NaN for a matrix that is not finite.

    A diverged run thus stays one undecided value, where `np.linalg.svd` would raise.

    Examples
    --------
    >>> singular_values(np.diag([1.0, -3.0]))
    array([3., 1.])
    """
    xp = namespace(W)
    W = xp.asarray(W)
    finite = xp.all(xp.isfinite(W), axis=(-2, -1))
    sigma = xp.linalg.svdvals(xp.where(finite[..., None, None], W, 0))
    return xp.where(finite[..., None], sigma, np.nan)


def nuclear_norm(W: np.ndarray) -> np.ndarray:
    r"""$\|W\|_* = \sum_i\sigma_i(W)$.

    Examples
    --------
    >>> float(nuclear_norm(np.diag([3.0, -1.0])))
    4.0
    """
    return namespace(W).sum(singular_values(W), axis=-1)


def effective_rank(W: np.ndarray) -> np.ndarray:
    r"""$\mathrm{erank}(W) = \exp(-\sum_i p_i\log p_i)$ with $p_i = \sigma_i/\sum_k\sigma_k$ [1]_.

    From 1 (one singular value) to n (all equal), continuous where the rank jumps; NaN at 0
    and where W is not finite.

    References
    ----------
    .. [1] O. Roy and M. Vetterli, The effective rank: a measure of effective dimensionality,
       EUSIPCO 2007.

    Examples
    --------
    >>> round(float(effective_rank(np.diag([1.0, 1.0, 0.0]))), 12)
    2.0
    """
    xp, sigma = namespace(W), singular_values(W)
    with np.errstate(invalid="ignore"):
        p = sigma / xp.sum(sigma, axis=-1, keepdims=True)
    return xp.exp(-xp.sum(p * xp.log(xp.where(p > 0, p, 1)), axis=-1))


def mean_square_error(W: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Mean over all entries of the squared difference."""
    return namespace(W, target).mean((W - target) ** 2, axis=(-1, -2))


def loglog_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    r"""Slope of $\log y$ on $\log x$ along the first axis, by least squares.

    Parameters
    ----------
    x, y : arrays, shape (points, ...)
        Positive values; further axes are fitted each by itself.

    Returns
    -------
    array, shape (...)

    Raises
    ------
    ValueError
        If there are fewer than two points, or a value is not positive.

    Examples
    --------
    >>> x = np.array([1.0, 10.0, 100.0])
    >>> round(float(loglog_slope(x, 5 * x**-0.5)), 12)
    -0.5
    """
    xp = namespace(x, y)
    x, y = xp.asarray(x), xp.asarray(y)
    if x.shape[0] < 2:
        raise ValueError(f"len(x) = {x.shape[0]}: a slope needs at least two points")
    if not (xp.all(x > 0) and xp.all(y > 0)):
        raise ValueError("x, y: must be positive, their logarithms are fitted")
    u, v = (log - xp.mean(log, axis=0) for log in (xp.log(x), xp.log(y)))
    return xp.sum(u * v, axis=0) / xp.sum(u * u, axis=0)


def singular_value_motion(
    times: np.ndarray, path: np.ndarray, G: np.ndarray, top: int, separation: float = 0.05
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Measured speed of the top singular values along a path, beside their push.

    The speed $\dot\sigma_r$ is a central difference, the push is $-\langle G, u_rv_r^\top\rangle$.
    Left out are the two ends, points where $\sigma_r$ is within `separation` (relative) of a
    neighbour, since there the singular vectors turn too fast to be followed, and points where
    it hardly moves (a push below 1/1000 of its largest), since there a difference is noise.

    Parameters
    ----------
    times : array, shape (points,)
        Increasing times.
    path : array, shape (points, n, n)
        The matrix at these times.
    G : array, shape (points, n, n)
        The gradient of the loss at these matrices.
    top : int
        How many singular values, from 1 to n - 1.
    separation : float
        Least relative gap to the neighbouring singular values.

    Returns
    -------
    sigma, speed, push : arrays, shape (kept,)
        All kept points of all `top` singular values.

    Raises
    ------
    ValueError
        If `top` is not from 1 to n - 1.
    """
    if not 1 <= top < path.shape[-1]:
        raise ValueError(f"top = {top!r}: must be from 1 to {path.shape[-1] - 1}")
    u, sigma, vt = np.linalg.svd(path)
    push = -np.einsum("tir,tij,trj->tr", u[..., :top], G, vt[:, :top], optimize=True)
    speed = np.gradient(sigma[:, :top], times, axis=0)
    apart = sigma[:, 1 : top + 1] < (1 - separation) * sigma[:, :top]
    apart[:, 1:] &= apart[:, :-1].copy()
    keep = apart & (np.abs(push) > 1e-3 * np.abs(push).max(axis=0))
    keep[[0, -1]] = False
    return sigma[:, :top][keep], speed[keep], push[keep]


def subspace_sine(U: np.ndarray, V: np.ndarray) -> np.ndarray:
    r"""Sine of the largest angle from span(V) to span(U), $\|(I-Q_UQ_U^\top)Q_V\|_2$.

    Parameters
    ----------
    U : array, shape (..., n, r)
        Columns of full rank.
    V : array, shape (..., n, k)
        Columns of full rank, k <= r.

    Returns
    -------
    array, shape (...)
        From 0 (span(V) lies in span(U)) to 1.

    Examples
    --------
    >>> U, V = np.array([[1.0], [0.0]]), np.array([[3.0], [4.0]])
    >>> round(float(subspace_sine(U, V)), 12)
    0.8
    """
    qr = namespace(U, V).linalg.qr
    Q, B = qr(U)[0], qr(V)[0]
    return singular_values(B - Q @ (Q.mT @ B))[..., 0]
