"""The study over root seeds: on which seeds each claim held, and by what margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from rich.table import Table

from companion import basis, flips, judge, studies
from companion.chapters import Book
from companion.execute import Run
from companion.expected import compare, expectations
from companion.provenance import provenance

NAME = "seeds"


def study(book: Book, runs: Sequence[Run]) -> dict[str, Any]:
    """Return by chapter what its claims came to on the root seeds of `runs`."""
    by_slug: dict[str, list[Run]] = {}
    for run in runs:
        by_slug.setdefault(run.chapter.slug, []).append(run)
    return {slug: _chapter(book, slug, each) for slug, each in by_slug.items()}


def _chapter(book: Book, slug: str, runs: Sequence[Run]) -> dict[str, Any]:
    seeds = [run.job.parameters["seed"] for run in runs]
    expected = expectations(book, slug, runs[0].job.profile)
    printed, seconds = zip(*(
        (judge.outputs(copy, judge.VERDICT), copy["metadata"]["companion"]["seconds"])
        for copy in (run.notebook for run in runs)), strict=True)
    rows = [compare(slug, records, expected) for records in printed]
    claims = []
    for same_claim, records in zip(zip(*rows, strict=True), zip(*printed, strict=True), strict=True):
        parts = [_part(same_part) for same_part in
                 zip(*(record["parts"] for record in records), strict=True)]
        proven = records[0]["criterion_by"] == "theorem"
        claims.append({
            "claim": same_claim[0].claim,
            "flips": [seed for seed, row in zip(seeds, same_claim, strict=True) if row.differs],
            "margins": [_short(row.margin) for row in same_claim],
            "chance": flips.claim(parts, proven),
            "parts": [{**part, "surprise": flips.surprise(part, proven)} for part in parts],
        })
    return {"key": basis.key(runs[0].chapter), "seconds": round(median(seconds), 1),
            "seeds": seeds, "claims": claims}


def _part(same: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    seen = same[0]["observed"]
    return {"criterion": same[0]["criterion"], "statistic": seen["statistic"], "n": seen["n"],
            "values": [_short(part["observed"]["value"]) for part in same],
            "margins": [_short(part["margin"]) for part in same]}


def _short(x: float | None) -> float | None:
    return None if x is None else float(f"{x:.5g}")


def keep(book: Book, chapters: Mapping[str, Any]) -> None:
    """Store the studied `chapters` in place of what was stored of them."""
    there = [chapter.slug for chapter in book.chapters()]
    known = {**studies.load(book, NAME).get("chapters", {}), **chapters}
    studies.store(book, NAME, {
        "profile": "book", "provenance": provenance(book.root, ["numpy", "scipy"]),
        "chapters": {slug: known[slug] for slug in there if slug in known},
    })


def worst(claim: Mapping[str, Any], seeds: Sequence[int]) -> tuple[float | None, int]:
    """Return the smallest margin of a claim over `seeds`, None where one is no number."""
    pairs = list(zip(claim["margins"], seeds, strict=True))
    return min(pairs, key=lambda pair: (pair[0] is not None, pair[0] or 0))


def table(chapters: Mapping[str, Any]) -> Table:
    """Return what `study` found as a table, a line a claim."""
    found = Table(box=None, pad_edge=False)
    for name in ("claim", "as expected", "margins: least", "median", "largest", "worst seed",
                 "chance of a flip"):
        found.add_column(name, justify="left" if name == "claim" else "right", overflow="fold")
    for entry in chapters.values():
        for claim in entry["claims"]:
            least, seed = worst(claim, entry["seeds"])
            margins = sorted(m for m in claim["margins"] if m is not None)
            shown = [least, *([margins[len(margins) // 2], margins[-1]] if margins else [None] * 2)]
            held = len(entry["seeds"]) - len(claim["flips"])
            found.add_row(claim["claim"], f"{held} of {len(entry['seeds'])}",
                          *("" if m is None else f"{m:.2g}" for m in shown), str(seed),
                          f"{claim['chance']:.0e}", style="bold red" if claim["flips"] else None)
    return found
