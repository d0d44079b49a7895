r"""Gradient of a completion lifted to symmetric tensors of order 3.

Ours keeps $\binom{n+2}3$ coordinates. A student keeps the whole tensor, here as (rows, n, n²), and
makes it symmetric again after each step.
"""

from __future__ import annotations

from math import comb

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.lifted import LiftedCompletion, coupled_completion, symmetric_basis


def draw(rng: np.random.Generator, n: int, rows: int) -> Descent:
    given = coupled_completion(n, 0.3, 3)
    W, z = given.weights, given.truth
    B = W * np.outer(z, z)
    W2, W3, B3 = np.kron(W, W), np.kron(np.kron(W, W), W), np.kron(np.kron(B, B), B)
    start = given.unfold(given.lift(0.3 * rng.standard_normal((rows, n))))
    return Descent(start, (W, W2, W3, B3, z), 0.05)


def cubic(w, W, W2, W3):
    """The part of the gradient that does not know the truth."""
    square = ((w * w).reshape(len(w), -1) @ W3).reshape(w.shape) * w
    exchanged = (w[:, :, None] * w[:, None]) @ W2 * w[:, None]
    return (square + 3 * (W[..., None] * exchanged).sum(2)) / 4


def gradient(xp, w, W, W2, W3, B3, z):
    return cubic(w, W, W2, W3) - (w.reshape(len(w), -1) @ B3).reshape(w.shape)


def loss(xp, w, W, W2, W3, B3, z):
    whole = w.reshape(len(w), -1)
    return (w * cubic(w, W, W2, W3)).sum() / 4 - (whole * (whole @ B3)).sum() / 2


def symmetric(xp, w):
    """The mean over the index that comes first; in the other two, w is symmetric already."""
    n = w.shape[1]
    tensor = w.reshape(len(w), n, n, n)
    return ((tensor + tensor.swapaxes(1, 2) + tensor.swapaxes(1, 3)) / 3).reshape(w.shape)


def ours(problem: Descent) -> Call:
    given = LiftedCompletion(problem.data[0], problem.data[-1], 3)
    n = problem.start.shape[1]
    basis = symmetric_basis(n, 3).reshape(-1, n**3)
    coordinates = problem.start.reshape(-1, n**3) @ basis.T
    call = sides.ours(given.gradient, Descent(coordinates, (), problem.step, problem.steps))
    return lambda: given.unfold(call())


def pieces(n: int, rows: int) -> list[Piece]:
    d = comb(n + 2, 3)
    return [Piece("product", (rows, d, n**3)), Piece("product", (rows, n**3, n**3)),
            Piece("product", (n, n * n, n * n), rows * n), Piece("product", (n, n, n**3), rows),
            Piece("product", (rows, n**3, d)), Piece("product", (rows, d, d))]


KERNELS = [Kernel(
    "lifted tensors", draw, sides.descents(ours, gradient, loss, symmetric), digits=9,
    chapters=[("lifted-tensor-sensing", {"n": 5, "rows": 2}),
              ("lifted-tensor-sensing", {"n": 5, "rows": 200})],
    pieces=pieces, tiny={"n": 3, "rows": 2}, slope=6,
    numbers=lambda n, rows: numbers((n**3, n**3), (2 * rows, comb(n + 2, 3))),
    sweep=[{"n": n, "rows": 20} for n in (3, 4, 5, 6, 7, 8, 9, 10)])]
