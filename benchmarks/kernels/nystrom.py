r"""Scaled gradient descent on $\frac14\|XX^\top-A\|^2$: half of the way to $A(X^+)^\top$."""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.nystrom import nystrom_start, partner


def draw(rng: np.random.Generator, n: int, rank: int, rows: int) -> Descent:
    Q = np.linalg.qr(rng.standard_normal((rows, n, rank)))[0]
    A = Q * np.geomspace(1, 1e-2, rank) @ Q.mT
    return Descent(nystrom_start(A, rank, rng.spawn(rows)), (A,), 0.5, steps=10)


def gradient(xp, X, A):
    """The scaled gradient, which needs no residual."""
    return X - A @ xp.linalg.pinv(X, rtol=1e-12).mT


def ours(problem: Descent) -> Call:
    A, = problem.data
    return sides.ours(lambda X: X - partner(A, X), problem)


def pieces(n: int, rank: int, rows: int) -> list[Piece]:
    return [Piece("svd", (n, rank), rows), Piece("product", (rank, rank, n), rows),
            Piece("product", (n, n, rank), rows)]


KERNELS = [Kernel(
    "scaled gradient", draw, sides.descents(ours, gradient), digits=9,
    chapters=[("nystrom-initialization", {"n": 100, "rank": 10, "rows": 10})],
    pieces=pieces, tiny={"n": 6, "rank": 2, "rows": 2}, slope=2,
    numbers=lambda n, rank, rows: numbers((rows, n, n), (2 * rows, n, rank)),
    sweep=[{"n": n, "rank": 10, "rows": 10} for n in (16, 32, 64, 128, 256, 512)])]
