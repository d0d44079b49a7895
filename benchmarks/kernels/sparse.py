r"""Sparse regression: least $\ell_1$ norm, and the exact limit of a mirror flow by dual Newton."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog, minimize

from benchmarks.case import OURS, Call, Kernel, Side, Solve
from benchmarks.floors import Piece, numbers
from implicitreg.basis_pursuit import basis_pursuit
from implicitreg.mirror import dual_newton, hyperbolic

ALPHA, LINEAR = 1e-6, 0.3


def sparse(rng: np.random.Generator, m: int, n: int) -> Solve:
    A, x = rng.standard_normal((m, n)) / m**0.5, np.zeros(n)
    x[:3] = 1, -1, 1
    return Solve((A, A @ x + 0.1 * rng.standard_normal(m)))


def highs(problem: Solve) -> Call:
    A, y = problem.data
    return lambda: linprog(np.ones(2 * A.shape[1]), A_eq=np.hstack([A, -A]), b_eq=y,
                           method="highs").fun


def pursuit_program(problem: Solve) -> Call:
    import cvxpy

    A, y = problem.data
    x = cvxpy.Variable(A.shape[1])
    program = cvxpy.Problem(cvxpy.Minimize(cvxpy.norm1(x)), [A @ x == y])
    return lambda: program.solve(solver="CLARABEL", warm_start=False)


def lars(problem: Solve) -> Call:
    from sklearn.linear_model import lars_path

    A, y = problem.data
    return lambda: np.abs(lars_path(A, y, method="lasso", alpha_min=0, return_path=False,
                                    max_iter=100_000)[2]).sum()


def our_limit(problem: Solve) -> Call:
    A, y = problem.data
    return lambda: dual_newton(A, y, hyperbolic(ALPHA, LINEAR)).x


def root(problem: Solve) -> Call:
    """Newton's method as a student has it: SciPy's minimizer on the dual, with its derivatives."""
    (A, y), phi = problem.data, hyperbolic(ALPHA, LINEAR)

    def call() -> np.ndarray:
        nu = minimize(lambda nu: phi(nu @ A)[0].sum() - y @ nu, np.zeros(len(y)),
                      jac=lambda nu: A @ phi(nu @ A)[1] - y,
                      hess=lambda nu: (A * phi(nu @ A)[2]) @ A.T,
                      method="trust-exact", options={"gtol": 1e-9}).x
        return phi(nu @ A)[1]

    return call


def newton_step(m: int, n: int) -> list[Piece]:
    """One Newton step: the Hessian, its factor, and five products with the data."""
    return [Piece("gram", (m, n)), Piece("cholesky", (m,)), Piece("product", (1, m, n), count=5)]


def our_newton(problem: Solve) -> Call:
    A, y = problem.data
    phi, steps = hyperbolic(ALPHA, LINEAR), problem.steps
    return lambda: dual_newton(A, y, phi, tol=0.0, max_iterations=steps).x


def newton(rng: np.random.Generator, m: int, n: int) -> Solve:
    return Solve(sparse(rng, m, n).data, steps=8)


BENIGN, WHICH = "benign-overfitting-sparse", "which-solution"
KERNELS = [
    Kernel("dual Newton step", newton, [Side(OURS, "numpy", our_newton)], digits=8,
           chapters=[(BENIGN, {"m": 50, "n": 1000}), (BENIGN, {"m": 200, "n": 4000}),
                     (BENIGN, {"m": 400, "n": 8000})],
           pieces=newton_step, numbers=lambda m, n: numbers((m, n), (4, n)),
           tiny={"m": 5, "n": 20}, axis="m", slope=3,
           sweep=[{"m": m, "n": 20 * m} for m in (10, 20, 40, 80, 160, 320)]),
    Kernel("basis pursuit", sparse,
           [Side(OURS, "numpy", lambda problem: lambda: basis_pursuit(*problem.data).value),
            Side("SciPy HiGHS", "numpy", highs),
            Side("scikit-learn LARS", "scikit", lars, ["sklearn"]),
            Side("CVXPY, CLARABEL", "convex", pursuit_program, ["cvxpy", "clarabel"])],
           unit="solve", digits=6, tiny={"m": 5, "n": 20},
           chapters=[(WHICH, {"m": 30, "n": 60}), (BENIGN, {"m": 50, "n": 1000}),
                     (BENIGN, {"m": 100, "n": 2000})]),
    Kernel("exact limit", sparse,
           [Side(OURS, "numpy", our_limit), Side("SciPy trust-exact", "numpy", root)],
           unit="solve", digits=5, tiny={"m": 5, "n": 20},
           chapters=[(BENIGN, {"m": 50, "n": 1000}), (BENIGN, {"m": 200, "n": 4000})]),
]
