"""What is measured along a run, and when."""

from collections.abc import Iterator, Mapping

import numpy as np


def log_schedule(n_steps: int, n_points: int = 100) -> np.ndarray:
    """Step numbers 0, ..., n_steps, about `n_points` of them, evenly spaced in the logarithm.

    Examples
    --------
    >>> log_schedule(1000, 7).tolist()
    [0, 1, 3, 10, 32, 100, 316, 1000]

    Raises
    ------
    ValueError
        If `n_steps` < 1 or `n_points` < 2.
    """
    if n_steps < 1:
        raise ValueError(f"n_steps = {n_steps!r}: must be >= 1")
    if n_points < 2:
        raise ValueError(f"n_points = {n_points!r}: must be >= 2")
    return np.unique(np.r_[0, np.rint(np.geomspace(1, n_steps, n_points)).astype(int)])


class Trajectory(Mapping[str, np.ndarray]):
    """Named columns recorded along a run; `trajectory["loss"]` has shape (points, rows, ...).

    The column "step" (or "time") holds the recording points, shape (points,).
    """

    def __init__(self, columns: Mapping[str, list | np.ndarray]) -> None:
        self._columns = {name: np.asarray(values) for name, values in columns.items()}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._columns:
            raise KeyError(f"{name!r} was not recorded; recorded: {', '.join(self._columns)}")
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
