r"""Linear measurements $\mathcal A(X)$ of matrices, each with its adjoint $\mathcal A^*$."""

from dataclasses import dataclass

import numpy as np

from implicitreg.arrays import floats, namespace

_WHOLE_BYTES = 2 * 1024 * 1024
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
        mask = floats(self.mask)
        xp = namespace(mask)
        if mask.ndim < 2 or not xp.all((mask == 0) | (mask == 1)) or not xp.any(mask == 1):
            raise ValueError("mask: must be a matrix of 0 and 1 that observes some entry")
        object.__setattr__(self, "mask", mask)

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the matrices that are measured."""
        return self.mask.shape[-2:]

    @property
    def n_measurements(self) -> int:
        """Number of observed entries of one matrix."""
        xp = namespace(self.mask)
        return int(xp.max(xp.sum(self.mask, axis=(-1, -2))))

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

    States $x$ are rows, shape (rows, n), and stand for $xx^\top$. What is kept is
    $s_i = m^{-1/4}a_i$, with which $\mathcal A(X)_i = s_i^\top Xs_i$. Above two megabytes NumPy
    reads them in blocks of half a megabyte, so that both products of a gradient find one in cache.

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
        vectors = floats(self.vectors)
        if vectors.ndim != 2 or 0 in vectors.shape:
            raise ValueError(f"vectors of shape {tuple(vectors.shape)}: must be a matrix (m, n)")
        m, n = vectors.shape
        scaled, height = vectors / m**0.25, m
        if isinstance(scaled, np.ndarray) and scaled.nbytes > _WHOLE_BYTES:
            height = max(1, _BLOCK_BYTES // (8 * n))
        blocks = [slice(i, i + height) for i in range(0, m, height)]
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "_scaled", scaled)
        object.__setattr__(self, "_blocks", blocks)

    @property
    def n_measurements(self) -> int:
        """Number of measurements, m."""
        return self.vectors.shape[0]

    def forward(self, X: np.ndarray) -> np.ndarray:
        r"""$a_i^\top Xa_i/\sqrt m$ of matrices (..., n, n), shape (..., m)."""
        return namespace(X).sum((self._scaled @ X) * self._scaled, axis=-1)

    def adjoint(self, residual: np.ndarray) -> np.ndarray:
        r"""$\frac1{\sqrt m}\sum_ir_ia_ia_i^\top$ of residuals (..., m), shape (..., n, n)."""
        return self._scaled.T @ (residual[..., None] * self._scaled)

    def forward_rows(self, x: np.ndarray) -> np.ndarray:
        r"""$\mathcal A(xx^\top)$ of each row, shape (rows, m)."""
        return (x @ self._scaled.T) ** 2

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
        if len(self._blocks) == 1:
            return _slope(self._scaled, x, y)
        return sum(_slope(self._scaled[block], x, y[block]) for block in self._blocks)


def _slope(scaled: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What some of the vectors give to the gradient."""
    inner = x @ scaled.T
    return ((inner * inner - y) * inner) @ scaled
