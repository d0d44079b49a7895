"""Readings: what one run of a chapter came to, in numbers, to be set beside other runs of it.

A study of readings (`scales`, `digits`) keeps them by the name of the run and by chapter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from companion import basis, judge, studies
from companion.chapters import Book, Chapter
from companion.jobs import Job

Readings = dict[str, dict[str, Any]]  # by chapter


def reading(chapter: Chapter, job: Job, notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdicts and the numbers that `notebook`, executed for `job`, printed."""
    about = notebook["metadata"]["companion"]
    return {
        "key": basis.key(chapter),
        "parameters": {name: value for name, value in job.overrides.items() if name != "seed"},
        "seconds": about["seconds"],
        "peak_memory_mb": about["peak_memory_mb"],
        "provenance": {name: value for name, value in about["provenance"].items() if name != "key"},
        "claims": [_claim(record) for record in judge.outputs(notebook, judge.VERDICT)],
    }


def _claim(record: Mapping[str, Any]) -> dict[str, Any]:
    parts = [{"margin": part["margin"], "n": seen["n"], "value": seen["value"],
              "range": [seen["min"], seen["median"], seen["max"]]}
             for part in record["parts"] for seen in [part["observed"]]]
    return {"claim": record["claim"], "verdict": record["verdict"], "reason": record["reason"],
            "margin": record["margin"], "parts": parts}


def keep(book: Book, study: str, name: str, found: Readings) -> None:
    """Store the readings `found` of the run called `name`, in place of what was stored of them."""
    runs = studies.load(book, study).get("runs", {})
    known = {**runs.get(name, {}), **found}
    runs[name] = {chapter.slug: known[chapter.slug] for chapter in book.chapters()
                  if chapter.slug in known}
    studies.store(book, study, {"runs": runs})


def headline(parts: list[Mapping[str, Any]]) -> int | None:
    """Return which of `parts` is nearest to flipping: its number stands for the claim.

    >>> headline([{"margin": 0.5}, {"margin": -0.1}, {"margin": None}]), headline([])
    (1, None)
    """
    margins = [(part["margin"], at) for at, part in enumerate(parts) if part["margin"] is not None]
    return min(margins)[1] if margins else None


def beside(of: Mapping[str, Any], other: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the part of a claim in another run that is the headline of it here.

    Parameters
    ----------
    of, other : mapping
        A claim as a reading or a ledger holds it, and the reading of another run.
    """
    at = headline(of["parts"])
    if other is None or at is None or len(other["parts"]) != len(of["parts"]):
        return None
    return other["parts"][at]


def by_claim(readings: Readings) -> dict[str, dict[str, Any]]:
    """Return the claims of all chapters of one run by their ids."""
    return {claim["claim"]: claim for each in readings.values() for claim in each["claims"]}
