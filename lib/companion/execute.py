"""Chapters executed by papermill, side by side, each in a fresh kernel: here or on a cluster."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion import freshness, kernel, storage
from companion.chapters import Book, Chapter
from companion.errors import ChapterFailed, CompanionError
from companion.freshness import executed_path
from companion.jobs import Job, plans
from companion.perform import perform
from companion.progress import Progress

__all__ = ["Run", "executed_path", "run"]


@dataclass(frozen=True)
class Run:
    """An executed copy that is fresh: where it is, and what it holds."""

    chapter: Chapter
    job: Job
    executed: bool

    @property
    def notebook(self) -> dict[str, Any]:
        """The executed copy, read anew each time: thousands of them would not fit in memory."""
        notebook = freshness.load_fresh(self.job.target, self.job.key)
        if notebook is None:
            raise CompanionError(f"{self.job.target} was changed or removed while it was read; "
                                 "run the command again")
        return notebook


def run(
    book: Book,
    slugs: Iterable[str] | None = None,
    profile: str = "book",
    seeds: Iterable[int | None] = (None,),
    cells: Iterable[Mapping[str, Any]] = ({},),
    *,
    jobs: int | None = None,
    timeout: float | None = None,
    force: bool = False,
    executor: Executor | None = None,
) -> list[Run]:
    """Execute what is stale and return every run asked for, chapter by chapter.

    Parameters
    ----------
    book : Book
        The project.
    slugs : iterable of str, optional
        The chapters; all of them by default.
    profile : str
        ``book`` or a profile of ``notebooks/profiles.yml``.
    seeds : iterable of int
        One run of each chapter for each root seed; None keeps the chapter's own.
    cells : iterable of mapping
        One run of each chapter for each of these: values in place of the parameters of that name.
    jobs : int, optional
        Chapters at a time; by default one a processor.
    timeout : float, optional
        Seconds a chapter may take; by default ten times its last run, at least 300.
    force : bool
        Execute what is fresh too.
    executor : Executor, optional
        Where to run; by default a pool of threads, each waiting for its own kernel.
    """
    seeds, cells = list(seeds), list(cells)
    chapters = book.select(list(slugs or ()))
    planned = [(chapter, job) for chapter in chapters for cell in cells
               for job in plans(chapter, book, profile, seeds, cell, timeout)]
    by_target = {job.target: job for _, job in planned}
    stale = [job for job in by_target.values() if force or job.last_key != job.key]
    with ExitStack() as stack:
        for lock, slug in {_lock(job): job.slug for job in stale}.items():
            stack.enter_context(storage.locked(lock, f"executing {slug}"))
        for folder in {job.target.parent for job in stale}:
            storage.ensure_writable(folder)
        # whoever held a lock until now may just have done the work
        stale = [job for job in stale if force or not _fresh(job)]
        failures = [failure for _, failure in perform_all(stale, jobs, executor) if failure]
        if failures:
            raise ChapterFailed("\n".join(dict.fromkeys(map(str, failures))),
                                "\n".join(failure.detail for failure in failures if failure.detail))
        targets = {job.target for job in stale}
        return [Run(chapter, job, job.target in targets) for chapter, job in planned]


def _fresh(job: Job) -> bool:
    return freshness.load_fresh(job.target, job.key) is not None


def _lock(job: Job) -> Path:
    """Return the lock of the folder that `job` writes to: one for a thousand seeds of a chapter."""
    place = job.target.relative_to(job.root / "_build").parts[0]
    return job.root / "_build" / "locks" / f"{job.slug}-{place}.lock"


def perform_all(
    planned: Sequence[Job], at_once: int | None = None, executor: Executor | None = None
) -> Iterator[tuple[Job, CompanionError | None]]:
    """Perform the `planned` jobs; store each as it ends, and yield it with its failure if any."""
    if not planned:
        return
    kernel.stopped.clear()
    with ExitStack() as stack, Progress() as progress:
        report = progress if executor is None else None
        if executor:
            progress.elsewhere(len(planned))
        else:
            executor = ThreadPoolExecutor(at_once or os.cpu_count())
            stack.callback(executor.shutdown, cancel_futures=True)
        futures = {}
        try:
            for job in sorted(planned, key=_longest_first):
                futures[executor.submit(perform, job, report)] = job
            for future in as_completed(futures):
                job = futures.pop(future)  # with the future goes its notebook: memory stays small
                yield job, _store(future, job, progress)
        except BaseException:
            for future in futures:
                future.cancel()
            kernel.kill_all()
            raise


def _longest_first(job: Job) -> float:
    """Order jobs so that no long one starts when the others are done; one never timed may be long."""
    return -(job.last_seconds or job.usual_seconds or float("inf"))


def _store(future: Future, job: Job, progress: Progress) -> CompanionError | None:
    try:
        text = future.result()
        _ensure_unchanged(job)
    except CompanionError as failure:
        progress.end(job, "failed")
        return failure
    storage.write(job.target, text)
    about = json.loads(text)["metadata"]["companion"]
    progress.end(job, f"{about['seconds']:.1f} s, {about['peak_memory_mb'] or 0:.0f} MB")
    return None


def _ensure_unchanged(job: Job) -> None:
    """Refuse a result if what went into `job` is not what is there now: either may have run."""
    chapter = Chapter(job.root / "notebooks" / f"{job.slug}.ipynb")
    changed = freshness.changed(job.inputs, freshness.inputs(chapter, job.parameters), job.slug)
    if changed:
        raise ChapterFailed(f"{job.label}: {', '.join(changed)} changed while it ran; "
                            "nothing of it is stored, run it again")
