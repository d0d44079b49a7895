r"""Interpolation of least $\ell_1$ norm, the reference for sparse regression."""

import numpy as np
from scipy.linalg import qr_delete, qr_insert, solve_triangular

from implicitreg.convex import ConvexResult


def basis_pursuit(
    A: np.ndarray, y: np.ndarray, *, nonnegative: bool = False, max_iterations: int = 100_000
) -> ConvexResult:
    r"""$\min\|x\|_1$ subject to $Ax=y$, and $x\ge0$ if `nonnegative`.

    The end, at $\lambda=0$, of the path of the Lasso $\min\frac12\|Ax-y\|^2+\lambda\|x\|_1$,
    followed from $x=0$ [1]_. Along it $y-Ax=\lambda\nu$ with $\|A^\top\nu\|_\infty\le1$ (for
    $x\ge0$: $A^\top\nu\le1$). Such a $\nu$ bounds the norm of every solution from below by
    $y^\top\nu$; the last one certifies the last $x$.

    Parameters
    ----------
    A : array, shape (m, n)
        Measurements.
    y : array, shape (m,)
        Data, not all 0.
    nonnegative : bool
        Whether `x` must be >= 0.
    max_iterations : int
        Most steps of the path; about the number m of measurements is enough, or twice that.

    Returns
    -------
    ConvexResult
        `value` is $\|x\|_1$; status "converged" if the gap is at most 1e-8, else "budget".

    Raises
    ------
    ValueError
        If the sizes do not fit, `y` is 0, or no (nonnegative) solution exists.

    References
    ----------
    .. [1] M. R. Osborne, B. Presnell and B. A. Turlach, "A new approach to variable selection in
       least squares problems", IMA Journal of Numerical Analysis, 2000.
    """
    A, y = np.asarray(A, dtype=float), np.asarray(y, dtype=float)
    if A.ndim != 2 or y.shape != (len(A),) or not np.any(y):
        raise ValueError(f"A of shape {A.shape}, y of shape {y.shape}: "
                         "must be (m, n) and (m,), y not 0")
    x, nu, lam, steps = _follow_path(A, y, nonnegative, max_iterations)
    feasibility = float(np.linalg.norm(A @ x - y) / np.linalg.norm(y))
    if lam == 0 and feasibility > 1e-8:
        raise ValueError(f"A, y: found no solution; the best fit is off by {feasibility:.1e}")
    pull = nu @ A
    bound = y @ nu / max(1.0, pull.max(), 0.0 if nonnegative else -pull.min())
    value = float(np.abs(x).sum())
    gap = 1 - float(bound) / value
    status = "converged" if max(gap, feasibility) <= 1e-8 else "budget"
    return ConvexResult(x, value, gap, feasibility, steps, status)


def _follow_path(
    A: np.ndarray, y: np.ndarray, nonnegative: bool, max_iterations: int
) -> tuple[np.ndarray, np.ndarray, float, int]:
    r"""Change the support $S$ and its signs $s$ by one index a step; keep $A_S=QR$.

    Between two steps $x_S=x^0-\lambda d$ and $c=A^\top(y-Ax)=p+\lambda q$. Returns the last $x$,
    its $\nu$ and $\lambda$, and the number of steps.
    """
    m, n = A.shape
    Q, R, S, s = np.eye(m), np.zeros((m, 0)), np.zeros(0, int), np.zeros(0)
    c, x = y @ A, np.zeros(n)
    lam = np.abs(c).max()
    smallest = 1e-12 * lam
    for steps in range(max_iterations + 1):
        k = len(S)
        w = solve_triangular(R[:k], s, trans=1)
        x0, d = solve_triangular(R[:k], np.column_stack([y @ Q[:, :k], w])).T
        nu = Q[:, :k] @ w
        q = nu @ A
        p = c - lam * q
        p[(np.abs(p) <= smallest) | (k == m)] = 0  # m columns fit y: what is left of p is rounding
        event, j, root = _next_event(p, q, x0, d, S, s, nonnegative)
        lam = min(lam, root) if root > smallest else 0.0
        if lam == 0 or steps == max_iterations:
            break
        c = p + lam * q
        if event == 2:
            i = int(np.flatnonzero(S == j)[0])
            Q, R = qr_delete(Q, R, i, which="col")
            S, s = np.delete(S, i), np.delete(s, i)
        else:
            Q, R = qr_insert(Q, R, A[:, j], k, which="col")
            S, s = np.append(S, j), np.append(s, 1 - 2 * event)
    x[S] = x0 - lam * d
    return x, nu, lam, steps


def _next_event(
    p: np.ndarray, q: np.ndarray, x0: np.ndarray, d: np.ndarray, S: np.ndarray, s: np.ndarray,
    nonnegative: bool,
) -> tuple[int, int, float]:
    r"""The largest $\lambda$ at which a $c_j$ rises to $\lambda$ (0) or falls to $-\lambda$ (1),
    or an $x_j$ shrinks to 0 (2), as $\lambda$ falls: (which of them, j, that $\lambda$ or 0)."""
    up, down, out = np.zeros((3, len(p)))
    np.divide(p, 1 - q, out=up, where=q < 1)
    np.divide(-p, 1 + q, out=down, where=(q > -1) & (not nonnegative))
    up[S], down[S] = 0, 0
    shrinks = s * d < 0
    out[S[shrinks]] = x0[shrinks] / d[shrinks]
    event, j = divmod(int(np.argmax([up, down, out])), len(p))
    return event, j, (up, down, out)[event][j]
