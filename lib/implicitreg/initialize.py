r"""Starts of factored models: how small, and how balanced.

The scale $s$ is always the size of the *product* $W_N\cdots W_1$, so each factor has size
$s^{1/N}$ and runs of different depth start from the same place. Factors are balanced if
$W_{j+1}^\top W_{j+1} = W_jW_j^\top$ for all $j$; gradient flow keeps these differences.
"""

import numpy as np


def balanced_factors(product: np.ndarray, depth: int) -> np.ndarray:
    r"""Balanced factors of a given product $W = U\Sigma V^\top$.

    $W_N = U\Sigma^{1/N}$, $W_1 = \Sigma^{1/N}V^\top$ and $\Sigma^{1/N}$ in between.

    Parameters
    ----------
    product : array, shape (..., n, n)
        The matrix $W$.
    depth : int
        Number of factors $N$, >= 1.

    Returns
    -------
    array, shape (..., N, n, n)

    Raises
    ------
    ValueError
        If `depth` < 1 or `product` is not square.

    Examples
    --------
    >>> balanced_factors(np.diag([8.0, 1.0]), 3)[1]
    array([[2., 0.],
           [0., 1.]])
    """
    product = np.asarray(product, dtype=float)
    if product.ndim < 2 or product.shape[-1] != product.shape[-2]:
        raise ValueError(f"product.shape = {product.shape}: must be (..., n, n)")
    _check(depth)
    u, s, vt = np.linalg.svd(product)
    root = s[..., None] ** (1 / depth) * np.eye(product.shape[-1])
    factors = np.stack([root] * depth, axis=-3)
    factors[..., 0, :, :] = factors[..., 0, :, :] @ vt
    factors[..., -1, :, :] = u @ factors[..., -1, :, :]
    return factors


def orthogonal_factors(rng: np.random.Generator, depth: int, n: int, scale: float) -> np.ndarray:
    r"""$W_j = s^{1/N}Q_j$ with independent uniform orthogonal $Q_j$: exactly balanced.

    All singular values of the product are $s$. Returns an array of shape (N, n, n).

    Raises
    ------
    ValueError
        If `depth` < 1 or `scale` <= 0.
    """
    from scipy.stats import ortho_group  # takes a second, and no other start needs it

    _check(depth, scale)
    return scale ** (1 / depth) * ortho_group.rvs(n, size=depth, random_state=rng).reshape(
        depth, n, n
    )


def gaussian_factors(rng: np.random.Generator, depth: int, n: int, scale: float) -> np.ndarray:
    r"""Independent Gaussian factors, entries of standard deviation $s^{1/N}/\sqrt n$.

    Entries of the product have standard deviation $s/\sqrt n$, at each depth. Not balanced;
    $W_{j+1}^\top W_{j+1} - W_jW_j^\top$ has size $s^{2/N}$, which for $N\ge3$ shrinks slowly
    with $s$. Returns an array of shape (N, n, n).

    Raises
    ------
    ValueError
        If `depth` < 1 or `scale` <= 0.
    """
    _check(depth, scale)
    return scale ** (1 / depth) / n**0.5 * rng.standard_normal((depth, n, n))


def signed_gaussian(rng: np.random.Generator, n: int, scale: float, sign: int) -> np.ndarray:
    r"""Gaussian matrix with entries of standard deviation $s$ and $\mathrm{sign}\det = \pm1$.

    A draw whose determinant has the other sign gets its first row negated, which leaves its
    distribution as it is. The same draw serves both signs: they differ in that row only.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the draw.
    n : int
        Size of the matrix.
    scale : float
        Standard deviation of the entries, > 0.
    sign : int
        Sign of the determinant, 1 or -1.

    Returns
    -------
    array, shape (n, n)

    Raises
    ------
    ValueError
        If `sign` is not 1 or -1, or `scale` <= 0.
    """
    if sign not in (1, -1):
        raise ValueError(f"sign = {sign!r}: must be 1 or -1")
    _check(1, scale)
    matrix = scale * rng.standard_normal((n, n))
    matrix[0] *= sign * np.sign(np.linalg.det(matrix))
    return matrix


def spectral_factor(M: np.ndarray, rank: int) -> np.ndarray:
    r"""Factor $U$ of the best positive semidefinite approximation of rank r, $UU^\top\approx M$.

    The spectral method takes $M=\mathcal A^*(y)$: the top r eigenvectors of $M$, each times the
    square root of its eigenvalue, or of 0 where that is negative.

    Parameters
    ----------
    M : array, shape (..., n, n)
        Symmetric.
    rank : int
        Number of columns r, from 1 to n.

    Returns
    -------
    array, shape (..., n, r)

    Raises
    ------
    ValueError
        If `rank` is not from 1 to n.

    Examples
    --------
    >>> abs(spectral_factor(np.diag([1.0, 4.0]), 1)).round(12)
    array([[0.],
           [2.]])
    """
    if not 1 <= rank <= M.shape[-1]:
        raise ValueError(f"rank = {rank!r}: must be from 1 to {M.shape[-1]}")
    values, vectors = np.linalg.eigh(M)
    return vectors[..., -rank:] * np.sqrt(np.maximum(values[..., None, -rank:], 0))


def _check(depth: int, scale: float = 1.0) -> None:
    if depth < 1:
        raise ValueError(f"depth = {depth!r}: must be >= 1")
    if not scale > 0:
        raise ValueError(f"scale = {scale!r}: must be > 0")
