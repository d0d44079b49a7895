r"""Gradient of $\frac1{4m}\sum_i((a_i^\top x)^2-y_i)^2$ for rows of starts or methods."""

from __future__ import annotations

from math import ceil, log

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.operators import RankOneOperator


def draw(rng: np.random.Generator, n: int, m: int, rows: int) -> Descent:
    A, truth = rng.standard_normal((m, n)), rng.standard_normal(n) / n**0.5
    start = truth + 0.3 * rng.standard_normal((rows, n)) / n**0.5
    return Descent(start, (A, (A @ truth) ** 2), 0.1 / log(n))


def gradient(xp, x, A, y):
    inner = x @ A.T
    return ((inner * inner - y) * inner) @ A / len(A)


def loss(xp, x, A, y):
    return (((x @ A.T) ** 2 - y) ** 2).sum() / (4 * len(A))


def ours(problem: Descent) -> Call:
    A, y = problem.data
    operator, y = RankOneOperator(A), y / len(A) ** 0.5
    return sides.ours(lambda x: operator.gradient_rows(x, y), problem)


def pieces(n: int, m: int, rows: int) -> list[Piece]:
    return [Piece("product", (rows, n, m)), Piece("product", (rows, m, n))]


def measurements(n: int) -> int:
    """How many the chapter takes."""
    return ceil((3 if n <= 32 else 2) * n * log(n))


def size(n: int, rows: int = 3) -> dict[str, int]:
    return {"n": n, "m": measurements(n), "rows": rows}


CHAPTER = "accelerated-phase-retrieval"
KERNELS = [Kernel(
    "phase retrieval", draw, sides.descents(ours, gradient, loss), digits=11,
    chapters=[(CHAPTER, size(32)), (CHAPTER, size(64)), (CHAPTER, size(64, 40)),
              (CHAPTER, size(128)), (CHAPTER, size(400))],
    pieces=pieces, numbers=lambda n, m, rows: numbers((m, n), (m,), (3 * rows, n)),
    tiny={"n": 8, "m": 40, "rows": 2}, slope=2,
    sweep=[{"n": n, "m": 6 * n, "rows": 3} for n in (8, 16, 32, 64, 128, 256, 512, 1024)])]
