r"""Convex reference solutions, each with a certificate of how far it can be from the optimum."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from implicitreg.metrics import nuclear_norm
from implicitreg.operators import EntrySampling
from implicitreg.sensing import SensingOperator

Map = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class ConvexResult:
    """A feasible point and a proof of its quality.

    Attributes
    ----------
    solution : array
        The point; its constraints hold to `feasibility`.
    value : float
        The objective there.
    gap : float
        Relative duality gap: the optimum lies in [value (1 - gap), value].
    feasibility : float
        Relative norm of the violation of the constraints.
    iterations : int
        Iterations used.
    status : str
        "converged" (gap and feasibility are at most the tolerance) or "budget".
    """

    solution: np.ndarray
    value: float
    gap: float
    feasibility: float
    iterations: int
    status: str


def min_nuclear_norm(
    sampling: EntrySampling,
    y: np.ndarray,
    *,
    tol: float = 1e-4,
    max_iterations: int = 20_000,
    threshold: float = 0.1,
) -> ConvexResult:
    r"""Completion of least nuclear norm, $\min\|X\|_*$ subject to $\mathcal P_\Omega(X)=y$.

    Douglas-Rachford splitting: shrink the singular values by $\tau$, reflect, project,

    $$X = \mathrm{shrink}_\tau(Z),\qquad Z \leftarrow Z + \Pi(2X-Z) - X,$$

    where $\Pi(X) = X + y - \mathcal P_\Omega(X)$. The certificate: $\langle\Lambda,y\rangle$ is a
    lower bound of the optimum for each $\Lambda$ on the observed entries with
    $\|\Lambda\|_2\le1$. Such a $\Lambda$ is $\mathcal P_\Omega(Z-X)$ over its norm (or over
    $\tau$, if that is larger); the upper bound is $\|\Pi(X)\|_*$.

    Parameters
    ----------
    sampling : EntrySampling
        Which entries are observed.
    y : array, shape (n, m)
        Their values, 0 elsewhere.
    tol : float
        Stop at this relative gap, > 0.
    max_iterations : int
        Most iterations, >= 1. The gap is looked at each tenth and at the last.
    threshold : float
        $\tau/\|y\|_2$, > 0: sets the speed, not the solution.

    Returns
    -------
    ConvexResult

    Raises
    ------
    ValueError
        If `y` is not the size of the mask, not zero off the observed entries or zero on
        all of them, or if `tol`, `threshold` or `max_iterations` is not positive.
    """
    _check(tol=tol, threshold=threshold, max_iterations=max_iterations)
    _check_entries(sampling, y)

    def project(X: np.ndarray) -> np.ndarray:
        return X + y - sampling.forward(X)

    return _splitting(np.array(y, dtype=float), project, _shrink, project,
                      lambda dual: np.linalg.norm(dual, 2), tol, max_iterations, threshold)


def min_trace(
    operator: SensingOperator,
    y: np.ndarray,
    *,
    tol: float = 1e-8,
    max_iterations: int = 20_000,
    threshold: float = 1.0,
) -> ConvexResult:
    r"""Positive semidefinite fit of least trace, $\min\mathrm{tr}X$ s.t. $\mathcal A(X)=y$, $X\succeq0$.

    Its nuclear norm is its trace. The splitting of `min_nuclear_norm`, with eigenvalues in place
    of singular values, those below $\tau$ set to 0, and
    $\Pi(X)=X-\mathcal A^+(\mathcal A(X)-y)$: a gradient step, once the rows of $\mathcal A$ are
    made orthonormal. The certificate: $\langle\nu,y\rangle$ is a lower
    bound for each $\nu$ with $\mathcal A^*(\nu)\preceq I$.

    Parameters
    ----------
    operator : SensingOperator
        Measurements of symmetric matrices.
    y : array, shape (m,)
        The data, not all 0, in the range of $\mathcal A$.
    tol : float
        Stop at this relative gap and feasibility, > 0.
    max_iterations : int
        Most iterations, >= 1. The gap is looked at each tenth and at the last.
    threshold : float
        $\tau/\|\mathcal A^+y\|_2$, > 0: sets the speed, not the solution.

    Returns
    -------
    ConvexResult
        `solution` is semidefinite; `feasibility` is $\|\mathcal A^+(\mathcal A(X)-y)\|_F$ over
        $\|\mathcal A^+y\|_F$. If no semidefinite matrix fits, the status is "budget".

    Raises
    ------
    ValueError
        If the operator is not symmetric, `y` has another size or is 0, or if `tol`,
        `threshold` or `max_iterations` is not positive.
    """
    _check(tol=tol, threshold=threshold, max_iterations=max_iterations)
    if not operator.symmetric:
        raise ValueError("operator: must measure symmetric matrices")
    if np.shape(y) != (operator.n_measurements,) or not np.any(y):
        raise ValueError(f"y of shape {np.shape(y)}: must be ({operator.n_measurements},), not 0")
    whiten = _inverse_root(operator.rows @ operator.rows.T)
    plane, at = SensingOperator(whiten @ operator.rows, operator.shape), whiten @ y
    step_off = plane.gradient(at)

    def project(X: np.ndarray) -> np.ndarray:
        return X - step_off(X)

    return _splitting(plane.adjoint(at), project, _shrink_semidefinite, lambda X: X,
                      lambda dual: np.linalg.eigvalsh(dual)[-1], tol, max_iterations, threshold)


def _inverse_root(gram: np.ndarray) -> np.ndarray:
    r"""$B$ with $BKB^\top = I$ on the range of $K$; directions below $10^{-12}$ of it are dropped."""
    values, vectors = np.linalg.eigh(gram)
    keep = values > 1e-12 * values[-1]
    return (vectors[:, keep] / np.sqrt(values[keep])).T


def _splitting(
    least: np.ndarray, project: Map, shrink: Callable[[np.ndarray, float], np.ndarray],
    repair: Map, dual_norm: Callable[[np.ndarray], float],
    tol: float, max_iterations: int, threshold: float,
) -> ConvexResult:
    r"""Douglas-Rachford splitting on the plane of `project`, whose point nearest to 0 is `least`.

    `repair` turns the shrunk matrix into the point that is returned. For $\Lambda$ orthogonal to
    the plane $\langle\Lambda,X\rangle$ is the same at all its points, and at `least` it is known.
    """
    tau, size = threshold * np.linalg.norm(least, 2), np.linalg.norm(least)
    Z, iterations, error = least, 0, np.inf
    while error > tol and iterations < max_iterations:
        for _ in range(min(10, max_iterations - iterations)):
            X = shrink(Z, tau)
            Z_seen, Z = Z, Z + project(2 * X - Z) - X
            iterations += 1
        solution, excess = repair(X), Z_seen - X
        value = float(nuclear_norm(solution))
        dual = excess + least - project(excess)
        bound = np.sum(dual * least) / max(dual_norm(dual), tau)
        gap = float(1 - bound / value) if value else np.inf
        feasibility = float(np.linalg.norm(project(solution) - solution) / size)
        error = max(abs(gap), feasibility)
    status = "converged" if error <= tol else "budget"
    return ConvexResult(solution, value, gap, feasibility, iterations, status)


def _shrink(Z: np.ndarray, tau: float) -> np.ndarray:
    # What is kept is far above rounding, so the squares lose nothing, and cost less than an SVD.
    squares, v = np.linalg.eigh(Z.T @ Z)
    keep = squares > tau**2
    v = v[:, keep]
    return Z @ (v * (1 - tau / np.sqrt(squares[keep]))) @ v.T


def _shrink_semidefinite(Z: np.ndarray, tau: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(Z)
    keep = values > tau
    v = vectors[:, keep]
    return v * (values[keep] - tau) @ v.T


def _check(**positive: float) -> None:
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"{name} = {value!r}: must be > 0")


def _check_entries(sampling: EntrySampling, y: np.ndarray) -> None:
    if y.shape != sampling.mask.shape or y.ndim != 2:
        raise ValueError(f"y.shape = {y.shape}: must be that of the mask, {sampling.mask.shape}")
    if np.any(sampling.forward(y) != y) or not np.any(y):
        raise ValueError("y: must be 0 off the observed entries and not 0 on all of them")
