"""The study over scales: what each chapter came to at other sizes than the book's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from companion import parameters, readings
from companion.chapters import Book
from companion.execute import Run

NAME = "scales"


def keep(book: Book, profile: str, runs: Sequence[Run]) -> None:
    """Store what `runs`, all of one `profile`, came to."""
    readings.keep(book, NAME, profile, {
        run.chapter.slug: readings.reading(run.chapter, run.job, run.notebook) for run in runs})


def changed(book: Book, profile: str, slug: str) -> dict[str, Any]:
    """Return the parameters of chapter `slug` that `profile` sets otherwise; none out of reach."""
    if slug in book.out_of_reach(profile):
        return {}
    own = book.chapter(slug).parameters
    values = parameters.override(own, book.profile(profile, slug), slug)
    return {name: value for name, value in values.items() if value != own[name]}
