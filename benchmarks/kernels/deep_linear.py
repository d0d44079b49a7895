r"""Gradient of $\frac12\|\mathcal P_\Omega(W_N\cdots W_1)-y\|^2$ in every factor."""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.operators import EntrySampling
from implicitreg.parameterizations import deep_gradient


def draw(rng: np.random.Generator, n: int, depth: int, rows: int, percent: int = 20) -> Descent:
    mask = (rng.random((n, n)) < percent / 100).astype(float)
    mask[0, 0] = 1
    truth = rng.standard_normal((n, 3)) @ rng.standard_normal((3, n)) / n
    start = rng.standard_normal((rows, depth, n, n)) / n**0.5
    return Descent(start, (mask, mask * truth), 0.01)


def gradient(xp, x, mask, y):
    depth = x.shape[-3]
    left, right = [None] * depth, [None] * depth  # products of the factors above, and below
    for j in range(1, depth):
        right[j] = x[:, j - 1] @ right[j - 1] if j > 1 else x[:, 0]
    slope = mask * (x[:, depth - 1] @ right[depth - 1] if depth > 1 else x[:, 0]) - y
    back = slope
    for j in reversed(range(depth)):
        left[j] = back @ right[j].mT if j else back
        back = x[:, j].mT @ back if j else back
    return xp.stack(left, -3)


def loss(xp, x, mask, y):
    product = x[:, 0]
    for j in range(1, x.shape[-3]):
        product = x[:, j] @ product
    return ((mask * product - y) ** 2).sum() / 2


def ours(problem: Descent) -> Call:
    mask, y = problem.data
    sampling = EntrySampling(mask)
    return sides.ours(lambda x: deep_gradient(x, lambda W: sampling.forward(W) - y), problem)


def pieces(n: int, depth: int, rows: int, percent: int = 20) -> list[Piece]:
    return [Piece("product", (n, n, n), batch=rows, count=3 * depth - 3)]


COMPLETION, DYNAMICS, DIVERGING, WHICH = ("deep-factorization-rank", "low-dimensional-dynamics",
                                          "norms-diverging", "which-solution")
KERNELS = [Kernel(
    "deep linear", draw, sides.descents(ours, gradient, loss), digits=12,
    chapters=[(DIVERGING, {"n": 2, "depth": 2, "rows": 10, "percent": 75}),
              (WHICH, {"n": 2, "depth": 3, "rows": 40, "percent": 75}),
              (DYNAMICS, {"n": 30, "depth": 3, "rows": 10, "percent": 100}),
              (DYNAMICS, {"n": 100, "depth": 3, "rows": 10, "percent": 30}),
              *[(COMPLETION, {"n": 100, "depth": depth, "rows": 1}) for depth in (2, 4, 3)]],
    pieces=pieces, tiny={"n": 4, "depth": 3, "rows": 2}, slope=3,
    numbers=lambda n, depth, rows, percent=20: numbers((2 * rows, depth, n, n), (2, n, n)),
    sweep=[{"n": n, "depth": 3, "rows": 1} for n in (4, 8, 16, 32, 64, 128, 256, 512)])]
