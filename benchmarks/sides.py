"""How each library runs gradient descent on the same formula.

The formula is the one that a careful student writes. It takes its functions from the namespace
`xp`, so that NumPy and PyTorch run it as it stands, and PyTorch and JAX compile it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.case import OURS, PLAIN, Call, Descent, Side

TORCH, COMPILED, AUTOGRAD, JAX = ("PyTorch eager", "PyTorch compiled", "PyTorch autograd",
                                  "JAX jit")


def descents(ours: Callable[[Descent], Call], gradient: Callable, loss: Callable) -> list[Side]:
    """Return all sides of a descent whose `gradient` is that of `loss`, ours first."""
    return [
        Side(OURS, "numpy", ours),
        Side(PLAIN, "numpy", lambda problem: plain(gradient, problem)),
        Side(TORCH, "torch", lambda problem: eager(gradient, problem), ["torch"]),
        Side(AUTOGRAD, "torch", lambda problem: autograd(loss, problem), ["torch"]),
        Side(COMPILED, "torch", lambda problem: compiled(gradient, problem), ["torch"], limit=1),
        Side(JAX, "jax", lambda problem: jitted(gradient, problem), ["jax"]),
    ]


def plain(gradient: Callable, problem: Descent) -> Call:
    """A loop in NumPy."""

    def call() -> np.ndarray:
        x = problem.start
        for _ in range(problem.steps):
            x = x - problem.step * gradient(np, x, *problem.data)
        return x

    return call


def eager(gradient: Callable, problem: Descent) -> Call:
    """The same loop on PyTorch's tensors, which record nothing."""
    import torch

    start, *data = map(torch.from_numpy, (problem.start, *problem.data))

    @torch.inference_mode()
    def call() -> torch.Tensor:
        x = start
        for _ in range(problem.steps):
            x = x - problem.step * gradient(torch, x, *data)
        return x

    return call


def autograd(loss: Callable, problem: Descent) -> Call:
    """PyTorch as it is meant: the loss is written, the gradient derived."""
    import torch

    start, *data = map(torch.from_numpy, (problem.start, *problem.data))

    def call() -> torch.Tensor:
        x = start.clone().requires_grad_()
        for _ in range(problem.steps):
            slope, = torch.autograd.grad(loss(torch, x, *data), x)
            with torch.no_grad():
                x -= problem.step * slope
        return x.detach()

    return call


def compiled(gradient: Callable, problem: Descent) -> Call:
    """A step that PyTorch compiles; it cannot compile the loop."""
    import torch

    start, *data = map(torch.from_numpy, (problem.start, *problem.data))
    step = torch.compile(lambda x, *data: x - problem.step * gradient(torch, x, *data))

    @torch.no_grad()
    def call() -> torch.Tensor:
        x = start
        for _ in range(problem.steps):
            x = step(x, *data)
        return x

    return call


def jitted(gradient: Callable, problem: Descent) -> Call:
    """The whole loop, compiled by JAX."""
    import jax
    import jax.numpy as jnp

    start, *data = map(jnp.asarray, (problem.start, *problem.data))

    @jax.jit
    def run(x: jax.Array, *data: jax.Array) -> jax.Array:
        step = lambda _, x: x - problem.step * gradient(jnp, x, *data)  # noqa: E731
        return jax.lax.fori_loop(0, problem.steps, step, x)

    return lambda: run(start, *data).block_until_ready()
