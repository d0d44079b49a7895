"""Two runs side by side: a published ledger and a reader's own, claim by claim, number by number.

The tolerance of a number is the room that its criterion had: a part is *within* if its margin
moved by less than the published margin, so that a difference of this size could not flip it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from companion import judge, published
from companion.chapters import Book
from companion.digits import agreeing
from companion.errors import ChapterFailed, CompanionError
from companion.execute import Run

NUMBERS = ("value", "min", "median", "max", "low", "high")
MISSING = "missing"


@dataclass(frozen=True)
class Part:
    """One number of a claim: as published, as found here, and the margins of its criterion."""

    published: Mapping[str, Any]
    mine: Mapping[str, Any]

    @property
    def difference(self) -> float | None:
        """What was found here minus what was published."""
        values = self.mine["observed"]["value"], self.published["observed"]["value"]
        return None if None in values else values[0] - values[1]

    @property
    def digits(self) -> int | None:
        """To how many digits the numbers of the part agree, the worst of value, range, interval."""
        pairs = [(self.published["observed"].get(name), self.mine["observed"].get(name))
                 for name in NUMBERS]
        return min((agreeing(*pair) for pair in pairs if None not in pair), default=None)

    @property
    def same(self) -> bool:
        """All numbers of the part are equal to the last digit."""
        seen = self.published["observed"], self.mine["observed"]
        return all(seen[0].get(name) == seen[1].get(name) for name in NUMBERS)

    @property
    def within(self) -> bool:
        """Its margin moved by less than the published margin, or not at all."""
        before, now = self.published["margin"], self.mine["margin"]
        return before == now or (None not in (before, now) and abs(now - before) < abs(before))


@dataclass(frozen=True)
class Row:
    """One claim: its verdict in either run, and its numbers where both have the same criterion."""

    claim: str
    published: str
    mine: str
    parts: tuple[Part, ...] = ()

    @property
    def differs(self) -> bool:
        """What was published is not what was found here."""
        return self.published not in (self.mine, MISSING)


def chapters(
    book: Book, ledger: Mapping[str, Any], slugs: Sequence[str], name: str
) -> tuple[str, ...]:
    """Return what to run beside `ledger`: the chapters `slugs`, or all that it shares with `book`.

    Messages call the ledger by its `name`.
    """
    stated = [entry["chapter"] for entry in ledger["chapters"]]
    own = {chapter.slug for chapter in book.select(slugs)}
    unknown = [slug for slug in slugs if slug not in stated]
    if unknown:
        raise CompanionError(f"{name} has no chapter {unknown[0]!r}; "
                             f"allowed: {', '.join(stated) or 'none'}")
    shared = tuple(slug for slug in stated if slug in own)
    if not shared:
        raise CompanionError(f"{name} has no chapter of this book; "
                             f"allowed: a ledger with one of {', '.join(sorted(own))}")
    return shared


def rows(
    ledger: Mapping[str, Any], slugs: Sequence[str], runs: Sequence[Run]
) -> list[Row]:
    """Return a row for each claim of `ledger`, of `slugs` only if some are named, and of `runs`."""
    stated = {"chapters": [entry for entry in ledger["chapters"]
                           if not slugs or entry["chapter"] in slugs]}
    mine = [record for run in runs for record in judge.outputs(run.notebook, judge.VERDICT)]
    return beside(published.claims(stated), {record["claim"]: record for record in mine})


def beside(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Row]:
    """Return a row for each claim in either of two mappings of claims to verdict records."""
    return [_row(claim, before.get(claim), now.get(claim)) for claim in {**before, **now}]


def _row(claim: str, before: Mapping | None, now: Mapping | None) -> Row:
    verdicts = [MISSING if record is None else record["verdict"] for record in (before, now)]
    if MISSING in verdicts or _criteria(before) != _criteria(now):
        return Row(claim, *verdicts)
    return Row(claim, *verdicts, tuple(map(Part, before["parts"], now["parts"])))


def _criteria(record: Mapping[str, Any]) -> list[str]:
    return [part["criterion"] for part in record["parts"]]


def settings(ledger: Mapping[str, Any], runs: Sequence[Run]) -> list[str]:
    """Return in words what went otherwise into `runs` than into `ledger`."""
    stated = {entry["chapter"]: entry for entry in ledger["chapters"]}
    found = []
    for run in runs:
        entry, about = stated[run.chapter.slug], run.notebook["metadata"]["companion"]
        found += [f"{run.chapter.slug}: {each}"
                  for each in _other(entry["parameters"], about["parameters"])]
        found += _other(entry["provenance"]["versions"], about["provenance"]["versions"])
    return list(dict.fromkeys(found))


def _other(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what is set otherwise now.

    >>> _other({"seed": 0, "rate": 1}, {"seed": 7, "rate": 1})
    ['seed = 7 here, 0 published']
    """
    return [f"{name} = {json.dumps(value)} here, {json.dumps(before.get(name))} published"
            for name, value in now.items() if before.get(name) != value]


def report(rows: Sequence[Row], ledger: str, console: Console) -> None:
    """Print the table and what it comes to; raise if a published verdict is not found here."""
    console.print(_table(rows))
    differing = [row for row in rows if row.differs]
    if differing:
        raise ChapterFailed(
            f"{_count(len(differing), 'verdict')} not as in {ledger}",
            "\n".join(f"{row.claim}: {row.mine}, published {row.published}" for row in differing))
    new = sum(row.published == MISSING for row in rows)
    moved = [part for row in rows for part in row.parts if not part.same]
    equal = sum(len(row.parts) for row in rows) - len(moved)
    within = sum(part.within for part in moved)
    console.print(
        f"{_count(len(rows) - new, 'verdict')} as in {ledger}"
        + (f", {_count(new, 'claim')} not in it" if new else "")
        + f"; {_count(equal, 'number')} the same, {within} within the margin, "
        f"{len(moved) - within} beyond it", markup=False, soft_wrap=True)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("claim", "verdict"):
        table.add_column(name, overflow="fold")
    for name in ("published", "here", "difference", "same digits", "margin"):
        table.add_column(name, justify="right")
    table.add_column("difference is")
    for row in rows:
        style = "bold red" if row.differs else None
        verdict = row.mine if row.mine == row.published else f"{row.published} → {row.mine}"
        names = [(row.claim, verdict)] + [("", "")] * (len(row.parts) - 1)
        cells = [_cells(part) for part in row.parts] or [_without_numbers(row)]
        for name, line in zip(names, cells):
            table.add_row(*name, *line, style=style)
    return table


def _without_numbers(row: Row) -> tuple[str, ...]:
    both = MISSING not in (row.published, row.mine)
    return ("", "", "", "", "", "no number to compare" if both else "")


def _cells(part: Part) -> tuple[str, ...]:
    published, mine = (each["observed"]["value"] for each in (part.published, part.mine))
    told = [_number(published), _number(mine)]
    margin = _number(part.published["margin"], 2)
    if part.same:
        return (*told, "0", "all", margin, "")
    digits = "" if part.digits is None else str(part.digits)
    return (*told, _number(part.difference, 2), digits, margin,
            "within" if part.within else "beyond the margin")


def _number(x: float | None, digits: int = 6) -> str:
    return "no number" if x is None else f"{x:.{digits}g}"
