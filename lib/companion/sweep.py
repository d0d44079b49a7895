"""A phase diagram: what the claims of one chapter come to over values of its parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from statistics import median
from typing import Any

from rich.table import Table

from companion import judge, readings
from companion.execute import Run


def cells(values: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Return each combination of `values`, pairs of a name and a value; a name may be repeated.

    >>> cells([("rate", 0.1), ("rate", 0.2), ("trials", 5)])
    [{'rate': 0.1, 'trials': 5}, {'rate': 0.2, 'trials': 5}]
    """
    axes: dict[str, list[Any]] = {}
    for name, value in dict.fromkeys(values):
        axes.setdefault(name, []).append(value)
    return [dict(zip(axes, cell, strict=True)) for cell in product(*axes.values())]


def table(runs: Sequence[Run], names: Sequence[str]) -> Table:
    """Return a line for each cell of the parameters `names` and each claim, over its seeds.

    The number is, in all cells, that of the part that is nearest to flipping in the first run.
    """
    found = Table(box=None, pad_edge=False)
    for name in (*names, "claim", "verdict"):
        found.add_column(name, overflow="fold")
    for name in ("least margin", "median"):
        found.add_column(name, justify="right")
    found.add_column("of", overflow="fold")
    by_cell: dict[tuple[str, ...], list[Run]] = {}
    for run in {run.job.key: run for run in runs}.values():  # 0.5 and 0.50 are one cell
        cell = tuple(str(run.job.parameters[name]) for name in names)
        by_cell.setdefault(cell, []).append(run)
    first: dict[str, Mapping[str, Any]] = {}
    for cell, each in by_cell.items():
        printed = [judge.outputs(run.notebook, judge.VERDICT) for run in each]
        for same in zip(*printed, strict=True):
            like = first.setdefault(same[0]["claim"], same[0])
            found.add_row(*cell, like["claim"], _verdicts(same), *_numbers(same, like))
    return found


def _verdicts(same: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(record["verdict"] for record in same)
    return ", ".join(f"{n} {verdict}" for verdict, n in counts.items())


def _numbers(same: Sequence[Mapping[str, Any]], like: Mapping[str, Any]) -> tuple[str, str, str]:
    margins = [record["margin"] for record in same]
    seen = [part["observed"] for record in same for part in [readings.beside(like, record)] if part]
    values = [each["value"] for each in seen]
    known = values and None not in values
    return ("" if None in margins else f"{min(margins):.2g}",
            f"{median(values):.3g}" if known else "", seen[0]["name"] if known else "")
