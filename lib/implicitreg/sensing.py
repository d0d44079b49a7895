r"""Matrix sensing: measurements $\mathcal A(X)_i = \langle A_i, X\rangle$ by stored matrices $A_i$.

A matrix enters by its coordinates in an orthonormal basis of the space that it lives in: all
$n_1n_2$ entries in general, and $p = n(n+1)/2$ numbers, off-diagonal ones times $\sqrt2$, for
symmetric matrices. Inner products are those of the coordinates, so $\mathcal A$ is an (m, p) array.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_SMALL = 2**15  # entries of all A_i, a quarter of a megabyte


@dataclass(frozen=True)
class SensingOperator:
    r"""$\mathcal A(X)_i = \langle A_i, X\rangle$, with $\mathcal A^*(r) = \sum_ir_iA_i$.

    Parameters
    ----------
    rows : array, shape (m, p)
        The coordinates of the $A_i$.
    shape : (int, int)
        Shape of the matrices that are measured.
    symmetric : bool
        Whether the $A_i$ are symmetric, with $p = n(n+1)/2$ coordinates, else $p = n_1n_2$.

    Raises
    ------
    ValueError
        If `rows` is no matrix of p columns, or `symmetric` matrices are not square.

    Examples
    --------
    >>> A = np.array([[[1.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]])
    >>> operator = SensingOperator.from_matrices(A)
    >>> operator.rows.shape
    (2, 3)
    >>> operator.forward(np.array([[5.0, 2.0], [4.0, 7.0]])).round(12)
    array([5., 6.])
    """

    rows: np.ndarray
    shape: tuple[int, int]
    symmetric: bool = True

    def __post_init__(self) -> None:
        n, k = self.shape
        if self.symmetric and n != k:
            raise ValueError(f"shape = {self.shape}: symmetric matrices are square")
        p = _dimension(self.shape, self.symmetric)
        if np.ndim(self.rows) != 2 or self.rows.shape[1] != p:
            raise ValueError(f"rows of shape {np.shape(self.rows)}: must be (m, {p})")

    @classmethod
    def from_matrices(cls, matrices: np.ndarray, symmetric: bool = True) -> "SensingOperator":
        """The operator of given matrices (m, n, k); of each, only the symmetric part measures
        a symmetric matrix, so with `symmetric` only that part is kept."""
        matrices = np.asarray(matrices, dtype=float)
        space = cls(np.zeros((0, _dimension(matrices.shape[1:], symmetric))),
                    matrices.shape[1:], symmetric)
        return cls(space.coordinates(matrices), space.shape, symmetric)

    @property
    def n_measurements(self) -> int:
        """Number of measurements, m."""
        return len(self.rows)

    @cached_property
    def gram(self) -> np.ndarray:
        r"""$\mathcal A^*\mathcal A$ in coordinates, shape (p, p)."""
        return self.rows.T @ self.rows

    @cached_property
    def _triangles(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the entries (i, j) and (j, i), i <= j, of a symmetric matrix are in its n^2."""
        i, j = np.triu_indices(self.shape[0])
        return i * self.shape[0] + j, j * self.shape[0] + i

    @cached_property
    def _places(self) -> np.ndarray:
        """Which coordinate each of the n^2 entries of a symmetric matrix is."""
        places = np.zeros(self.shape[0] ** 2, dtype=int)
        for triangle in self._triangles:
            places[triangle] = np.arange(self.rows.shape[1])
        return places

    @cached_property
    def _weights(self) -> tuple[np.ndarray | float, np.ndarray | float]:
        """What a sum of two mirrored entries, and a coordinate, are multiplied by."""
        if not self.symmetric:
            return 1.0, 1.0
        upper, lower = self._triangles
        root = np.where(upper == lower, 1, 2**0.5)
        return root / 2, 1 / root

    def _gather(self, X: np.ndarray) -> np.ndarray:
        """Sums of mirrored entries of matrices (..., n, k), shape (..., p)."""
        entries = X.reshape(*X.shape[:-2], self.shape[0] * self.shape[1])
        if not self.symmetric:
            return entries
        upper, lower = self._triangles
        return entries.take(upper, -1) + entries.take(lower, -1)

    def _spread(self, entries: np.ndarray) -> np.ndarray:
        """Matrices (..., n, k) whose mirrored entries are those of (..., p)."""
        every = entries.take(self._places, -1) if self.symmetric else entries
        return every.reshape(*entries.shape[:-1], *self.shape)

    def coordinates(self, X: np.ndarray) -> np.ndarray:
        """Coordinates of matrices (..., n, k), or of their symmetric parts: shape (..., p)."""
        return self._gather(X) * self._weights[0]

    def matrix(self, x: np.ndarray) -> np.ndarray:
        """The matrices (..., n, k) of coordinates (..., p): `coordinates` undone."""
        return self._spread(x * self._weights[1])

    def forward(self, X: np.ndarray) -> np.ndarray:
        r"""$\langle A_i, X\rangle$ of matrices (..., n, k), shape (..., m)."""
        return self.coordinates(X) @ self.rows.T

    def adjoint(self, residual: np.ndarray) -> np.ndarray:
        r"""$\sum_ir_iA_i$ of residuals (..., m), shape (..., n, k)."""
        return self.matrix(residual @ self.rows)

    def gradient(self, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        r"""$X\mapsto\mathcal A^*(\mathcal A(X)-y)$, the gradient of $\frac12\|\mathcal A(X)-y\|^2$.

        Two products with the (m, p) array, or one with the (p, p) Gram matrix where $m > p/2$
        makes that the cheaper way. Of few small $A_i$ all entries are multiplied: that takes less
        than to gather coordinates.

        Parameters
        ----------
        y : array, shape (m,) or (..., m)
            The measurements.
        """
        # The weights are in the arrays, once, and not in each call.
        into, back = (self.rows * weight for weight in self._weights)
        if self.n_measurements * self.shape[0] * self.shape[1] <= _SMALL:
            whole = self._spread(back).reshape(self.n_measurements, -1)
            return lambda X: ((X.reshape(*X.shape[:-2], -1) @ whole.T - y) @ whole).reshape(X.shape)
        if 2 * self.n_measurements <= self.rows.shape[1]:
            into = np.ascontiguousarray(into.T)
            return lambda X: self._spread((self._gather(X) @ into - y) @ back)
        gram, constant = into.T @ back, y @ back
        return lambda X: self._spread(self._gather(X) @ gram - constant)

    def isometry_bounds(self) -> tuple[float, float]:
        r"""Smallest and largest value of $\|\mathcal A(X)\|^2/\|X\|_F^2$ over the whole space.

        The extreme eigenvalues of the Gram matrix; over matrices of low rank the range can
        only be smaller.
        """
        eigenvalues = np.linalg.eigvalsh(self.gram)
        return float(eigenvalues[0]), float(eigenvalues[-1])


def _dimension(shape: tuple[int, int], symmetric: bool) -> int:
    return shape[0] * (shape[0] + 1) // 2 if symmetric else shape[0] * shape[1]


def symmetric_gaussian(rng: np.random.Generator, m: int, n: int) -> SensingOperator:
    r"""The book's Gaussian measurements, $A_i = (G_i+G_i^\top)/(2\sqrt m)$, $G_i$ standard normal.

    Their coordinates are independent normal numbers of variance $1/m$, so
    $E\|\mathcal A(X)\|^2 = \|X\|_F^2$ for symmetric $X$.

    Raises
    ------
    ValueError
        If `m` or `n` < 1.
    """
    _check(m, n)
    return SensingOperator(rng.standard_normal((m, _dimension((n, n), True))) / m**0.5, (n, n))


def rectangular_gaussian(
    rng: np.random.Generator, m: int, shape: tuple[int, int]
) -> SensingOperator:
    r"""$A_i = G_i/\sqrt m$ of the given shape: $E\|\mathcal A(X)\|^2 = \|X\|_F^2$ for every $X$.

    Raises
    ------
    ValueError
        If `m` or a side of `shape` < 1.
    """
    _check(m, *shape)
    return SensingOperator(rng.standard_normal((m, shape[0] * shape[1])) / m**0.5, shape, False)


def _check(*counts: int) -> None:
    if min(counts) < 1:
        raise ValueError(f"m and sizes = {counts}: must be >= 1")
