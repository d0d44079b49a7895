"""The classes of base.py, symmetric.py and asymmetric.py: `M_t` and `step`.

Theirs goes through all measurement matrices twice in a step: products with the error, then a mean
of the matrices with weights. Its mean over the measurements is our sum over matrices divided by
the root of their number. It draws a problem of its own when an object is made; here the object is
given ours. Its log, with both errors every 250 steps, is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from benchmarks.authors import definitions
from benchmarks.case import OURS, Call, Descent, Kernel, Side
from benchmarks.kernels import sensing


def kernels(folder: Path) -> list[Kernel]:
    """Both ways at sizes of the chapters, theirs one start after another."""

    def method(file: str, name: str) -> Callable:
        text = (folder / file).read_text(encoding="utf-8")
        return definitions(text, [name], {"np": np})[name.split(".")[1]]

    M_t = method("base.py", "MatrixSensing.M_t")
    step_of_one = method("symmetric.py", "SymmetricEmpirical.step")
    step_of_two = method("asymmetric.py", "AsymmetricEmpirical.step")

    def given(problem: Descent, matrices: np.ndarray, y: np.ndarray) -> SimpleNamespace:
        """What their object holds, with ours for what it draws."""
        flat, m = matrices.reshape(len(matrices), -1), len(matrices)
        truth = np.linalg.lstsq(flat, y)[0].reshape(matrices.shape[1:])
        found = SimpleNamespace(matrices=m**0.5 * matrices, eta=problem.step, X_star=truth,
                                matrices_T=m**0.5 * matrices.mT, identity=np.eye(len(truth)))
        found.M_t = partial(M_t, found)
        return found

    def symmetric(problem: Descent) -> Call:
        A, y = problem.data
        n = problem.start.shape[1]
        step = partial(step_of_one, given(problem, A.reshape(-1, n, n), y))
        return by_start(step, problem)

    def asymmetric(problem: Descent) -> Call:
        A, y = problem.data
        step = partial(step_of_two, given(problem, A, y))
        n = A.shape[1]
        return by_start(lambda z: np.concatenate(step(z[:n], z[n:])), problem)

    authors = partial(Side, "authors", "authors")
    small, pair = "small-random-init-spectral", "asymmetric-matrix-sensing"
    return [
        Kernel("authors: symmetric sensing", sensing.draw,
               [Side(OURS, "numpy", sensing.ours), authors(symmetric)], digits=11,
               tiny={"n": 4, "m": 3, "width": 2, "rows": 2},
               chapters=[(small, {"n": 50, "m": m, "width": 50, "rows": 1}) for m in (300, 1000)]),
        Kernel("authors: asymmetric sensing", sensing.rectangular,
               [Side(OURS, "numpy", sensing.our_pair), authors(asymmetric)], digits=11,
               tiny={"n": 4, "k": 3, "m": 5, "width": 3, "rows": 2},
               chapters=[(pair, {"n": 30, "k": 20, "m": m, "width": 20, "rows": 1})
                         for m in (300, 1000)])]


def by_start(step: Callable[[np.ndarray], np.ndarray], problem: Descent) -> Call:
    """Run their step from each start."""

    def call() -> np.ndarray:
        ends = []
        for x in problem.start:
            for _ in range(problem.steps):
                x = step(x)
            ends.append(x)
        return np.array(ends)

    return call
