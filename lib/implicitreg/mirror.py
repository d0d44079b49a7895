r"""Exact limits of mirror flows.

Gradient flow on a diagonal linear network keeps $x = \phi(A^\top\nu)$ for an increasing function
$\phi$ of each coordinate, while the $m$ numbers $\nu$ move. If it fits the data, its limit is the
only $x$ of that form with $Ax=y$: $m$ equations, solved by Newton's method on their dual

$$\min_\nu\ \sum_i\Phi\big((A^\top\nu)_i\big) - y^\top\nu,\qquad \Phi'=\phi .$$
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Conjugate = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class DualResult:
    r"""A point of the form $\phi(A^\top\nu)$.

    Attributes
    ----------
    x : array, shape (n,)
        $\phi(A^\top\nu)$.
    nu : array, shape (m,)
        The dual variable.
    residual : float
        $\|Ax-y\|/\|y\|$.
    iterations : int
        Newton steps.
    status : str
        "converged" (the residual is at most the tolerance) or "budget".
    """

    x: np.ndarray
    nu: np.ndarray
    residual: float
    iterations: int
    status: str


def exponential(alpha: float) -> Conjugate:
    r"""$\phi(g)=\alpha e^g$: gradient flow on $x = u\odot u$ from $x(0)=\alpha\mathbf 1$.

    Its limit minimizes $\sum_ix_i\log(x_i/\alpha)-x_i$ over $Ax=y$, $x\ge0$. Like every conjugate
    of this room it returns $\Phi$, $\phi=\Phi'$ and $\phi'$.
    """

    def conjugate(g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x = alpha * np.exp(g)
        return x, x, x

    return conjugate


def power(alpha: float, depth: int) -> Conjugate:
    r"""$\phi(g)=(\alpha^{2/L-1}-(L-2)g)^{-L/(L-2)}$: gradient flow on $x=u^{\odot L}$, $L\ge3$.

    From $x(0)=\alpha\mathbf1$; infinite where the bracket is not positive.

    Raises
    ------
    ValueError
        If `depth` < 3.
    """
    if depth < 3:
        raise ValueError(f"depth = {depth!r}: must be >= 3; depth 2 is `exponential`")

    def conjugate(g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        bracket = alpha ** (2 / depth - 1) - (depth - 2) * g
        inside = bracket > 0
        u = np.where(inside, np.where(inside, bracket, 1) ** (-1 / (depth - 2)), np.inf)
        return u**2 / 2, u**depth, depth * u ** (2 * depth - 2)

    return conjugate


def hyperbolic(alpha: float, linear: float) -> Conjugate:
    r"""$\phi(g)=2\alpha^2\sinh(4g)+\lambda^2g$: flow on $x=w\odot w-u\odot u+\lambda v$.

    From $w=u=\alpha\mathbf1$, $v=0$; `linear` is $\lambda$ [1]_. Without the linear part the limit
    has nearly the least $\ell_1$ norm, the nearer the smaller $\alpha$; without the other it has
    exactly the least $\ell_2$ norm, to which a fixed $\lambda>0$ also leads as $\alpha\to0$.

    References
    ----------
    .. [1] M. Zhou and R. Ge, "Implicit regularization leads to benign overfitting for sparse
       linear regression", ICML 2023.
    """

    def conjugate(g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        cosh, sinh = alpha**2 * np.cosh(4 * g), alpha**2 * np.sinh(4 * g)
        return cosh / 2 + linear**2 * g**2 / 2, 2 * sinh + linear**2 * g, 8 * cosh + linear**2

    return conjugate


def dual_newton(
    A: np.ndarray,
    y: np.ndarray,
    conjugate: Conjugate,
    *,
    start: np.ndarray | None = None,
    tol: float = 1e-10,
    max_iterations: int = 200,
) -> DualResult:
    r"""The point $x=\phi(A^\top\nu)$ with $Ax=y$, by damped Newton steps.

    Parameters
    ----------
    A : array, shape (m, n)
        Measurements, of full row rank.
    y : array, shape (m,)
        Data, not all 0.
    conjugate : callable
        Maps $g=A^\top\nu$ to $\Phi(g)$, $\phi(g)$, $\phi'(g)$, each of shape (n,).
    start : array, shape (m,), optional
        First $\nu$; default 0.
    tol : float
        Stop at this relative residual.
    max_iterations : int
        Most Newton steps.

    Returns
    -------
    DualResult
        Not converged is a status, not an error.

    Raises
    ------
    ValueError
        If the sizes do not fit or `y` is 0.
    """
    if np.ndim(A) != 2 or np.shape(y) != (len(A),) or not np.any(y):
        raise ValueError(f"A of shape {np.shape(A)}, y of shape {np.shape(y)}: "
                         "must be (m, n) and (m,), y not 0")
    nu = np.zeros(len(y)) if start is None else np.array(start, dtype=float)
    size = np.linalg.norm(y)
    with np.errstate(over="ignore", invalid="ignore"):
        for iteration in range(max_iterations + 1):
            _, x, slope = conjugate(nu @ A)
            residual = A @ x - y
            if np.linalg.norm(residual) <= tol * size or iteration == max_iterations:
                break
            root = A * np.sqrt(slope)  # a product with its own transpose costs half
            direction = _newton_direction(root @ root.T, residual)
            nu = nu + _step(A, y, conjugate, nu, direction, residual) * direction
    relative = float(np.linalg.norm(residual) / size)
    status = "converged" if relative <= tol else "budget"
    return DualResult(x, nu, relative, iteration, status)


def _newton_direction(hessian: np.ndarray, residual: np.ndarray) -> np.ndarray:
    """A ridge at the level of rounding: far coordinates may carry no curvature at all."""
    from scipy.linalg import cho_factor, cho_solve  # slow to import, and not all here solve

    ridge = 1e-14 * np.trace(hessian) / len(hessian) * np.eye(len(hessian))
    return cho_solve(cho_factor(hessian + ridge), -residual)


def _step(
    A: np.ndarray, y: np.ndarray, conjugate: Conjugate,
    nu: np.ndarray, direction: np.ndarray, residual: np.ndarray,
) -> float:
    """Halve the Newton step until the dual falls enough (Armijo); it moves no g by over 5."""
    move = direction @ A
    step = min(1.0, 5 / np.abs(move).max())
    slope, least = residual @ direction, 1e-12

    def dual(step: float) -> float:
        return conjugate((nu + step * direction) @ A)[0].sum() - y @ (nu + step * direction)

    here = dual(0.0)
    slack = 1e-14 * (abs(here) + np.abs(y) @ np.abs(nu))
    while not dual(step) <= here + 0.25 * step * slope + slack and step > least:
        step /= 2
    return step


def entropic_projection(
    A: np.ndarray, y: np.ndarray, alpha: float, *, tol: float = 1e-10
) -> DualResult:
    r"""$\arg\min\sum_ix_i\log(x_i/\alpha)-x_i$ subject to $Ax=y$, $x\ge0$, exactly.

    The limit of gradient flow on $x=u\odot u$ from $x(0)=\alpha\mathbf1$. At small $\alpha$ the
    solution comes from that at a 50 times larger one: from $\nu=0$ the first Newton step would
    overflow.

    Parameters
    ----------
    A : array, shape (m, n)
        Measurements, of full row rank.
    y : array, shape (m,)
        Data that some positive $x$ fits.
    alpha : float
        Scale of the start, > 0.
    tol : float
        Relative residual of the result.

    Returns
    -------
    DualResult

    Raises
    ------
    ValueError
        If `alpha` <= 0, the sizes do not fit or `y` is 0.
    """
    if not alpha > 0:
        raise ValueError(f"alpha = {alpha!r}: must be > 0")
    level, nu = max(alpha, 1.0), None
    while level > alpha:
        nu = dual_newton(A, y, exponential(level), start=nu, tol=1e-3).nu
        level = max(level / 50, alpha)
    return dual_newton(A, y, exponential(alpha), start=nu, tol=tol)
