"""The exercises that end in a number, run with the answers of ``book/teaching.yml`` put in."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import nbformat
from nbformat import NotebookNode

from companion import execute, exercises, freshness, teaching
from companion.chapters import Book, Chapter, read_yaml
from companion.errors import ChapterFailed
from companion.jobs import Job, plan


@dataclass(frozen=True)
class Checked:
    """What the check of one exercise says of the answer."""

    slug: str
    number: int
    colour: str


def run(
    book: Book, slugs: Sequence[str] = (), profile: str = "book", jobs: int | None = None
) -> list[Checked]:
    """Execute the chapters with their answers; return what each check says.

    The executed copies stay in ``_build/answers``.
    """
    entries, found = read_yaml(book.root / teaching.DATA)["chapters"], []
    planned = [_planned(book, chapter, entries[chapter.slug], profile)
               for chapter in book.select(slugs)]
    for job, failure in execute.perform_all(planned, jobs):
        if failure:
            raise failure
        found += states(book.chapter(job.slug), freshness.load(job.target))
    return found


def _planned(book: Book, chapter: Chapter, entry: Mapping[str, Any], profile: str) -> Job:
    target = book.root / "_build" / "answers" / profile / f"{chapter.slug}.ipynb"
    return replace(plan(chapter, book, profile), target=target, label=f"answers of {chapter.slug}",
                   notebook=nbformat.writes(put_in(chapter.notebook, entry["exercises"])))


def put_in(notebook: NotebookNode, worth: Sequence[Mapping[str, Any]]) -> NotebookNode:
    """Return `notebook` with the answers of its exercises in the cells that check them."""
    answered = copy.deepcopy(notebook)
    for exercise, about in zip(exercises.find(answered), worth, strict=True):
        if exercise.checker is not None:
            exercise.checker.source = exercises.answered(exercise.checker.source, about["answer"])
    return answered


def states(chapter: Chapter, executed: Mapping[str, Any]) -> list[Checked]:
    """Return what the checks of an `executed` copy of `chapter` say."""
    cells = {cell["id"]: cell for cell in executed["cells"]}
    return [Checked(chapter.slug, each.number, exercises.colour(cells[each.checker.id]))
            for each in exercises.find(chapter.notebook) if each.checker is not None]


def ensure_green(found: Sequence[Checked]) -> None:
    """Raise if an answer does not turn its check green."""
    if red := [f"{each.slug}: exercise {each.number}" for each in found if each.colour != "green"]:
        raise ChapterFailed(f"{len(red)} of {len(found)} checks are not green", "\n".join(red))
