r"""Gradient of the cross-entropy in low-rank adapters $B_lA_l$ of frozen networks, one a row."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import Piece, numbers
from benchmarks.kernels import networks
from implicitreg.adapters import Adapters, uniform_rows
from implicitreg.networks import Network


def draw(rng: np.random.Generator, features: int, hidden: int, layers: int, classes: int,
         rank: int, rows: int, batch: int) -> Descent:
    network, streams = Network(networks.widths(features, hidden, layers, classes)), rng.spawn(rows)
    frozen = network.start(streams)
    start = Adapters(network, frozen, rank).start(uniform_rows, streams)
    inputs = rng.standard_normal((rows, batch, features))
    hot = np.eye(classes)[rng.integers(classes, size=(rows, batch))]
    # the shape tells the formula the architecture; few steps: a unit may stand near its kink
    return Descent(start, (frozen, inputs, hot, np.zeros((layers, hidden))), 0.05, steps=5)


def pairs(x, inputs, hot, shape):
    """The factors B and A of each layer."""
    layers, hidden = shape.shape
    sizes = list(pairwise(networks.widths(inputs.shape[-1], hidden, layers, hot.shape[-1])))
    rank, at = x.shape[1] // sum(m + n for m, n in sizes), 0
    for m, n in sizes:
        yield (x[:, at:at + n * rank].reshape(len(x), n, rank),
               x[:, at + n * rank:at + (n + m) * rank].reshape(len(x), rank, m))
        at += (n + m) * rank


def adapted(xp, x, frozen, inputs, hot, shape):
    found, at = [], 0
    for B, A in pairs(x, inputs, hot, shape):
        n, m = B.shape[1], A.shape[2]
        found += [frozen[:, at:at + m * n] + (B @ A).reshape(len(x), -1),
                  frozen[:, at + m * n:at + (m + 1) * n]]
        at += (m + 1) * n
    return xp.concatenate(found, -1)


def gradient(xp, x, frozen, inputs, hot, shape):
    full = networks.gradient(xp, adapted(xp, x, frozen, inputs, hot, shape), inputs, hot, shape)
    found, at = [], 0
    for B, A in pairs(x, inputs, hot, shape):
        n, m = B.shape[1], A.shape[2]
        G = full[:, at:at + m * n].reshape(len(x), n, m)
        found += [(G @ A.mT).reshape(len(x), -1), (B.mT @ G).reshape(len(x), -1)]
        at += (m + 1) * n
    return xp.concatenate(found, -1)


def loss(xp, x, frozen, inputs, hot, shape):
    return networks.loss(xp, adapted(xp, x, frozen, inputs, hot, shape), inputs, hot, shape)


def ours(problem: Descent) -> Call:
    frozen, inputs, hot, shape = problem.data
    network = Network(networks.widths(inputs.shape[-1], shape.shape[1], len(shape), hot.shape[-1]))
    sizes = pairwise(network.widths)
    adapters = Adapters(network, frozen, problem.start.shape[1] // sum(m + n for m, n in sizes))
    labels = hot.argmax(-1)
    return sides.ours(lambda x: adapters.gradient(x, inputs, labels), problem)


def pieces(features: int, hidden: int, layers: int, classes: int, rank: int, rows: int,
           batch: int) -> list[Piece]:
    found = networks.pieces(features, hidden, layers, classes, rows, batch)
    for m, n in pairwise(networks.widths(features, hidden, layers, classes)):
        found += [Piece("product", shape, rows)
                  for shape in ((n, rank, m), (n, m, rank), (rank, n, m))]
    return found


def touched(features: int, hidden: int, layers: int, classes: int, rank: int, rows: int,
            batch: int) -> int:
    sizes = list(pairwise(networks.widths(features, hidden, layers, classes)))
    weights, factors = sum(m * n + n for m, n in sizes), rank * sum(m + n for m, n in sizes)
    return numbers((rows, weights), (2 * rows, factors), (rows, batch, features))


NYSTROM = {"features": 64, "hidden": 64, "layers": 2, "classes": 5, "rank": 4, "rows": 30,
           "batch": 448}
SAM = {**NYSTROM, "features": 32, "rows": 10, "batch": 16}
KERNELS = [Kernel(
    "adapters", draw, sides.descents(ours, gradient, loss), digits=9,
    chapters=[("nystrom-initialization", NYSTROM), ("sam-balancedness", SAM)],
    pieces=pieces, numbers=touched, axis="hidden", slope=2,
    tiny={"features": 3, "hidden": 4, "layers": 2, "classes": 2, "rank": 2, "rows": 2, "batch": 5},
    sweep=[{**SAM, "hidden": hidden} for hidden in (8, 16, 32, 64, 128, 256, 512)])]
