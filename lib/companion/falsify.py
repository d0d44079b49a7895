"""Planted faults run: each in a copy of the book, through the chapters that it touches."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from companion import basis, execute, freshness, judge, matrix, shown
from companion.chapters import Book, Chapter
from companion.errors import CompanionError
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


def complete(
    book: Book, faults: Sequence[Fault], slugs: Sequence[str] = (), jobs: int | None = None
) -> matrix.Runs:
    """Run what the stored study lacks, keep each result as it comes, and return all of them."""
    runs, told = matrix.stored(book), matrix.entries(book)
    about = provenance(book.root, {"numpy", "scipy"})
    copies = book.root / "_build" / "faults"
    try:
        jobs_to_do = dict(_planned(book, lacking(book, faults, slugs, runs), copies))
        trials = {job.target: trial for trial, job in jobs_to_do.items()}
        for job, failure in execute.perform_all(list(jobs_to_do.values()), jobs):
            trial = trials[job.target]
            runs.setdefault(trial.fault.id, {})[trial.chapter.slug] = {
                "key": trial.key, **outcome(book, trial.chapter.slug, job, failure)}
            matrix.store(book, told, runs, about)
    finally:
        shutil.rmtree(copies, ignore_errors=True)
    return runs


def lacking(
    book: Book, faults: Sequence[Fault], slugs: Sequence[str], runs: matrix.Runs
) -> Iterator[Trial]:
    """Yield each fault with each chapter it touches, unless `runs` has them as they are now."""
    keys = {chapter.slug: basis.key(chapter) for chapter in book.select(slugs)}
    for fault in faults:
        for chapter in touched(fault, book):
            if chapter.slug in keys:
                key = matrix.key(fault.old, fault.new, keys[chapter.slug])
                if runs.get(fault.id, {}).get(chapter.slug, {}).get("key") != key:
                    yield Trial(fault, chapter, key)


def _planned(book: Book, trials: Iterator[Trial], folder: Path) -> Iterator[tuple[Trial, Job]]:
    copies: dict[str, Book] = {}
    for trial in trials:
        fault, slug = trial.fault, trial.chapter.slug
        if fault.id not in copies:
            copies[fault.id] = plant(fault, book, folder / fault.where / fault.name)
        chapter = copies[fault.id].chapter(slug)
        job = replace(plan(chapter, copies[fault.id]), label=f"{fault.id} in {slug}")
        yield trial, job if not fault.red else replace(job, notebook=basis.trimmed(chapter))


def outcome(book: Book, slug: str, job: Job, failure: CompanionError | None) -> dict[str, Any]:
    """Return the claims that turned red, or how the chapter crashed or was refused.

    A chapter is refused when what it printed contradicts itself: no verdict of it would be shown.
    """
    found = {"red": [], "refused": "", "crashed": str(failure or "").partition("\n")[0]}
    if failure:
        return found
    notebook = freshness.load(job.target)
    findings = judge.findings(slug, notebook) or shown.findings(slug, notebook)
    if findings:
        return {**found, "refused": findings[0]}
    rows = compare(slug, judge.outputs(notebook, judge.VERDICT), expectations(book, slug, "book"))
    return {**found, "red": [row.claim for row in rows if row.differs]}
