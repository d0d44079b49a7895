"""Verdicts compared with what is expected, as tables a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from companion import judge, ledger
from companion.chapters import Book
from companion.errors import ChapterFailed
from companion.execute import Run
from companion.expected import Row, compare, expectations


def rows_by_seed(
    book: Book, runs: Sequence[Run], record: Path | None = None
) -> dict[int | None, list[Row]]:
    """Return the compared claims of `runs` by root seed; under None if each chapter ran once.

    In the file `record` is kept which copies were judged and found sound.
    """
    ledger.ensure_sound(((run.chapter, run.notebook) for run in runs), record)
    once = len(runs) == len({run.chapter.slug for run in runs})
    by_seed: dict[int | None, list[Row]] = {}
    for run in runs:
        records = judge.outputs(run.notebook, judge.VERDICT)
        expected = expectations(book, run.chapter.slug, run.job.profile)
        rows = compare(run.chapter.slug, records, expected)
        by_seed.setdefault(None if once else run.job.parameters["seed"], []).extend(rows)
    return by_seed


def show(by_seed: dict[int | None, list[Row]], console: Console) -> None:
    """Print a table of the claims of single runs."""
    for rows in filter(None, [by_seed.get(None)]):
        console.print(_table(rows))


def report(by_seed: dict[int | None, list[Row]], console: Console) -> None:
    """Print in a line that all claims are as expected; raise if one is not."""
    differing = [_difference(row) + ("" if seed is None else f" at seed {seed}")
                 for seed, rows in by_seed.items() for row in rows if row.differs]
    if differing:
        raise ChapterFailed(_count(len(differing), "verdict") + " not as expected",
                            "\n".join(differing))
    claims = {row.claim for rows in by_seed.values() for row in rows}
    chapters = {claim.partition("/")[0] for claim in claims}
    seeds = "" if None in by_seed else f" at each of {_count(len(by_seed), 'seed')}"
    console.print(f"{_count(len(claims), 'claim')} of {_count(len(chapters), 'chapter')} "
                  f"as expected{seeds}")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("claim", "verdict", "expected"):
        table.add_column(name, overflow="fold")
    table.add_column("margin", justify="right")
    for row in rows:
        table.add_row(row.claim, row.verdict, "as expected" if not row.differs and
                      row.expected == row.verdict else row.expected, _margin(row),
                      style="bold red" if row.differs else None)
    return table


def _margin(row: Row) -> str:
    return "" if row.margin is None else f"{row.margin:.2g}"


def _difference(row: Row) -> str:
    margin = f", margin {_margin(row)}" if row.margin is not None else ""
    reason = f" ({row.reason})" if row.reason else ""
    return f"{row.claim}: {row.verdict}, expected {row.expected}{margin}{reason}"
