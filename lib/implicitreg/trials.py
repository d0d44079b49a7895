"""Independent trials: streams of random numbers by key, and summaries over trials."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np


def _at_least(name: str, value: int, smallest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < smallest:
        raise ValueError(f"{name} = {value!r}: must be an integer >= {smallest}")
    return int(value)


@dataclass(frozen=True)
class Trial:
    """One trial of an experiment: the pair (root seed, index) that names all its streams.

    Parameters
    ----------
    seed : int
        Root seed of the whole experiment, >= 0.
    index : int
        Number of the trial, >= 0.

    Raises
    ------
    ValueError
        If `seed` or `index` is no integer >= 0.

    Examples
    --------
    >>> trial = Trial(seed=0, index=3)
    >>> bool(trial.rng("start").random() == trial.rng("start").random())
    True
    """

    seed: int
    index: int

    def __post_init__(self) -> None:
        _at_least("seed", self.seed, 0)
        _at_least("index", self.index, 0)

    def rng(self, purpose: str, *keys: int) -> np.random.Generator:
        """Generator of the stream (seed, index, purpose, keys), the same at each call.

        The stream depends on its key alone, never on the order of calls, so that more
        trials, starts or sizes change none of the earlier draws.
        """
        key = (zlib.crc32(purpose.encode()), self.index, *keys)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))


def independent_trials(seed: int, trials: int) -> list[Trial]:
    """The first `trials` trials of the root seed: numbers 0, 1, ..., never picked.

    Raises
    ------
    ValueError
        If `seed` is no integer >= 0 or `trials` no integer >= 1.
    """
    _at_least("seed", seed, 0)
    return [Trial(seed, index) for index in range(_at_least("trials", trials, 1))]


@dataclass(frozen=True)
class Summary:
    """Smallest, median and largest of n values."""

    min: float
    median: float
    max: float
    n: int

    def __str__(self) -> str:
        return f"{self.min:.3g} / {self.median:.3g} / {self.max:.3g} (n = {self.n})"


def summarize(values: Sequence[float] | np.ndarray) -> Summary:
    """Minimum, median and maximum of `values`, of any shape; NaN if one of them is NaN.

    Raises
    ------
    ValueError
        If there are no values.
    """
    values = np.asarray(values, dtype=float).ravel()
    if values.size == 0:
        raise ValueError("values = []: a summary needs at least one value")
    return Summary(float(values.min()), float(np.median(values)), float(values.max()), values.size)


def mean_interval(
    values: Sequence[float] | np.ndarray, level: float = 0.95
) -> tuple[float, float, float]:
    r"""Mean of `values` with its Student-t interval $\bar x \pm t\, s/\sqrt n$.

    Parameters
    ----------
    values : array, shape (n,)
        Independent values; with n = 1 the interval is the whole line.
    level : float
        Coverage of the interval, in (0, 1).

    Returns
    -------
    mean, low, high : float

    Raises
    ------
    ValueError
        If there are no values, or `level` is not in (0, 1).
    """
    from scipy.special import stdtrit  # slow to import, and streams and summaries need none of it

    values = np.asarray(values, dtype=float).ravel()
    if not 0 < level < 1:
        raise ValueError(f"level = {level!r}: must be between 0 and 1")
    if values.size == 0:
        raise ValueError("values = []: an interval needs at least one value")
    mean = float(values.mean())
    if values.size == 1:
        return mean, -np.inf, np.inf
    half = stdtrit(values.size - 1, (1 + level) / 2) * values.std(ddof=1) / values.size**0.5
    return mean, float(mean - half), float(mean + half)
