r"""Gradients of diagonal networks, $x=u\odot u$, and of generalized linear models."""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.glm import GLM, LOGISTIC
from implicitreg.weight_normalization import polar, weight_normalization

RATIO = 2.0  # of the rates of direction and length, under weight normalization


def diagonal(rng: np.random.Generator, m: int, n: int, problems: int, starts: int) -> Descent:
    A = rng.standard_normal((problems, m, n)) / m**0.5
    y = A[..., :3].sum(-1)[:, None]
    return Descent(np.full((problems, starts, n), 0.1), (A, y), 0.02)


def diagonal_gradient(xp, u, A, y):
    return 2 * u * ((u * u @ A.mT - y) @ A)


def diagonal_loss(xp, u, A, y):
    return ((u * u @ A.mT - y) ** 2).sum() / 2


def our_diagonal(problem: Descent) -> Call:
    A, y = problem.data

    def gradient(u: np.ndarray) -> np.ndarray:
        return 2 * u * ((u * u @ A.mT - y) @ A)

    return sides.ours(gradient, problem)


def diagonal_pieces(m: int, n: int, problems: int, starts: int) -> list[Piece]:
    return [Piece("product", (starts, n, m), problems), Piece("product", (starts, m, n), problems)]


def polar_draw(rng: np.random.Generator, m: int, n: int, problems: int, starts: int) -> Descent:
    given = diagonal(rng, m, n, problems, starts)
    return Descent(polar(given.start.reshape(-1, n)), given.data, 0.01)


def polar_gradient(xp, state, A, y):
    """In the radius and, RATIO times faster, along the sphere."""
    r, u = state[:, :1], state[:, 1:]
    g = diagonal_gradient(xp, (r * u).reshape(len(A), -1, A.shape[-1]), A, y).reshape(u.shape)
    radial = (u * g).sum(-1)[:, None]
    return xp.concatenate([radial, RATIO * r * (g - radial * u)], -1)


def sphere(xp, state):
    u = state[:, 1:]
    return xp.concatenate([state[:, :1], u / xp.sqrt((u * u).sum(-1))[:, None]], -1)


def our_polar(problem: Descent) -> Call:
    A, y = problem.data

    def gradient(x: np.ndarray) -> np.ndarray:
        return diagonal_gradient(np, x.reshape(len(A), -1, A.shape[-1]), A, y).reshape(x.shape)

    return sides.ours(gradient, problem, rule=weight_normalization(RATIO))


def logistic(rng: np.random.Generator, n: int, d: int, problems: int) -> Descent:
    X = rng.standard_normal((problems, n, d)) / np.sqrt(np.arange(1, d + 1))
    y = (rng.random((problems, n)) < 0.5).astype(float)
    return Descent(np.zeros((problems, d)), (X, y), 1.0)


def logistic_gradient(xp, theta, X, y):
    u = (X @ theta[..., None])[..., 0]
    return (X.mT @ (1 / (1 + xp.exp(-u)) - y)[..., None])[..., 0] / y.shape[-1]


def logistic_loss(xp, theta, X, y):
    u = (X @ theta[..., None])[..., 0]
    return (xp.log(1 + xp.exp(u)) - y * u).sum() / y.shape[-1]


def our_logistic(problem: Descent) -> Call:
    model = GLM(LOGISTIC, *problem.data)
    return sides.ours(model.gradient, problem)


def logistic_pieces(n: int, d: int, problems: int) -> list[Piece]:
    return [Piece("product", (n, d, 1), problems), Piece("product", (d, n, 1), problems)]


NORMAL, BENIGN, BASIC = ("weight-normalization", "benign-overfitting-sparse", "basic-inequalities")
KERNELS = [
    Kernel("diagonal networks", diagonal,
           sides.descents(our_diagonal, diagonal_gradient, diagonal_loss), digits=11,
           chapters=[(NORMAL, {"m": 60, "n": 200, "problems": 10, "starts": 1}),
                     (NORMAL, {"m": 60, "n": 200, "problems": 10, "starts": 6}),
                     (BENIGN, {"m": 100, "n": 1000, "problems": 1, "starts": 1})],
           pieces=diagonal_pieces, tiny={"m": 3, "n": 6, "problems": 2, "starts": 2}, slope=2,
           numbers=lambda m, n, problems, starts: numbers((problems, m + 2 * starts, n)),
           sweep=[{"m": n // 4, "n": n, "problems": 4, "starts": 6}
                  for n in (16, 32, 64, 128, 256, 512)]),
    Kernel("weight normalization", polar_draw,
           sides.descents(our_polar, polar_gradient, project=sphere), digits=11,
           chapters=[(NORMAL, {"m": 60, "n": 200, "problems": 10, "starts": 5})],
           pieces=diagonal_pieces, tiny={"m": 3, "n": 6, "problems": 2, "starts": 2},
           numbers=lambda m, n, problems, starts: numbers((problems, m + 2 * starts, n))),
    Kernel("logistic models", logistic,
           sides.descents(our_logistic, logistic_gradient, logistic_loss), digits=11,
           chapters=[(BASIC, {"n": 100, "d": 20, "problems": 20}),
                     (BASIC, {"n": 60, "d": 120, "problems": 20})],
           pieces=logistic_pieces, tiny={"n": 6, "d": 3, "problems": 2},
           numbers=lambda n, d, problems: numbers((problems, n + 2, d), (problems, n))),
]
