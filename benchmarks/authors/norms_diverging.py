"""The model and trainer of dmf_experiment_runner.py: one epoch is one step on three entries.

Its evaluators, callbacks and data loader, which run in every epoch, are left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.case import OURS, Call, Descent, Kernel, Side
from benchmarks.kernels import deep_linear


def kernels(folder: Path) -> list[Kernel]:
    """The chapter's 2 by 2 completion from ten starts; theirs takes them one after another."""

    def theirs(problem: Descent) -> Call:
        import torch

        sys.path.insert(0, str(folder))
        from models.deep_linear_net import DeepLinearNet
        from trainers.dln_matrix_sensing_trainer import DLNMatrixSensingTrainer

        mask, y = problem.data
        batch = tuple(map(torch.from_numpy, (np.eye(4).reshape(4, 2, 2)[mask.ravel() > 0],
                                             y[mask > 0])))
        mean = torch.nn.MSELoss()
        loss = lambda given, wanted: mean(given, wanted) * (len(given) / 2)  # noqa: E731
        trainers = []
        for start in problem.start:
            model = DeepLinearNet(2, 2, [2] * (len(start) - 1)).double()
            optimizer = torch.optim.SGD(model.parameters(), problem.step)
            trainers.append(DLNMatrixSensingTrainer(model, optimizer, loss, device="cpu"))

        def call() -> np.ndarray:
            for trainer, start in zip(trainers, problem.start):
                with torch.no_grad():  # its product runs the other way round
                    for layer, factor in zip(trainer.model.layers, start[::-1]):
                        layer.copy_(torch.from_numpy(factor.copy()))
                for step in range(problem.steps):
                    trainer.batch_update(step, batch)
            return np.array([[layer.detach().numpy().copy() for layer in trainer.model.layers]
                             for trainer in trainers])[:, ::-1]

        return call

    return [Kernel("authors: 2 by 2", deep_linear.draw,
                   [Side(OURS, "numpy", deep_linear.ours),
                    Side("authors", "authors", theirs, ["torch"])],
                   digits=11, tiny={"n": 2, "depth": 2, "rows": 2, "percent": 75},
                   chapters=[("norms-diverging",
                              {"n": 2, "depth": depth, "rows": 10, "percent": 75})
                             for depth in (2, 3)])]
