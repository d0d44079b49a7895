r"""Linear measurements $\mathcal A(X)$ of matrices, each with its adjoint $\mathcal A^*$."""

from dataclasses import dataclass

import numpy as np

_BLOCK_BYTES = 512 * 1024


@dataclass(frozen=True)
class EntrySampling:
    r"""Observation of some entries, $\mathcal P_\Omega(X)$: the others are set to 0.

    $\mathcal P_\Omega$ is an orthogonal projection, so it is its own adjoint, and the measurements
    are kept as a matrix with zeros where nothing is observed.

    Parameters
    ----------
    mask : array, shape (..., n, m)
        1 (or True) where the entry is observed, else 0. Leading axes are batch axes.

    Raises
    ------
    ValueError
        If `mask` holds something other than 0 and 1, or observes nothing.

    Examples
    --------
    >>> sampling = EntrySampling([[0, 1], [1, 1]])
    >>> sampling.forward(np.array([[7.0, 1.0], [1.0, 0.0]]))
    array([[0., 1.],
           [1., 0.]])
    >>> sampling.n_measurements
    3
    """

    mask: np.ndarray

    def __post_init__(self) -> None:
        mask = np.asarray(self.mask, dtype=float)
        if mask.ndim < 2 or not np.isin(mask, (0, 1)).all() or not mask.any():
            raise ValueError("mask: must be a matrix of 0 and 1 that observes some entry")
        object.__setattr__(self, "mask", mask)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the matrices that are measured."""
        return self.mask.shape[-2:]

    @property
    def n_measurements(self) -> int:
        """Number of observed entries of one matrix."""
        return int(self.mask.sum((-1, -2)).max())

    def forward(self, X: np.ndarray) -> np.ndarray:
        r"""$\mathcal P_\Omega(X)$, shape (..., n, m)."""
        return self.mask * X

    def adjoint(self, residual: np.ndarray) -> np.ndarray:
        r"""$\mathcal P_\Omega^*=\mathcal P_\Omega$, shape (..., n, m)."""
        return self.mask * residual


def uniform_entries(
    rng: np.random.Generator, shape: tuple[int, int], n_measurements: int
) -> EntrySampling:
    """Observe `n_measurements` entries, drawn uniformly without replacement.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the draw.
    shape : (int, int)
        Shape of the matrix.
    n_measurements : int
        Number of entries, from 1 to the size of the matrix.

    Raises
    ------
    ValueError
        If `n_measurements` is out of range.
    """
    size = shape[0] * shape[1]
    if not 1 <= n_measurements <= size:
        raise ValueError(f"n_measurements = {n_measurements!r}: must be from 1 to {size}")
    mask = np.zeros(size)
    mask[rng.permutation(size)[:n_measurements]] = 1
    return EntrySampling(mask.reshape(shape))


@dataclass(frozen=True)
class RankOneOperator:
    r"""$\mathcal A(X)_i = \frac1{\sqrt m}a_i^\top Xa_i$, with $\mathcal A^*(r) = \frac1{\sqrt m}\sum_ir_ia_ia_i^\top$.

    States $x$ are rows, shape (rows, n), and stand for $xx^\top$. The vectors are read in blocks
    of half a megabyte, so that the two products of a gradient find a block in cache.

    Parameters
    ----------
    vectors : array, shape (m, n)
        The $a_i$ as rows.

    Examples
    --------
    >>> operator = RankOneOperator(np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0], [0.0, 0.0]]))
    >>> operator.forward_rows(np.array([[3.0, 1.0]]))
    array([[4.5, 8. , 2. , 0. ]])
    """

    vectors: np.ndarray

    def __post_init__(self) -> None:
        vectors = np.ascontiguousarray(self.vectors, dtype=float)
        if vectors.ndim != 2 or not vectors.size:
            raise ValueError(f"vectors of shape {vectors.shape}: must be a matrix (m, n)")
        object.__setattr__(self, "vectors", vectors)
        height = max(1, _BLOCK_BYTES // (8 * vectors.shape[1]))
        cuts = range(0, len(vectors), height)
        object.__setattr__(self, "_slices", [slice(i, i + height) for i in cuts])

    @property
    def n_measurements(self) -> int:
        """Number of measurements, m."""
        return len(self.vectors)

    def forward(self, X: np.ndarray) -> np.ndarray:
        r"""$a_i^\top Xa_i/\sqrt m$ of matrices (..., n, n), shape (..., m)."""
        return ((self.vectors @ X) * self.vectors).sum(-1) / self.n_measurements**0.5

    def adjoint(self, residual: np.ndarray) -> np.ndarray:
        r"""$\frac1{\sqrt m}\sum_ir_ia_ia_i^\top$ of residuals (..., m), shape (..., n, n)."""
        weighted = residual[..., None] * self.vectors
        return self.vectors.T @ weighted / self.n_measurements**0.5

    def forward_rows(self, x: np.ndarray) -> np.ndarray:
        r"""$\mathcal A(xx^\top)$ of each row, shape (rows, m)."""
        return (x @ self.vectors.T) ** 2 / self.n_measurements**0.5

    def gradient_rows(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        r"""Gradient $\mathcal A^*(\mathcal A(xx^\top) - y)\,x$ of $\frac14\|\mathcal A(xx^\top)-y\|^2$.

        Parameters
        ----------
        x : array, shape (rows, n)
        y : array, shape (m,)

        Returns
        -------
        array, shape (rows, n)
        """
        root, total = self.n_measurements**0.5, np.zeros_like(x)
        for block in self._slices:
            vectors = self.vectors[block]
            inner = x @ vectors.T
            total += ((inner * inner / root - y[block]) * inner) @ vectors
        return total / root
