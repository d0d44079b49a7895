r"""Gradient of one-output networks $\sum_jc_j\phi(a_j^\top x)$ at one example each."""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import numbers
from implicitreg.two_layer import TwoLayer


def draw(rng: np.random.Generator, inputs: int, width: int, rows: int) -> Descent:
    theta = rng.standard_normal((rows, (inputs + 1) * width))
    return Descent(theta, (rng.standard_normal((rows, inputs)), rng.standard_normal(rows)), 0.02)


def draw_skipping(rng: np.random.Generator, inputs: int, width: int, rows: int) -> Descent:
    theta = rng.standard_normal((rows, (inputs + 1) * width + inputs))
    return Descent(theta, (rng.standard_normal((rows, inputs)), rng.standard_normal(rows)), 0.02)


def gradient(xp, theta, x, y):
    units = theta.reshape(len(theta), x.shape[1] + 1, -1)
    a, c = units[:, :-1], units[:, -1]
    h = xp.tanh((a * x[..., None]).sum(-2))
    residual = ((c * h).sum(-1) - y)[:, None]
    in_a = x[..., None] * (residual * c * (1 - h * h))[:, None]
    return xp.concatenate([in_a.reshape(len(theta), -1), residual * h], -1)


def loss(xp, theta, x, y):
    units = theta.reshape(len(theta), x.shape[1] + 1, -1)
    h = xp.tanh((units[:, :-1] * x[..., None]).sum(-2))
    return (((units[:, -1] * h).sum(-1) - y) ** 2).sum() / 2


def skipping(theta, x):
    """Weights, hidden units and output of a ReLU network with a linear part."""
    inputs = x.shape[1]
    units, p = theta[:, :-inputs].reshape(len(theta), inputs + 1, -1), theta[:, -inputs:]
    z = (units[:, :-1] * x[..., None]).sum(-2)
    h = z * (z > 0)
    return units[:, -1], h, (units[:, -1] * h).sum(-1) + (p * x).sum(-1)


def skipping_gradient(xp, theta, x, y):
    c, h, output = skipping(theta, x)
    residual = (output - y)[:, None]
    in_a = x[..., None] * (residual * c * (h > 0))[:, None]
    return xp.concatenate([in_a.reshape(len(theta), -1), residual * h, residual * x], -1)


def skipping_loss(xp, theta, x, y):
    return ((skipping(theta, x)[2] - y) ** 2).sum() / 2


def ours(problem: Descent, activation: str = "tanh", skip: bool = False) -> Call:
    x, y = problem.data
    inputs = x.shape[1]
    width = (problem.start.shape[1] - inputs * skip) // (inputs + 1)
    net = TwoLayer(inputs, width, activation, skip)

    def slope(theta: np.ndarray) -> np.ndarray:
        h, gradient = net(theta, x)
        return (h - y)[:, None] * gradient

    return sides.ours(slope, problem)


def our_skipping(problem: Descent) -> Call:
    return ours(problem, "relu", skip=True)


def touched(inputs: int, width: int, rows: int) -> int:
    return numbers((2 * rows, (inputs + 1) * width), (rows, inputs + 1))


NOISE = "label-noise-sgd"
KERNELS = [
    Kernel("one-output networks", draw, sides.descents(ours, gradient, loss), digits=10,
           chapters=[(NOISE, {"inputs": 2, "width": 8, "rows": 400}),
                     (NOISE, {"inputs": 1, "width": 10, "rows": 20})],
           pieces=lambda inputs, width, rows: [], numbers=touched,
           tiny={"inputs": 2, "width": 3, "rows": 2}),
    Kernel("one-output ReLU networks", draw_skipping,
           sides.descents(our_skipping, skipping_gradient, skipping_loss), digits=10,
           chapters=[(NOISE, {"inputs": 2, "width": 40, "rows": 100})],
           pieces=lambda inputs, width, rows: [], numbers=touched,
           tiny={"inputs": 2, "width": 3, "rows": 2}),
]
