"""The optimizer sam.py that is used most, on the chapter's adapters as a PyTorch model."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks import sides
from benchmarks.case import OURS, Call, Descent, Kernel, Side
from implicitreg.adapters import Adapters, uniform_rows
from implicitreg.networks import Network
from implicitreg.rules import sam

WIDTHS, RANK, RHO = (32, 64, 64, 5), 4, 0.15


def kernels(folder: Path) -> list[Kernel]:
    """One batch of 16 examples for each network; theirs takes the networks one by one."""

    def theirs(problem: Descent) -> Call:
        import torch
        from torch.nn.functional import cross_entropy, linear, relu

        sys.path.insert(0, str(folder))
        from sam import SAM

        frozen, inputs, labels = problem.data
        network = Network(WIDTHS)
        layers = [tuple(map(torch.from_numpy, layer)) for layer in network.layers(frozen)]
        adapters = Adapters(network, frozen, RANK)
        x, y = torch.from_numpy(inputs), torch.from_numpy(labels)

        def descend_one(row: int) -> np.ndarray:
            factors = [torch.tensor(part[row], requires_grad=True)
                       for pair in adapters.factors(problem.start) for part in pair]
            optimizer = SAM(factors, torch.optim.SGD, rho=RHO, lr=problem.step)

            def loss() -> torch.Tensor:
                h, pairs = x[row], zip(factors[::2], factors[1::2])
                for at, ((weight, bias), (B, A)) in enumerate(zip(layers, pairs)):
                    h = linear(relu(h) if at else h, weight[row] + B @ A, bias[row])
                return cross_entropy(h, y[row])

            for _ in range(problem.steps):
                loss().backward()
                optimizer.first_step(zero_grad=True)
                loss().backward()
                optimizer.second_step(zero_grad=True)
            return np.concatenate([factor.detach().numpy().ravel() for factor in factors])

        return lambda: np.array([descend_one(row) for row in range(len(frozen))])

    return [Kernel("authors: SAM", draw,
                   [Side(OURS, "numpy", ours), Side("authors", "authors", theirs, ["torch"])],
                   digits=9, tiny={"rows": 2}, chapters=[("sam-balancedness", {"rows": 10}),
                                                         ("sam-balancedness", {"rows": 1})])]


def draw(rng: np.random.Generator, rows: int) -> Descent:
    network, streams = Network(WIDTHS), [np.random.default_rng(row) for row in range(rows)]
    frozen = network.start(streams)
    start = Adapters(network, frozen, RANK).start(uniform_rows, streams)
    inputs = rng.standard_normal((rows, 16, WIDTHS[0]))
    return Descent(start, (frozen, inputs, rng.integers(WIDTHS[-1], size=(rows, 16))), 0.015)


def ours(problem: Descent) -> Call:
    frozen, inputs, labels = problem.data
    adapters = Adapters(Network(WIDTHS), frozen, RANK)
    return sides.ours(lambda x: adapters.gradient(x, inputs, labels), problem, rule=sam(RHO))
