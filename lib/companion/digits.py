"""The study of stable digits: the same chapters under settings that should change no number.

Each setting changes how sums are carried out: other kernels of the BLAS, more threads, other
versions, another number of trials in one batch. A digit that survives all of them belongs to the
mathematics; the others belong to the machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor, log10
from typing import Any

from companion import basis, execute, freshness, ledger, readings, storage, studies
from companion.chapters import Book, Chapter
from companion.errors import ChapterFailed, CompanionError
from companion.jobs import Job, plan
from companion.kernel import THREAD_VARIABLES

NAME = "digits"
REFERENCE, VERSIONS = "reference", "versions"
ALL = 16  # what a number of 64 bits has


@dataclass(frozen=True)
class Setting:
    """What is done otherwise: in the kernel's environment, or with a chapter's parameters.

    Its numbers are compared with those of the setting `against`.
    """

    what: str
    environment: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    against: str = REFERENCE


SETTINGS = {
    REFERENCE: Setting("the book's own: one thread, the BLAS kernels of the surroundings"),
    "skylakex": Setting("OpenBLAS kernels for AVX-512", {"OPENBLAS_CORETYPE": "SkylakeX"}),
    "prescott": Setting("OpenBLAS kernels for SSE3, without fused multiply-add",
                        {"OPENBLAS_CORETYPE": "Prescott"}),
    "threads": Setting("two BLAS threads", dict.fromkeys(THREAD_VARIABLES, "2")),
    VERSIONS: Setting("another Python and NumPy"),
    "three": Setting("three trials in a batch", parameters={"trials": 3}),
    "one": Setting("the first trial alone", parameters={"trials": 1}, against="three"),
}


def complete(
    book: Book, names: Sequence[str], slugs: Sequence[str] = (), jobs: int | None = None
) -> None:
    """Run what the stored study lacks of the settings `names`; keep each reading as it comes."""
    unknown = [name for name in names if name not in SETTINGS]
    if unknown:
        raise CompanionError(f"--setting {unknown[0]}: allowed: {', '.join(SETTINGS)}")
    _ensure_versions(book, names)
    failed = []
    folder = book.root / "_build" / "digits"
    try:
        planned = {job.target: (name, chapter, job)
                   for name, chapter, job in _lacking(book, names, slugs)}
        for target in planned:
            storage.ensure_writable(target.parent)
        todo = [job for *_, job in planned.values()]
        for job, failure in execute.perform_all(todo, jobs):
            name, chapter, _ = planned[job.target]
            if failure:
                failed.append(failure)
                continue
            notebook = freshness.load(job.target)
            ledger.ensure_sound([(chapter, notebook)])
            readings.keep(book, NAME, name, {chapter.slug: readings.reading(chapter, job, notebook)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if failed:
        raise ChapterFailed("\n".join(map(str, failed)),
                            "\n".join(failure.detail for failure in failed if failure.detail))


def _lacking(
    book: Book, names: Iterable[str], slugs: Sequence[str]
) -> Iterator[tuple[str, Chapter, Job]]:
    runs = studies.load(book, NAME).get("runs", {})
    for name in names:
        setting = SETTINGS[name]
        for chapter in book.select(slugs):
            if runs.get(name, {}).get(chapter.slug, {}).get("key") != basis.key(chapter):
                job = plan(chapter, book, overrides=setting.parameters)
                yield name, chapter, replace(
                    job, notebook=basis.trimmed(chapter), environment=setting.environment,
                    target=book.root / "_build" / "digits" / name / f"{chapter.slug}.ipynb",
                    label=f"{chapter.slug} ({name})")


def _ensure_versions(book: Book, names: Sequence[str]) -> None:
    """Refuse to measure other versions with those of the reference."""
    reference = studies.load(book, NAME).get("runs", {}).get(REFERENCE, {})
    told = [each["provenance"]["versions"] for each in reference.values()]
    same = [each for each in told if each == freshness.versions(set(each) - {"python"})]
    if VERSIONS in names and same:
        raise CompanionError(f"--setting {VERSIONS}: the reference was measured with the same "
                             f"{', '.join(f'{name} {v}' for name, v in same[0].items())}; "
                             "allowed: an environment with another Python or NumPy")


def agreeing(x: float | None, y: float | None) -> int | None:
    """Return to how many significant digits `x` and `y` agree; None where one is no number.

    >>> agreeing(1.2345, 1.2345), agreeing(1.2345, 1.2349), agreeing(1.0, -1.0)
    (16, 3, 0)
    """
    if x is None or y is None:
        return None
    if x == y:
        return ALL
    return min(ALL, max(0, floor(-log10(abs(x - y) / max(abs(x), abs(y))))))


def surviving(runs: Mapping[str, Any], name: str, claim: Mapping[str, Any]) -> int | None:
    """Return how many digits of the headline number of `claim` survive the setting `name`.

    A batch of one is compared with the nearest of the three numbers of a batch of three. None
    where the number is no number of single trials, or the setting was not measured.
    """
    setting = SETTINGS[name]
    mine, other = (readings.beside(claim, readings.by_claim(runs.get(each, {})).get(claim["claim"]))
                   for each in (name, setting.against))
    if mine is None or other is None:
        return None
    if setting.against == REFERENCE:
        return agreeing(mine["value"], other["value"])
    if (mine["n"], other["n"]) != (1, 3):
        return None
    return max((agreeing(mine["value"], each) for each in other["range"]
                if None not in (mine["value"], each)), default=None)
