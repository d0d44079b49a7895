r"""Interpolation of least $\ell_1$ norm, the reference for sparse regression."""

import numpy as np
from scipy.optimize import linprog

from implicitreg.convex import ConvexResult


def basis_pursuit(A: np.ndarray, y: np.ndarray, *, nonnegative: bool = False) -> ConvexResult:
    r"""$\min\|x\|_1$ subject to $Ax=y$, and $x\ge0$ if `nonnegative`, as a linear program.

    Solved through its dual, $\max_\nu\,y^\top\nu$ subject to $\|A^\top\nu\|_\infty\le1$ (for
    $x\ge0$: $A^\top\nu\le1$), of only $m$ unknowns; $x$ are the multipliers of its constraints.
    So the gap between $\|x\|_1$ and the dual value certifies the solution.

    Parameters
    ----------
    A : array, shape (m, n)
        Measurements, of full row rank.
    y : array, shape (m,)
        Data, not all 0.
    nonnegative : bool
        Whether `x` must be >= 0.

    Returns
    -------
    ConvexResult
        `value` is $\|x\|_1$; status "converged" if the gap is at most 1e-8, else "budget".

    Raises
    ------
    ValueError
        If the sizes do not fit, `y` is 0, or no (nonnegative) solution exists.
    """
    if np.ndim(A) != 2 or np.shape(y) != (len(A),) or not np.any(y):
        raise ValueError(f"A of shape {np.shape(A)}, y of shape {np.shape(y)}: "
                         "must be (m, n) and (m,), y not 0")
    columns = A.T if nonnegative else np.vstack([A.T, -A.T])
    dual = linprog(-y, columns, np.ones(len(columns)), bounds=(None, None), method="highs")
    if not dual.success:
        raise ValueError(f"A, y: the linear program found no solution ({dual.message})")
    multipliers = -dual.ineqlin.marginals
    x = multipliers if nonnegative else multipliers[: A.shape[1]] - multipliers[A.shape[1] :]
    value = float(np.abs(x).sum())
    bound = y @ dual.x / max(1.0, (columns @ dual.x).max())
    feasibility = float(np.linalg.norm(A @ x - y) / np.linalg.norm(y))
    gap = 1 - float(bound) / value
    status = "converged" if max(gap, feasibility) <= 1e-8 else "budget"
    return ConvexResult(x, value, gap, feasibility, int(dual.nit), status)
