"""The module functions.py: its loss of lifted tensors by `einsum`, differentiated by JAX.

The program calls the derivative as it stands; here it is compiled, which it allows. Its loss is
twice ours, and its state the whole tensor, where ours is its coordinates.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks import sides
from benchmarks.case import OURS, Call, Descent, Kernel, Side
from implicitreg.lifted import LiftedCompletion, coupled_completion


def kernels(folder: Path) -> list[Kernel]:
    """The chapter's problem of order 3 from its starts; theirs takes them one after another."""

    def theirs(problem: Descent) -> Call:
        import jax
        import jax.numpy as jnp

        sys.path.insert(0, str(folder))
        sys.modules.setdefault("optax", ModuleType("optax"))  # imported there, not needed here
        from functions import data_loss_z, elevate_initialization, output_A_MS

        given, size = lifted(problem), len(problem.data[0])
        A = jnp.asarray(output_A_MS(np.sqrt(given.weights)))
        z = jnp.asarray(elevate_initialization(given.truth, given.order - 1))
        slope = jax.jit(jax.grad(lambda w: data_loss_z(w, z, A, calc_grad=True)))
        starts = [jnp.asarray(w.reshape((size,) * given.order))
                  for w in given.unfold(problem.start)]

        def call() -> np.ndarray:
            ends = []
            for w in starts:
                for _ in range(problem.steps):
                    w = w - problem.step / 2 * slope(w)
                ends.append(np.asarray(w).reshape(size, -1))
            return np.array(ends)

        return call

    return [Kernel("authors: lifted", draw,
                   [Side(OURS, "numpy", ours), Side("authors", "authors", theirs, ["jax"])],
                   digits=9, tiny={"n": 3, "rows": 2},
                   chapters=[("lifted-tensor-sensing", {"n": 5, "rows": 20}),
                             ("lifted-tensor-sensing", {"n": 5, "rows": 1})])]


def draw(rng: np.random.Generator, n: int, rows: int) -> Descent:
    given = coupled_completion(n, 0.3, 3)
    start = given.lift(0.3 * rng.standard_normal((rows, n)))
    return Descent(start, (given.weights, given.truth), 0.05)


def lifted(problem: Descent) -> LiftedCompletion:
    return LiftedCompletion(*problem.data, 3)


def ours(problem: Descent) -> Call:
    given = lifted(problem)
    call = sides.ours(given.gradient, problem)
    return lambda: given.unfold(call())
