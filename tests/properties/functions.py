"""A function, its gradient by the library, and points to compare them at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Case:
    """A function of each state of a batch, the library's gradient of it, and a batch."""

    value: Function
    gradient: Function
    states: np.ndarray


def squares(residual: np.ndarray, axes: int = 2) -> np.ndarray:
    """Half the sum of squares over the last axes."""
    return (residual**2).sum(tuple(range(-axes, 0))) / 2
