r"""Least nuclear norm and least trace by Douglas-Rachford splitting, and one of its steps."""

from __future__ import annotations

import numpy as np

from benchmarks.case import OURS, PLAIN, Call, Kernel, Side, Solve
from benchmarks.floors import Piece, numbers
from implicitreg.convex import min_nuclear_norm, min_trace
from implicitreg.operators import EntrySampling
from implicitreg.sensing import SensingOperator, symmetric_gaussian


def completion(rng: np.random.Generator, n: int, m: int, rank: int) -> Solve:
    truth = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, n))
    truth *= n / np.linalg.norm(truth)
    mask = np.zeros(n * n)
    mask[rng.permutation(n * n)[:m]] = 1
    mask = mask.reshape(n, n)
    return Solve((mask, mask * truth))


def our_completion(problem: Solve) -> Call:
    mask, y = problem.data
    sampling = EntrySampling(mask)
    return lambda: min_nuclear_norm(sampling, y).value


def nuclear_program(solver: str, limit: int | None = None, **options: float) -> Side:
    def prepare(problem: Solve) -> Call:
        import cvxpy

        mask, y = problem.data
        X = cvxpy.Variable(mask.shape)
        program = cvxpy.Problem(cvxpy.Minimize(cvxpy.normNuc(X)), [cvxpy.multiply(mask, X) == y])
        return lambda: program.solve(solver=solver, warm_start=False, **options)

    return Side(f"CVXPY, {solver}", "convex", prepare, ["cvxpy", solver.lower()], digits=3,
                limit=limit)


def sensing(rng: np.random.Generator, n: int, m: int, rank: int) -> Solve:
    operator, V = symmetric_gaussian(rng, m, n), rng.standard_normal((n, rank))
    return Solve((operator.matrix(operator.rows), operator.forward(V @ V.T)))


def our_trace(problem: Solve) -> Call:
    A, y = problem.data
    operator = SensingOperator.from_matrices(A)
    return lambda: min_trace(operator, y).value


def trace_program(solver: str, digits: int, **options: float) -> Side:
    def prepare(problem: Solve) -> Call:
        import cvxpy

        A, y = problem.data
        X = cvxpy.Variable(A.shape[1:], PSD=True)
        fits = A.reshape(len(A), -1) @ cvxpy.vec(X, order="C") == y
        program = cvxpy.Problem(cvxpy.Minimize(cvxpy.trace(X)), [fits])
        return lambda: program.solve(solver=solver, warm_start=False, **options)

    return Side(f"CVXPY, {solver}", "convex", prepare, ["cvxpy", solver.lower()], digits=digits)


def rachford(rng: np.random.Generator, n: int, m: int, rank: int) -> Solve:
    return Solve(completion(rng, n, m, rank).data, steps=10)


def our_rachford(problem: Solve) -> Call:
    mask, y = problem.data
    sampling, steps = EntrySampling(mask), problem.steps
    return lambda: min_nuclear_norm(sampling, y, tol=1e-16, max_iterations=steps).solution


def plain_rachford(problem: Solve) -> Call:
    """The same iteration in a loop, without a certificate."""
    mask, y = problem.data

    def call() -> np.ndarray:
        Z, tau = y, 0.1 * np.linalg.norm(y, 2)
        for _ in range(problem.steps):
            u, s, vt = np.linalg.svd(Z, full_matrices=False)
            X = u * np.maximum(s - tau, 0) @ vt
            R = 2 * X - Z
            Z = Z + R + y - mask * R - X
        return X + y - mask * X

    return call


RANK, NORM = "deep-factorization-rank", "nuclear-norm-conjecture"
KERNELS = [
    Kernel("Douglas-Rachford step", rachford,
           [Side(OURS, "numpy", our_rachford), Side(PLAIN, "numpy", plain_rachford)], digits=11,
           chapters=[(RANK, {"n": 100, "m": 2000, "rank": 5})],
           pieces=lambda n, m, rank: [Piece("svd", (n, n)), Piece("product", (n, 2 * rank, n))],
           numbers=lambda n, m, rank: numbers((5, n, n)), tiny={"n": 6, "m": 20, "rank": 1},
           sweep=[{"n": n, "m": n * n // 3, "rank": 2} for n in (8, 16, 32, 64, 128, 256)],
           slope=3),
    Kernel("least nuclear norm", completion,
           [Side(OURS, "numpy", our_completion), nuclear_program("SCS", eps=1e-5),
            nuclear_program("CLARABEL", limit=1)], unit="solve", digits=3,
           chapters=[(RANK, {"n": 100, "m": 2000, "rank": 5}),
                     (RANK, {"n": 100, "m": 5000, "rank": 5}),
                     # smaller than the chapter's: at n = 100 Clarabel asks for more than 20 GB
                     (RANK, {"n": 30, "m": 400, "rank": 2})], tiny={"n": 6, "m": 20, "rank": 1}),
    Kernel("least trace", sensing,
           [Side(OURS, "numpy", our_trace), trace_program("SCS", 4, eps=1e-8),
            trace_program("CLARABEL", 6)], unit="solve", digits=6,
           chapters=[(NORM, {"n": 30, "m": 15, "rank": 2}), (NORM, {"n": 30, "m": 60, "rank": 2}),
                     (NORM, {"n": 30, "m": 180, "rank": 2})], tiny={"n": 5, "m": 7, "rank": 1}),
]
