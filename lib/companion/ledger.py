"""The ledger: every claim of the book as data, read from what the chapters printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pybtex.database import BibliographyData

from companion import freshness, judge, passed, schemas, shown, storage
from companion.chapters import Book, Chapter
from companion.errors import ChapterFailed
from companion.papers import paper, papers

ABOUT = ("profile", "seed", "parameters", "seconds", "peak_memory_mb", "provenance")


def entry(
    chapter: Chapter, notebook: Mapping[str, Any], bibliography: BibliographyData
) -> dict[str, Any]:
    """Return the ledger's entry of one executed chapter, its records as printed."""
    about = notebook["metadata"]["companion"]
    return {
        "chapter": chapter.slug,
        "title": chapter.title,
        "paper": paper(bibliography, chapter.citation, chapter.slug),
        **{name: about[name] for name in ABOUT},
        "claims": judge.outputs(notebook, judge.VERDICT),
    }


def ensure_sound(
    executed: Iterable[tuple[Chapter, Mapping[str, Any]]], record: Path | None = None
) -> None:
    """Refuse executed chapters that contradict themselves, in their data or in what they show.

    In the file `record` is kept which copies were sound; the very same are not judged again.
    """
    by = passed.workshop() if record else ""
    known, sound, found = passed.load(record, by), [], []
    for chapter, notebook in executed:
        digest = freshness.sha256([chapter.slug, freshness.digest(notebook)]) if record else ""
        lines = [] if digest in known else (judge.findings(chapter.slug, notebook)
                                            or shown.findings(chapter.slug, notebook))
        found += lines
        sound += [] if lines else [digest]
    passed.keep(record, by, sound)
    if found:
        raise ChapterFailed("\n".join(found))


def of(
    book: Book, executed: Iterable[tuple[Chapter, Mapping[str, Any]]]
) -> dict[str, Any]:
    """Return the ledger of the given executed chapters; refuse one that is not sound."""
    executed = list(executed)
    ensure_sound(executed)
    return of_sound(book, executed)


def of_sound(
    book: Book, executed: Iterable[tuple[Chapter, Mapping[str, Any]]]
) -> dict[str, Any]:
    """Return the ledger of executed chapters that `ensure_sound` has let pass."""
    bibliography = papers(book.root)
    ledger = {"schema": 1, "chapters": [entry(chapter, notebook, bibliography)
                                        for chapter, notebook in executed]}
    # its records are as their schema says, or they were not sound
    around = {**ledger, "chapters": [{**each, "claims": []} for each in ledger["chapters"]]}
    found = schemas.findings(around, "ledger.schema.json")
    if found:
        raise ChapterFailed("\n".join(f"ledger: {line}" for line in found))
    return ledger


def build(book: Book) -> dict[str, Any]:
    """Return the ledger of all chapters, from their fresh executed copies."""
    return of(book, [(chapter, freshness.executed(book, chapter)) for chapter in book.chapters()])


def text(ledger: Mapping[str, Any]) -> str:
    """Return `ledger` as JSON."""
    return json.dumps(ledger, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write(ledger: Mapping[str, Any], folder: Path) -> None:
    """Put ``ledger.json`` and the schemas in `folder`."""
    storage.write(Path(folder) / "ledger.json", text(ledger))
    for name in schemas.NAMES:
        storage.write(Path(folder) / name, schemas.text(name))
