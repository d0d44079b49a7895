"""How often a verdict would flip on seeds that were not run, judged from those that were.

A part of a criterion flips where its margin falls below 0. Of a share, each case is taken to fail
alike: the failed cases of all seeds, half a case added, give the probability, and the binomial
distribution the chance that too many fail at once. Of any other statistic the margins, or the
logarithms of observed value / threshold, whichever look more normal, are taken as normal with
unknown mean and variance; the chance is that of Student's t for one more seed. Margins that take few
values, on a grid or the same on every seed, get 0: nothing is known of their spread. So does a
quantity of one sign that is compared with 0, and a margin that a theorem keeps above 0 and that
looks log-normal. Parts add up to their claim.

Whether the model deserves belief, the seeds say themselves: `surprise`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import floor, sqrt
from typing import Any

import numpy as np

ROUNDING = 1e-9


def claim(parts: Sequence[Mapping[str, Any]], proven: bool = False) -> float:
    """Return the chance that a claim with these `parts` flips on one more seed.

    `proven` says that a theorem has the criterion hold.
    """
    return min(1.0, sum(part(each, proven) for each in parts))


def part(studied: Mapping[str, Any], proven: bool = False) -> float:
    """Return the chance that one part flips on one more seed."""
    margins = studied["margins"]
    if None in margins:
        return (margins.count(None) + 0.5) / (len(margins) + 1)
    if studied["statistic"] == "share":
        return _too_many(studied)
    margins = np.array(margins)
    if _on_a_grid(margins):
        return float(margins.max() < 0)
    natural = _natural(margins, studied, proven)
    return _next_below(natural(0.0), natural(margins))


def surprise(studied: Mapping[str, Any], proven: bool = False) -> float | None:
    """Return the chance, by all seeds but the worst, of a margin as small as that of the worst.

    If the model is right, one part in forty with 25 seeds has a surprise below 1/1000. None where
    there is no such model: of a share, on a grid, without a number.
    """
    if None in studied["margins"] or studied["statistic"] == "share":
        return None
    margins = np.array(studied["margins"])
    others = np.delete(margins, margins.argmin())
    if _on_a_grid(others):
        return None
    natural = _natural(margins, studied, proven)
    return _next_below(natural(margins.min()), natural(others))


def _on_a_grid(margins: np.ndarray) -> bool:
    """Tell whether margins take so few values that a spread means nothing."""
    digits = margins / max(np.abs(margins).max(), np.finfo(float).tiny)
    return len(np.unique(digits.round(9))) <= max(margins.size // 2, 1)


def _too_many(studied: Mapping[str, Any]) -> float:
    """Return the chance that of n cases so many fail that the share is below its quota."""
    from scipy import stats  # takes a second, and the pages only show what was found

    shares, n = np.array(studied["values"]), studied["n"]
    quota = shares[0] / (1 + studied["margins"][0])
    failing = (n * (1 - shares).sum() + 0.5) / (n * shares.size + 1)
    allowed = floor(n * (1 - quota) + ROUNDING)
    return float(stats.binom.sf(allowed, n, failing))


def _natural(
    margins: np.ndarray, studied: Mapping[str, Any], proven: bool
) -> Callable[[Any], np.ndarray]:
    """Return the scale on which `margins` look most normal, as a function of a margin.

    A margin with a sign that cannot change, by a theorem or as a determinant along a flow, has its
    own logarithm; 0 lies at no finite place of that.
    """
    signed = proven or studied["criterion"].endswith("is at least 0")
    at_most = not signed and "is at most" in studied["criterion"]

    def logarithm(margin: Any) -> np.ndarray:
        ratio = margin if signed else 1 - margin if at_most else 1 + margin
        with np.errstate(divide="ignore"):
            logs = np.log(np.maximum(ratio, 0.0))
        return -logs if at_most else logs

    logs = logarithm(margins)
    if not np.isfinite(logs).all():
        return np.asarray
    jacobian = -logs.sum() if not at_most else logs.sum()
    plain, other = (-margins.size * np.log(values.std()) for values in (margins, logs))
    return np.asarray if plain >= other + jacobian else logarithm


def _next_below(place: np.ndarray, distances: np.ndarray) -> float:
    """Return the chance that the next of normal `distances` is below `place`, given these."""
    from scipy import stats

    scale = distances.std(ddof=1) * sqrt(1 + 1 / distances.size)
    return float(stats.t.cdf((place - distances.mean()) / scale, distances.size - 1))
