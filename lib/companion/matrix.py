"""The study of planted faults: which fault turned which claim red, and what none did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console

from companion import faults, freshness, studies
from companion.chapters import Book
from companion.errors import ChapterFailed
from companion.expected import expectations
from companion.faults import Fault

NAME = "faults"
Runs = dict[str, dict[str, Any]]  # by fault and chapter


def key(old: str, new: str, chapter_key: str) -> str:
    """Return the key of a chapter's run in which `old` is `new`; its own is `chapter_key`."""
    return freshness.sha256([chapter_key, old, new])


def stored(book: Book) -> Runs:
    """Return the stored runs by fault and chapter."""
    return {entry["id"]: entry["runs"] for entry in studies.load(book, NAME).get("faults", [])}


def entries(book: Book) -> list[dict[str, Any]]:
    """Return what a study says of each fault there is, and the chapters that it touches."""
    return [{"id": fault.id, "file": faults.file_of(fault, book), "description": fault.what,
             "old": fault.old, "new": fault.new, "meant_for": list(fault.red),
             "touches": [chapter.slug for chapter in faults.touched(fault, book)]}
            for fault in faults.load(book)]


def store(
    book: Book, told: list[dict[str, Any]], runs: Runs, provenance: dict[str, Any]
) -> None:
    """Keep the `runs` of the faults `told` of, in the chapters that they touch."""
    for entry in told:
        found = runs.get(entry["id"], {})
        entry["runs"] = {slug: found[slug] for slug in entry["touches"] if slug in found}
    studies.store(book, NAME, {"profile": "book", "provenance": provenance, "faults": told,
                               "claims_without_fault": unharmed(book, runs)})


def turned_red(runs: dict[str, Any]) -> list[str]:
    """Return the claims that one fault turned red."""
    return [claim for run in runs.values() for claim in run["red"]]


def caught(runs: dict[str, Any]) -> bool:
    """Tell whether a fault turned a claim red, or had a chapter refused."""
    return any(run["red"] or run["refused"] for run in runs.values())


def claims(book: Book) -> list[str]:
    """Return every claim and control that the chapters are expected to decide."""
    return [f"{chapter.slug}/{claim}" for chapter in book.chapters()
            for claim in expectations(book, chapter.slug, "book")]


def unharmed(book: Book, runs: Runs) -> list[str]:
    """Return the claims that no fault turned red."""
    red = {claim for each in runs.values() for claim in turned_red(each)}
    return [claim for claim in claims(book) if claim not in red]


def report(chosen: Sequence[Fault], runs: Runs, slugs: Iterable[str],
           book: Book, console: Console) -> None:
    """Print what each fault did; raise if one turned nothing red or missed what it is for.

    A crash turns nothing red: it says that something is wrong, not which claim.
    """
    wrong = []
    slugs = set(slugs)
    for fault in chosen:
        mine = {slug: run for slug, run in runs.get(fault.id, {}).items()
                if not slugs or slug in slugs}
        if not mine:
            continue
        console.print(f"[bold]{fault.id}[/bold]: {fault.what}")
        for slug, run in mine.items():
            told = ", ".join(claim.partition("/")[2] for claim in run["red"])
            told = run["crashed"] or run["refused"] or told or "nothing"
            console.print(f"  {slug}: {told}", markup=False)
        missed = [claim for claim in fault.red
                  if claim.partition("/")[0] in mine and claim not in turned_red(mine)]
        wrong += [f"{fault.id}: {claim} stayed as expected" for claim in missed]
        if not slugs and not caught(mine):
            wrong.append(f"{fault.id}: turned nothing red")
    wrong += [f"{claim}: no fault turns it red" for claim in unharmed(book, runs)
              if not slugs or claim.partition("/")[0] in slugs]
    if wrong:
        raise ChapterFailed("\n".join(wrong))
    red = {claim for each in runs.values() for claim in turned_red(each)}
    console.print(f"{len(chosen)} faults turned {len(red)} claims red")
