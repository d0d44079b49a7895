"""A process that holds prepared calls and times them when it is its turn."""

from __future__ import annotations

import importlib.metadata
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.case import Size

PACKAGES = {"numpy": "numpy", "scipy": "scipy", "torch": "torch", "jax": "jax",
            "jaxlib": "jaxlib", "sklearn": "scikit-learn", "cvxpy": "cvxpy",
            "clarabel": "clarabel", "scs": "scs"}


class Bench:
    """Prepared calls of one process, by the name of their side."""

    def __init__(self, kernels: Callable[[], dict[str, Any]]) -> None:
        self.kernels, self.calls, self.repeats = kernels(), {}, {}

    def prepare(self, kernel: str, size: Size, side: str) -> np.ndarray:
        """Make the call ready, compiled and warm; return what it computes."""
        found = self.kernels[kernel]
        problem = found.problem(size)
        self.calls[side] = found.side(side).prepare(problem), problem.steps
        for _ in range(2):  # the first call may compile
            result = np.asarray(self.calls[side][0]())
        return result

    def calibrate(self, side: str, block: float) -> float:
        """Choose so many repeats that they take about `block` seconds; return what they take."""
        repeats, took = 1, 0.0
        while took < block / 2:
            repeats = repeats if not took else max(2 * repeats, int(repeats * block / took))
            self.repeats[side] = repeats
            took = self.time(side)[0] * repeats * self.calls[side][1] + 1e-9
        self.repeats[side] = max(1, round(repeats * min(1.0, block / took)))
        return took * self.repeats[side] / repeats

    def time(self, side: str) -> tuple[float, float]:
        """Return processor and wall seconds of a unit, over one block of repeats."""
        (call, steps), repeats = self.calls[side], self.repeats[side]
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(repeats):
            call()
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
        return processor / repeats / steps, wall / repeats / steps

    def products(self, process: str) -> list[dict[str, Any]]:
        """Return the rate of matrix products of this process's library."""
        return machine.products(process)

    def versions(self) -> dict[str, str]:
        """Return the versions of the numerical packages that this process has imported."""
        return {name: importlib.metadata.version(name) for module, name in PACKAGES.items()
                if module in sys.modules}

    def forget(self) -> None:
        """Let go of what was prepared."""
        self.calls.clear()


def serve(connection: Connection, kernels: Callable[[], dict[str, Any]]) -> None:
    """Answer (method, arguments) until nobody asks; a failure is an answer too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asks is interrupted, and goes
    bench = Bench(kernels)
    with suppress(EOFError):
        while True:
            method, arguments = connection.recv()
            try:
                connection.send((True, getattr(bench, method)(*arguments)))
            except Exception as error:  # whatever an opponent raises is told, not suffered
                connection.send((False, f"{type(error).__name__}: {error}"))
