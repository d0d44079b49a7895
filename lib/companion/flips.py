"""How often a verdict would flip on seeds that were not run, judged from those that were.

A part of a criterion flips where its margin falls below 0. Of a share, each case is taken to fail
alike: the failed cases of all seeds, half a case added, give the probability, and the binomial
distribution the chance that too many fail at once. Of any other statistic the margins, or the
logarithms of observed value / threshold, whichever look more normal, are taken as normal with
unknown mean and variance; the chance is that of Student's t for one more seed. A part that came out
the same on every seed gets 0: nothing is known of its spread. So does a quantity of one sign that is
compared with 0, and a margin that a theorem keeps above 0 and that looks log-normal. Parts add up to
their claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    if np.ptp(margins) <= ROUNDING * np.abs(margins).max():
        return float(margins[0] < 0)
    signed = proven or studied["criterion"].endswith("is at least 0")
    distances = _most_normal(margins, signed, "is at most" in studied["criterion"])
    return 0.0 if distances is None else _one_more(distances)


def _too_many(studied: Mapping[str, Any]) -> float:
    """Return the chance that of n cases so many fail that the share is below its quota."""
    from scipy import stats  # takes a second, and the pages only show what was found

    shares, n = np.array(studied["values"]), studied["n"]
    quota = shares[0] / (1 + studied["margins"][0])
    failing = (n * (1 - shares).sum() + 0.5) / (n * shares.size + 1)
    allowed = floor(n * (1 - quota) + ROUNDING)
    return float(stats.binom.sf(allowed, n, failing))


def _most_normal(margins: np.ndarray, signed: bool, at_most: bool) -> np.ndarray | None:
    """Return the distances from flipping that look most normal; None if they cannot reach it.

    A margin that is `signed` cannot change its sign: by a theorem, or as a determinant along a flow.
    Then its logarithm is the natural scale, and 0 lies at no finite distance.
    """
    plain = margins.size * -np.log(margins.std())
    ratios = 1 - margins if at_most else 1 + margins
    values = margins if signed else ratios
    if values.min() <= 0:
        return margins
    logs = np.log(values)
    if plain >= margins.size * -np.log(logs.std()) - logs.sum():
        return margins
    return None if signed else -logs if at_most else logs


def _one_more(distances: np.ndarray) -> float:
    """Return the chance that the next of normal `distances` is below 0, given these."""
    from scipy import stats

    scale = distances.std(ddof=1) * sqrt(1 + 1 / distances.size)
    return float(stats.t.cdf(-distances.mean() / scale, distances.size - 1))
