r"""Gradient of $\frac14\|\mathcal A(UU^\top)-y\|^2$, and of its like in two factors.

Of symmetric matrices ours keeps $p=n(n+1)/2$ coordinates. A student keeps the $A_i$ as the rows
of an (m, n²) array; so do the other libraries.
"""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.factor_pair import FactorPair
from implicitreg.parameterizations import factored_gradient
from implicitreg.sensing import SensingOperator, rectangular_gaussian, symmetric_gaussian


def draw(rng: np.random.Generator, n: int, m: int, width: int, rows: int) -> Descent:
    operator = symmetric_gaussian(rng, m, n)
    A = operator.matrix(operator.rows).reshape(m, n * n)
    factor = rng.standard_normal((n, 2)) / n**0.5
    start = rng.standard_normal((rows, n, width)) / (n * width) ** 0.5
    return Descent(start, (A, A @ (factor @ factor.T).ravel()), 0.05)


def gradient(xp, U, A, y):
    X = U @ U.mT
    residual = X.reshape(len(X), -1) @ A.T - y
    return (residual @ A).reshape(X.shape) @ U


def loss(xp, U, A, y):
    X = U @ U.mT
    return ((X.reshape(len(X), -1) @ A.T - y) ** 2).sum() / 4


def ours(problem: Descent) -> Call:
    A, y = problem.data
    n = problem.start.shape[1]
    slope = SensingOperator.from_matrices(A.reshape(-1, n, n)).gradient(y)
    return sides.ours(lambda U: factored_gradient(U, slope), problem)


def pieces(n: int, m: int, width: int, rows: int) -> list[Piece]:
    p = n * (n + 1) // 2
    ends = [Piece("product", (n, width, n), rows), Piece("product", (n, n, width), rows)]
    if 2 * m <= p:
        return [*ends, Piece("product", (rows, p, m)), Piece("product", (rows, m, p))]
    return [*ends, Piece("product", (rows, p, p))]


def touched(n: int, m: int, width: int, rows: int) -> int:
    p = n * (n + 1) // 2
    return numbers((min(m, p), p), (2 * rows, n, width))


def rectangular(rng: np.random.Generator, n: int, k: int, m: int, width: int, rows: int) -> Descent:
    A = rectangular_gaussian(rng, m, (n, k)).rows
    truth = rng.standard_normal((n, 2)) @ rng.standard_normal((2, k)) / (n * k) ** 0.5
    start = rng.standard_normal((rows, n + k, width)) / (n * width) ** 0.5
    return Descent(start, (A.reshape(m, n, k), A @ truth.ravel()), 0.05)


def pair_gradient(xp, z, A, y):
    V, W = z[:, : A.shape[1]], z[:, A.shape[1]:]
    X, rows = V @ W.mT, A.reshape(len(A), -1)
    G = ((X.reshape(len(X), -1) @ rows.T - y) @ rows).reshape(X.shape)
    return xp.concatenate([G @ W, G.mT @ V], -2)


def pair_loss(xp, z, A, y):
    X = z[:, : A.shape[1]] @ z[:, A.shape[1]:].mT
    return ((X.reshape(len(X), -1) @ A.reshape(len(A), -1).T - y) ** 2).sum() / 2


def our_pair(problem: Descent) -> Call:
    A, y = problem.data
    operator = SensingOperator(A.reshape(len(A), -1), A.shape[1:], False)
    gradient = FactorPair(A.shape[1]).gradient(operator.gradient(y))
    return sides.ours(gradient, problem)


def pair_pieces(n: int, k: int, m: int, width: int, rows: int) -> list[Piece]:
    ends = [Piece("product", (n, width, k), rows), Piece("product", (n, k, width), rows),
            Piece("product", (k, n, width), rows)]
    if 2 * m <= n * k:
        return [*ends, Piece("product", (rows, n * k, m)), Piece("product", (rows, m, n * k))]
    return [*ends, Piece("product", (rows, n * k, n * k))]


NORM, SPURIOUS, SMALL, PAIR = ("nuclear-norm-conjecture", "no-spurious-local-minima",
                               "small-random-init-spectral", "asymmetric-matrix-sensing")
KERNELS = [
    Kernel("symmetric sensing", draw, sides.descents(ours, gradient, loss), digits=11,
           chapters=[(SPURIOUS, {"n": 20, "m": 40, "width": 2, "rows": 11}),
                     (SPURIOUS, {"n": 20, "m": 160, "width": 2, "rows": 11}),
                     (NORM, {"n": 30, "m": 15, "width": 30, "rows": 6}),
                     (NORM, {"n": 30, "m": 180, "width": 30, "rows": 6}),
                     (SMALL, {"n": 50, "m": 300, "width": 50, "rows": 5}),
                     (SMALL, {"n": 50, "m": 1000, "width": 50, "rows": 5})],
           pieces=pieces, numbers=touched, tiny={"n": 4, "m": 3, "width": 2, "rows": 2}, slope=3,
           sweep=[{"n": n, "m": 4 * n, "width": 2, "rows": 6}
                  for n in (8, 12, 16, 24, 32, 48, 64, 96, 128)]),
    Kernel("asymmetric sensing", rectangular, sides.descents(our_pair, pair_gradient, pair_loss),
           digits=11, chapters=[(PAIR, {"n": 30, "k": 20, "m": m, "width": 20, "rows": 5})
                                for m in (300, 500, 1000)],
           pieces=pair_pieces, tiny={"n": 4, "k": 3, "m": 5, "width": 3, "rows": 2},
           numbers=lambda n, k, m, width, rows: numbers(
               (min(m, n * k), n * k), (2 * rows, n + k, width))),
]
