r"""Sharpness-aware steps on $\|xy^\top-T\|^2$: the gradient at $z+\rho\,g/\|g\|$."""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import Call, Descent, Kernel
from benchmarks.floors import numbers
from implicitreg.balancedness import outer_gradient
from implicitreg.rules import sam

RHO = 0.1


def draw(rng: np.random.Generator, n: int, rows: int) -> Descent:
    return Descent(rng.standard_normal((rows, 2, n)), (rng.standard_normal((rows, n, n)),), 1e-3)


def slope(xp, z, T):
    x, y = z[:, 0, :, None], z[:, 1, :, None]
    G = 2 * (x @ y.mT - T)
    return xp.stack([(G @ y)[..., 0], (G.mT @ x)[..., 0]], 1)


def gradient(xp, z, T):
    g = slope(xp, z, T)
    return slope(xp, z + RHO * g / xp.sqrt((g * g).sum((1, 2)))[:, None, None], T)


def ours(problem: Descent) -> Call:
    T, = problem.data
    return sides.ours(lambda z: outer_gradient(z, T), problem, rule=sam(RHO))


KERNELS = [Kernel(
    "sharpness-aware steps", draw, sides.descents(ours, gradient), digits=11,
    chapters=[("sam-balancedness", {"n": 3, "rows": 90})], tiny={"n": 3, "rows": 2},
    pieces=lambda n, rows: [], numbers=lambda n, rows: numbers((rows, n, n), (4 * rows, n)))]
