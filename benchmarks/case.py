"""What is compared: a kernel, its sizes in the chapters, and the sides that compute it."""

from __future__ import annotations

import importlib.util
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.floors import Piece

Size = Mapping[str, int]
Call = Callable[[], Any]
OURS, PLAIN = "ours", "plain NumPy"


@dataclass(frozen=True)
class Side:
    """One way to compute a kernel.

    `prepare` turns a problem into a call without arguments, which alone is timed. Sides of one
    `process` share a process. `digits` is what the side can reach if that is less than others.
    `limit` keeps a side that is slow to prepare to so many cases of a kernel, the last ones.
    """

    name: str
    process: str
    prepare: Callable[[Any], Call]
    needs: Sequence[str] = ()
    digits: int | None = None
    limit: int | None = None

    def missing(self) -> list[str]:
        """Return the modules that the side needs and this environment lacks."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]


@dataclass(frozen=True)
class Kernel:
    """A computation that chapters repeat.

    `draw` makes a problem of a given size from a generator; its attribute `steps` says how many
    units one call computes. `pieces` are the products and factorizations of one unit, with the
    `numbers` that it must read or write. `sweep` are sizes along `axis`, for cost against size;
    there the pieces grow like `axis` to the power `slope`.
    """

    name: str
    draw: Callable[..., Any]
    sides: Sequence[Side]
    chapters: Sequence[tuple[str, Size]]
    digits: int
    unit: str = "step"
    pieces: Callable[..., list[Piece]] | None = None
    numbers: Callable[..., int] | None = None
    dtype: str = "float64"
    tiny: Size = field(default_factory=dict)
    sweep: Sequence[Size] = ()
    axis: str = "n"
    slope: float = 0.0

    def problem(self, size: Size) -> Any:
        """Draw the problem of this size: the same numbers in every process."""
        seed = zlib.crc32(f"{self.name} {sorted(size.items())}".encode())
        return self.draw(np.random.default_rng(seed), **size)

    def side(self, name: str) -> Side:
        """Return the side called `name`."""
        return next(side for side in self.sides if side.name == name)


@dataclass(frozen=True)
class Descent:
    """`steps` steps of gradient descent from `start` on the loss that `data` gives."""

    start: np.ndarray
    data: tuple[np.ndarray, ...]
    step: float
    steps: int = 20


@dataclass(frozen=True)
class Solve:
    """A problem that one call solves."""

    data: tuple[Any, ...]
    steps: int = 1


def told(size: Size) -> str:
    """Return a size as a reader says it.

    >>> told({"n": 64, "rows": 3})
    'n = 64, rows = 3'
    """
    return ", ".join(f"{name} = {value}" for name, value in size.items())
