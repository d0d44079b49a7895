r"""The landscape of factored matrix sensing: slopes, curvatures and critical points.

$$f(U) = \tfrac14\|\mathcal A(UU^\top)-y\|^2,\qquad\nabla f(U) = SU,\qquad
S = \mathcal A^*(\mathcal A(UU^\top)-y).$$

$f(UQ) = f(U)$ for each orthogonal $Q$, so at a critical point of full rank r the Hessian has at
least $r(r-1)/2$ eigenvalues 0.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from implicitreg.parameterizations import factored_gradient
from implicitreg.sensing import SensingOperator


@dataclass(frozen=True)
class SensingLandscape:
    r"""The function $f$, for factors (rows, n, r) or (n, r) with any number of columns.

    Parameters
    ----------
    operator : SensingOperator
        $\mathcal A$, symmetric.
    y : array, shape (m,) or (rows, m)
        The measurements; with rows, each factor has its own and `hessian` is not defined.

    Examples
    --------
    >>> operator = SensingOperator(np.eye(3), (2, 2))
    >>> landscape = SensingLandscape(operator, operator.forward(np.diag([2.0, 1.0])))
    >>> landscape.curvatures(np.zeros((2, 1))).tolist()
    [-2.0, -1.0]
    """

    operator: SensingOperator
    y: np.ndarray

    @cached_property
    def _slope(self) -> Callable[[np.ndarray], np.ndarray]:
        return self.operator.gradient(self.y)

    def residual(self, U: np.ndarray) -> np.ndarray:
        r"""$\|\mathcal A(UU^\top)-y\|$ of each factor."""
        return np.linalg.norm(self.operator.forward(U @ U.mT) - self.y, axis=-1)

    def gradient(self, U: np.ndarray) -> np.ndarray:
        r"""$SU$, of the shape of `U`."""
        return factored_gradient(U, self._slope)

    def hessian(self, U: np.ndarray) -> np.ndarray:
        r"""$\nabla^2f(U)$ as a matrix (nr, nr), for one factor (n, r).

        $$\nabla^2f(U)[Z,Z] = \tfrac12\|\mathcal A(UZ^\top+ZU^\top)\|^2 + \langle S, ZZ^\top\rangle$$
        """
        J = tangents(self.operator, U)
        return J @ self.operator.gram @ J.T / 2 + np.kron(self._slope(U @ U.T), np.eye(U.shape[1]))

    def curvatures(self, U: np.ndarray) -> np.ndarray:
        """Eigenvalues of the Hessian at one factor, smallest first, shape (nr,)."""
        return np.linalg.eigvalsh(self.hessian(U))

    def minibatch(self, rng: np.random.Generator, size: int) -> "SensingLandscape":
        r"""Landscape of `size` measurements drawn with replacement, times $\sqrt{m/\text{size}}$.

        Its loss and gradient have the means $f$ and $\nabla f$. For `y` of shape (m,).
        """
        m = self.operator.n_measurements
        i, scale = rng.integers(m, size=size), (m / size) ** 0.5
        operator = SensingOperator(scale * self.operator.rows[i], self.operator.shape)
        return SensingLandscape(operator, scale * self.y[i])

    def critical_point(self, U: np.ndarray, n_steps: int = 20) -> np.ndarray:
        r"""Newton's method for $\nabla f = 0$ from one factor (n, r), to whatever is near: minimum,
        maximum or saddle.

        Steps are $Z = -\nabla^2f(U)^\dagger\nabla f(U)$, cut to half the length of $U$; curvatures
        below $10^{-6}$ of the largest count as 0, as those along rotations are. It may fail to
        settle: look at the gradient at the end.
        """
        for _ in range(n_steps):
            inverse = np.linalg.pinv(self.hessian(U), rcond=1e-6, hermitian=True)
            Z = -(inverse @ self.gradient(U).ravel()).reshape(U.shape)
            U = U + Z * min(1, np.linalg.norm(U) / (2 * np.linalg.norm(Z) + 1e-300))
        return U


def tangents(operator: SensingOperator, U: np.ndarray) -> np.ndarray:
    r"""Coordinates of $UZ^\top+ZU^\top$ for each of the nr unit matrices $Z$, shape (nr, p).

    They span the tangent space of $\{UU^\top\}$; all of it has rank at most 2r.
    """
    Z = np.eye(U.size).reshape(U.size, *U.shape)
    return 2 * operator.coordinates(Z @ U.T)


def tangent_isometry_bounds(operator: SensingOperator, U: np.ndarray) -> tuple[float, float]:
    r"""Smallest and largest $\|\mathcal A(X)\|^2/\|X\|_F^2$ over the tangent space at $U$.

    As a part of the matrices of rank 2r, the tangent space bounds their range from inside.
    """
    _, s, vt = np.linalg.svd(tangents(operator, U), full_matrices=False)
    basis = vt[s > 1e-10 * s[0]]
    eigenvalues = np.linalg.eigvalsh(basis @ operator.gram @ basis.T)
    return float(eigenvalues[0]), float(eigenvalues[-1])


def planted_factor(rng: np.random.Generator, n: int, spectrum: Sequence[float]) -> np.ndarray:
    r"""Factor (n, r) of a matrix with the given eigenvalues, largest first, on uniform axes."""
    axes = np.linalg.qr(rng.standard_normal((n, len(spectrum))))[0]
    return axes * np.sqrt(spectrum)


def plane_instance(delta: float) -> SensingLandscape:
    r"""Recover $zz^\top$, $z=(1,0)$, from three measurements with isometry constant $\delta$.

    With the Pauli matrices $I$, $\sigma_x$, $\sigma_z$ measured at the weights
    $\frac{1+\delta}2$, $\frac{1+\delta}2$, $\frac{1-\delta}2$ (squared), the Gram matrix has the
    eigenvalues $1+\delta$, $1+\delta$, $1-\delta$. The point $(0,\sqrt\delta)$ is critical, with
    curvatures $(2\delta-1)(1+\delta)$ and $2\delta$. At $\delta=\frac12$ and up to a factor this
    is the instance of [1]_.

    Parameters
    ----------
    delta : float
        From 0 to 1.

    References
    ----------
    .. [1] R. Y. Zhang, C. Josz, S. Sojoudi, J. Lavaei, "How much restricted isometry is needed
       in nonconvex matrix recovery?", NeurIPS 2018.

    Raises
    ------
    ValueError
        If `delta` is not from 0 to 1.
    """
    if not 0 <= delta <= 1:
        raise ValueError(f"delta = {delta!r}: must be from 0 to 1")
    pauli = np.array([[[1.0, 0], [0, 1]], [[0, 1], [1, 0]], [[1, 0], [0, -1]]])
    weights = np.sqrt((1 + delta * np.array([1, 1, -1])) / 2)
    operator = SensingOperator.from_matrices(weights[:, None, None] * pauli)
    return SensingLandscape(operator, operator.forward(np.diag([1.0, 0.0])))
