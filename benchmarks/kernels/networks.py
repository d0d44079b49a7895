r"""Gradient of the cross-entropy of small ReLU networks, one a row."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from implicitreg.networks import Network


def widths(features: int, hidden: int, layers: int, classes: int) -> list[int]:
    return [features, *[hidden] * layers, classes]


def draw(rng: np.random.Generator, features: int, hidden: int, layers: int, classes: int,
         rows: int, batch: int) -> Descent:
    network = Network(widths(features, hidden, layers, classes))
    start = network.start([np.random.default_rng(row) for row in range(rows)], np.float32)
    inputs = rng.standard_normal((rows, batch, features)).astype(np.float32)
    hot = np.eye(classes, dtype=np.float32)[rng.integers(classes, size=(rows, batch))]
    shape = np.zeros((layers, hidden), np.float32)  # tells the formula the architecture
    # few steps: in single precision a unit near its kink may fall on either side of it
    return Descent(start, (inputs, hot, shape), 0.05, steps=5)


def forward(x, inputs, hot, shape):
    """The weights, and the values of each layer."""
    layers, hidden = shape.shape
    weights, values, at = [], [inputs], 0
    for m, n in pairwise(widths(inputs.shape[-1], hidden, layers, hot.shape[-1])):
        weights.append(x[:, at:at + m * n].reshape(len(x), n, m))
        z = values[-1] @ weights[-1].mT + x[:, None, at + m * n:at + (m + 1) * n]
        values.append(z * (z > 0) if len(weights) <= layers else z)
        at += (m + 1) * n
    return weights, values


def gradient(xp, x, inputs, hot, shape):
    weights, values = forward(x, inputs, hot, shape)
    z = values.pop()
    e = xp.exp(z - xp.amax(z, axis=-1, keepdims=True))
    delta = (e / e.sum(-1)[..., None] - hot) / inputs.shape[1]
    found = []
    for weight, value in zip(reversed(weights), reversed(values)):
        found = [(delta.mT @ value).reshape(len(x), -1), delta.sum(-2), *found]
        delta = (delta @ weight) * (value > 0)
    return xp.concatenate(found, -1)


def loss(xp, x, inputs, hot, shape):
    z = forward(x, inputs, hot, shape)[1][-1]
    z = z - xp.amax(z, axis=-1, keepdims=True)
    return (xp.log(xp.exp(z).sum(-1)) - (z * hot).sum(-1)).sum() / inputs.shape[1]


def ours(problem: Descent) -> Call:
    inputs, hot, shape = problem.data
    network = Network(widths(inputs.shape[-1], shape.shape[1], len(shape), hot.shape[-1]))
    labels = hot.argmax(-1)
    return sides.ours(lambda x: network.gradient(x, inputs, labels), problem)


def pieces(features: int, hidden: int, layers: int, classes: int, rows: int,
           batch: int) -> list[Piece]:
    found = []
    for at, (m, n) in enumerate(pairwise(widths(features, hidden, layers, classes))):
        found += [Piece("product", (batch, m, n), rows), Piece("product", (n, batch, m), rows)]
        found += [Piece("product", (batch, n, m), rows)] if at else []
    return found


def touched(features: int, hidden: int, layers: int, classes: int, rows: int, batch: int) -> int:
    size = Network(widths(features, hidden, layers, classes)).size
    return numbers((2, rows, size), (rows, batch, features))


LABELS = "label-randomization-sgd"
TOY = {"features": 2, "hidden": 64, "layers": 3, "classes": 2, "rows": 20, "batch": 20}
DIGITS = {"features": 64, "hidden": 64, "layers": 6, "classes": 10, "rows": 15, "batch": 32}
KERNELS = [
    Kernel("batched networks", draw, sides.descents(ours, gradient, loss), digits=3,
           chapters=[(LABELS, TOY), (LABELS, DIGITS)], pieces=pieces, numbers=touched,
           dtype="float32", axis="hidden", slope=2,
           tiny={"features": 3, "hidden": 4, "layers": 2, "classes": 2, "rows": 2, "batch": 5},
           sweep=[{**DIGITS, "hidden": hidden} for hidden in (8, 16, 32, 64, 128, 256)]),
]
