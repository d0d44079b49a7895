"""Planted faults run: each in a copy of the book, through the chapters that it touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from companion import basis, execute, freshness, judge, matrix
from companion.chapters import Book, Chapter
from companion.errors import ChapterFailed
from companion.expected import compare, expectations
from companion.faults import Fault, plant, touched
from companion.jobs import Job, plan
from companion.provenance import provenance


@dataclass(frozen=True)
class Trial:
    """One fault in one chapter."""

    fault: Fault
    chapter: Chapter
    key: str
    job: Job


def trials(book: Book, faults: Sequence[Fault], slugs: Sequence[str], done: dict) -> Iterator[Trial]:
    """Yield what is to run: every fault in each chapter it touches, unless `done` has its key."""
    for fault in faults:
        copy = plant(fault, book, book.root / "_build" / "faults" / fault.where / fault.name)
        for chapter in touched(fault, book):
            if slugs and chapter.slug not in slugs:
                continue
            altered = copy.chapter(chapter.slug)
            key = basis.key(altered, altered.parameters)
            if done.get(fault.id, {}).get(chapter.slug, {}).get("key") != key:
                job = replace(plan(altered, copy), label=f"{fault.id} in {chapter.slug}")
                yield Trial(fault, chapter, key, job)


def complete(
    book: Book, faults: Sequence[Fault], slugs: Sequence[str] = (), jobs: int | None = None
) -> dict[str, dict[str, Any]]:
    """Run what the stored study lacks, keep each result as it comes, and return all of them."""
    runs = matrix.stored(book)
    lacking = {trial.job.target: trial for trial in trials(book, faults, slugs, runs)}
    about = provenance(book.root, {"numpy", "scipy"}, "")
    for job, failure in execute.perform_all([each.job for each in lacking.values()], jobs):
        trial = lacking[job.target]
        runs.setdefault(trial.fault.id, {})[trial.chapter.slug] = {
            "key": trial.key, **outcome(book, trial, failure)}
        matrix.store(book, runs, about)
        job.target.unlink(missing_ok=True)
    return runs


def outcome(book: Book, trial: Trial, failure: ChapterFailed | None) -> dict[str, Any]:
    """Return the claims that turned red, or how the chapter crashed or was refused.

    A chapter is refused when what it printed contradicts itself: no verdict of it would be shown.
    """
    red: list[str] = []
    found = {"red": red, "refused": "", "crashed": str(failure or "").partition("\n")[0]}
    if failure:
        return found
    slug, notebook = trial.chapter.slug, freshness.load(trial.job.target)
    findings = judge.findings(slug, notebook)
    if findings:
        return {**found, "refused": findings[0]}
    rows = compare(slug, judge.outputs(notebook, judge.VERDICT), expectations(book, slug, "book"))
    red += [row.claim for row in rows if row.differs]
    return found
