r"""Convex reference solutions, each with a certificate of how far it can be from the optimum."""

from dataclasses import dataclass

import numpy as np

from implicitreg.metrics import nuclear_norm
from implicitreg.operators import EntrySampling


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
        "converged" (the gap is at most the tolerance) or "budget".
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
    _check(sampling, y, tol=tol, threshold=threshold, max_iterations=max_iterations)
    tau = threshold * np.linalg.norm(y, 2)
    Z, iterations, gap = np.array(y, dtype=float), 0, np.inf
    while gap > tol and iterations < max_iterations:
        for _ in range(min(10, max_iterations - iterations)):
            X = _shrink(Z, tau)
            Z_seen, Z = Z, Z + _complete(sampling, y, 2 * X - Z) - X
            iterations += 1
        solution = _complete(sampling, y, X)
        value = float(nuclear_norm(solution))
        gap = 1 - _lower_bound(sampling, y, Z_seen - X, tau) / value
    feasibility = np.linalg.norm(sampling.forward(solution) - y) / np.linalg.norm(y)
    status = "converged" if gap <= tol else "budget"
    return ConvexResult(solution, value, float(gap), float(feasibility), iterations, status)


def _shrink(Z: np.ndarray, tau: float) -> np.ndarray:
    u, s, vt = np.linalg.svd(Z, full_matrices=False)
    rank = int(np.sum(s > tau))
    return u[:, :rank] * (s[:rank] - tau) @ vt[:rank]


def _complete(sampling: EntrySampling, y: np.ndarray, X: np.ndarray) -> np.ndarray:
    return X + y - sampling.forward(X)


def _lower_bound(sampling: EntrySampling, y: np.ndarray, excess: np.ndarray, tau: float) -> float:
    dual = sampling.adjoint(excess)
    return float(np.sum(dual * y) / max(np.linalg.norm(dual, 2), tau))


def _check(sampling: EntrySampling, y: np.ndarray, **positive: float) -> None:
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"{name} = {value!r}: must be > 0")
    if y.shape != sampling.mask.shape or y.ndim != 2:
        raise ValueError(f"y.shape = {y.shape}: must be that of the mask, {sampling.mask.shape}")
    if np.any(sampling.forward(y) != y) or not np.any(y):
        raise ValueError("y: must be 0 off the observed entries and not 0 on all of them")
