"""The notebook heavyball_pr.ipynb: its gradient forms an m by n product a start and step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks import sides
from benchmarks.authors import definitions
from benchmarks.case import OURS, Call, Descent, Kernel, Side
from benchmarks.kernels import phase_retrieval


def kernels(folder: Path) -> list[Kernel]:
    """Three starts that share one problem, at the notebook's size and at the chapter's."""
    cells = json.loads((folder / "heavyball_pr.ipynb").read_text(encoding="utf-8"))["cells"]
    text = next("".join(cell["source"]) for cell in cells
                if "def gradF" in "".join(cell["source"]))

    def theirs(problem: Descent) -> Call:
        A, y = problem.data
        known = {"np": np, "As": A, "ys": y, "n": len(A), "d": A.shape[1]}
        gradient = definitions(text, ["gradF"], known)["gradF"]
        by_row = sides.stepping(lambda xp, x, *data: np.array([gradient(row) for row in x]))
        return sides.plain(by_row, problem)

    name = "accelerated-phase-retrieval"
    return [Kernel("authors: phase retrieval", phase_retrieval.draw,
                   [Side(OURS, "numpy", phase_retrieval.ours), Side("authors", "authors", theirs)],
                   digits=11, tiny={"n": 8, "m": 40, "rows": 2},
                   chapters=[(name, phase_retrieval.size(64)),
                             (name, {"n": 200, "m": 1000, "rows": 3})])]
