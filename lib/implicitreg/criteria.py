"""Criteria: a measured statistic, compared with a threshold, and its margin to flipping.

`median("speed-up", ratios) >= 2.5` is a `Part`: an inequality, decided, with what was observed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite

import numpy as np

from implicitreg.cards import bound
from implicitreg.trials import mean_interval, summarize


@dataclass(frozen=True)
class Part:
    """One inequality of a criterion, decided.

    `margin` is the relative distance to flipping: 0 at the threshold, 0.5 where the observed
    value could move by half the threshold's size, None where there is no finite number. The
    part holds if and only if its margin is a number >= 0.
    """

    criterion: str
    observed: dict
    margin: float | None
    holds: bool = field(init=False)

    def __post_init__(self) -> None:
        number = self.margin is not None and isfinite(self.margin)
        object.__setattr__(self, "margin", float(self.margin) if number else None)
        object.__setattr__(self, "holds", number and self.margin >= 0)

    def __bool__(self) -> bool:
        raise TypeError("a part has no truth value: use .within(low, high), not low <= x <= high")


@dataclass(frozen=True)
class Statistic:
    """A measured quantity that can be compared with a threshold by >= and <=.

    `low` and `high` are what the two comparisons look at: of `every` the smallest and the
    largest value, of `mean` the ends of the 95 % interval, else the value itself. The end that
    decides is the value of the part, unless `observed` has one: of `mean` the mean.
    """

    phrase: str
    observed: dict
    low: float
    high: float

    def __ge__(self, threshold: float) -> Part:
        return self.at_least(threshold)

    def __le__(self, threshold: float) -> Part:
        return self.at_most(threshold)

    def at_least(self, threshold: float, scale: float | None = None) -> Part:
        """`self` >= `threshold`; the margin is relative to `scale`, by default |threshold|."""
        margin = (self.low - threshold) / _scale(threshold, scale)
        return self._part(f"is at least {bound(threshold)}", self.low, margin)

    def at_most(self, threshold: float, scale: float | None = None) -> Part:
        """`self` <= `threshold`; the margin is relative to `scale`, by default |threshold|."""
        margin = (threshold - self.high) / _scale(threshold, scale)
        return self._part(f"is at most {bound(threshold)}", self.high, margin)

    def within(self, low: float, high: float) -> Part:
        """`low` <= `self` <= `high`; the margin is relative to half the width."""
        if not (low < high and isfinite(high - low)):
            raise ValueError(f"low = {low!r}, high = {high!r}: must be finite, low below high")
        room, end = min((self.low - low, self.low), (high - self.high, self.high))
        return self._part(f"lies in [{bound(low)}, {bound(high)}]", end, room / ((high - low) / 2))

    def _part(self, inequality: str, end: float, margin: float) -> Part:
        seen = {"value": end, **self.observed}
        seen = {k: None if isinstance(v, float) and not isfinite(v) else v for k, v in seen.items()}
        return Part(f"{self.phrase} {inequality}", seen, margin)


def _scale(threshold: float, scale: float | None) -> float:
    size = abs(threshold) if scale is None else scale
    if not (isfinite(threshold) and isfinite(size) and size > 0):
        raise ValueError(
            f"threshold = {threshold!r}, scale = {scale!r}: a margin needs a finite scale > 0; "
            "for threshold 0 use at_least(0, scale=...) or at_most(0, scale=...)"
        )
    return size


def _observed(name: str, statistic: str, values: Sequence[float] | np.ndarray) -> dict:
    values = np.asarray(values)
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name}: values of type {values.dtype}; they must be real numbers")
    values = values.astype(float).ravel()
    if values.size == 0:
        raise ValueError(f"{name}: no values; an empty set would satisfy any criterion")
    # One value that is not finite leaves nothing to compare: divergence is never averaged over.
    seen = asdict(summarize(values if np.isfinite(values).all() else np.full(values.size, np.nan)))
    return {"name": name, "statistic": statistic, **seen}


def every(name: str, values: Sequence[float] | np.ndarray) -> Statistic:
    """All of `values`, of any shape: `>=` looks at the smallest, `<=` at the largest."""
    seen = _observed(name, "every", values)
    return Statistic(f"every {name}", seen, seen["min"], seen["max"])


def median(name: str, values: Sequence[float] | np.ndarray) -> Statistic:
    """The median of `values`, of any shape."""
    seen = _observed(name, "median", values)
    return Statistic(f"median {name}", seen, seen["median"], seen["median"])


def mean(name: str, values: Sequence[float] | np.ndarray) -> Statistic:
    """The mean of independent `values`: `>=` and `<=` look at an end of its 95 % interval."""
    seen = _observed(name, "mean", values)
    value, low, high = mean_interval(values) if isfinite(seen["min"]) else [np.nan] * 3
    seen |= {"value": value, "low": low, "high": high}
    return Statistic(f"95 % interval of {name}", seen, low, high)


def share(name: str, cases: Sequence[bool] | np.ndarray) -> Statistic:
    """The fraction of `cases` that are true."""
    cases = np.asarray(cases)
    if cases.dtype != bool:
        raise ValueError(f"{name}: cases of type {cases.dtype}; a share is taken of booleans")
    seen = _observed(name, "share", cases)
    return Statistic(f"share of {name}", seen, *[float(cases.mean())] * 2)


def value(name: str, x: float) -> Statistic:
    """A single number."""
    seen = _observed(name, "value", [x])
    return Statistic(name, seen, seen["median"], seen["median"])
