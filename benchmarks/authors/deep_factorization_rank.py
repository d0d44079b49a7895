"""The program main.py: its end-to-end matrix and loss, differentiated by PyTorch.

Theirs is the transpose of our product, and its loss a mean over the observed entries. Its test
error and parameter norm, which it computes in every step, are left out.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from benchmarks.authors import definitions
from benchmarks.case import OURS, Call, Descent, Kernel, Side
from benchmarks.kernels import deep_linear


def kernels(folder: Path) -> list[Kernel]:
    """The chapter's completions of depth 2, 3 and 4, by the program's option SGD."""
    text = (folder / "main.py").read_text(encoding="utf-8")

    def theirs(problem: Descent) -> Call:
        import torch
        from torch import nn, optim

        found = definitions(text, ["get_e2e", "MatrixCompletion.get_train_loss"], {"nn": nn})
        mask, y = problem.data
        us, vs = map(torch.from_numpy, np.nonzero(mask.T))
        given = SimpleNamespace(us=us, vs=vs, ys_=torch.from_numpy(y.T.copy())[us, vs])
        factors = torch.from_numpy(problem.start[0])
        model = nn.Sequential(*[nn.Linear(*f.shape, bias=False, dtype=f.dtype) for f in factors])
        optimizer = optim.SGD(model.parameters(), problem.step * len(us) / 2)

        def call() -> np.ndarray:
            with torch.no_grad():
                for parameter, factor in zip(model.parameters(), factors):
                    parameter.copy_(factor)
            for _ in range(problem.steps):
                loss = found["get_train_loss"](given, found["get_e2e"](model))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            return np.array([[p.detach().numpy().copy() for p in model.parameters()]])

        return call

    chapter = "deep-factorization-rank"
    return [Kernel("authors: deep linear", deep_linear.draw,
                   [Side(OURS, "numpy", deep_linear.ours),
                    Side("authors", "authors", theirs, ["torch"])],
                   digits=11, tiny={"n": 4, "depth": 3, "rows": 1},
                   chapters=[(chapter, {"n": 100, "depth": depth, "rows": 1})
                             for depth in (2, 3, 4)])]
