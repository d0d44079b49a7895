"""How each library runs gradient descent on the same formula.

The formula is the one that a careful student writes. It takes its functions from the namespace
`xp`, so that NumPy and PyTorch run it as it stands, and PyTorch and JAX compile it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.case import OURS, PLAIN, Call, Descent, Side
from implicitreg.optimize import descend

TORCH, COMPILED, AUTOGRAD, JAX = ("PyTorch eager", "PyTorch compiled", "PyTorch autograd",
                                  "JAX jit")


def stay(xp, x):
    """Project on the whole space."""
    return x


def stepping(gradient: Callable, project: Callable = stay) -> Callable:
    """Return the step along a gradient, or whatever is subtracted, with a projection after it."""
    return lambda xp, x, size, *data: project(xp, x - size * gradient(xp, x, *data))


def descents(ours: Callable[[Descent], Call], gradient: Callable, loss: Callable | None = None,
             project: Callable = stay) -> list[Side]:
    """Return all sides of a descent, ours first; autograd where `gradient` is that of a `loss`."""
    step = stepping(gradient, project)
    derived = [Side(AUTOGRAD, "torch", lambda problem: autograd(loss, problem, project), ["torch"])]
    return [
        Side(OURS, "numpy", ours),
        Side(PLAIN, "numpy", lambda problem: plain(step, problem)),
        Side(TORCH, "torch", lambda problem: eager(step, problem), ["torch"]),
        *(derived if loss else []),
        Side(COMPILED, "torch", lambda problem: compiled(step, problem), ["torch"], limit=1),
        Side(JAX, "jax", lambda problem: jitted(step, problem), ["jax"]),
    ]


def ours(gradient: Callable, problem: Descent, **options: Any) -> Call:
    """The book's loop, which looks for divergence and can stop rows, as chapters call it."""
    return lambda: descend(gradient, problem.start, step=problem.step, n_steps=problem.steps,
                           every=10, schedule=[], **options).x


def plain(step: Callable, problem: Descent) -> Call:
    """A loop in NumPy."""

    def call() -> np.ndarray:
        x = problem.start
        for _ in range(problem.steps):
            x = step(np, x, problem.step, *problem.data)
        return x

    return call


def eager(step: Callable, problem: Descent) -> Call:
    """The same loop on PyTorch's tensors, which record nothing."""
    import torch

    start, *data = map(torch.from_numpy, (problem.start, *problem.data))

    @torch.inference_mode()
    def call() -> torch.Tensor:
        x = start
        for _ in range(problem.steps):
            x = step(torch, x, problem.step, *data)
        return x

    return call


def autograd(loss: Callable, problem: Descent, project: Callable = stay) -> Call:
    """PyTorch as it is meant: the loss is written, the gradient derived."""
    import torch

    start, *data = map(torch.from_numpy, (problem.start, *problem.data))

    def call() -> torch.Tensor:
        x = start
        for _ in range(problem.steps):
            x = x.detach().requires_grad_()
            slope, = torch.autograd.grad(loss(torch, x, *data), x)
            with torch.no_grad():
                x = project(torch, x - problem.step * slope)
        return x

    return call


def compiled(step: Callable, problem: Descent) -> Call:
    """A step that PyTorch compiles; it cannot compile the loop."""
    import torch

    start, *data = map(torch.from_numpy, (problem.start, *problem.data))
    torch.compiler.reset()  # else the ninth kernel of a process is left as it is
    once = torch.compile(lambda x, *data: step(torch, x, problem.step, *data))

    @torch.no_grad()
    def call() -> torch.Tensor:
        x = start
        for _ in range(problem.steps):
            x = once(x, *data)
        return x

    return call


def jitted(step: Callable, problem: Descent) -> Call:
    """The whole loop, compiled by JAX."""
    import jax
    import jax.numpy as jnp

    start, *data = map(jnp.asarray, (problem.start, *problem.data))

    @jax.jit
    def run(x: jax.Array, *data: jax.Array) -> jax.Array:
        once = lambda _, x: step(jnp, x, problem.step, *data)  # noqa: E731
        return jax.lax.fori_loop(0, problem.steps, once, x)

    return lambda: run(start, *data).block_until_ready()
