"""What ``book/teaching.yml`` says of the chapters, and the paths through them, checked.

A path is a list of sessions. It is refused if a chapter comes before one that it needs, if it shows
a claim or sets an exercise of a chapter that was not taken yet, or if a session's steps do not fill
its time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from companion import exercises, schemas
from companion.chapters import Book, Chapter, read_yaml
from companion.errors import CompanionError

DATA = "book/teaching.yml"
PATHS = ("lectures", "weeks")
SESSION = 90  # minutes
WORDS_A_MINUTE = 150
NEEDS = re.compile(r"\*You need: (.+?)\. Reading time: (\d+) minutes\.\*")
DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
INLINE = re.compile(r"\$[^$]*\$")
FIGURE = re.compile(r"^(?:show|knob|interactive)\(", re.MULTILINE)
CLAIM = re.compile(r"^chapter\.(?:claim|control)\(", re.MULTILINE)


def load(book: Book, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the file says; refuse it where it does not fit `book` and its `ledger`."""
    stored = read_yaml(book.root / DATA)
    wrong = schemas.findings(stored, schemas.TEACHING) or list(_faults(stored, book, ledger))
    if wrong:
        raise CompanionError(f"{DATA}: {wrong[0]}")
    return stored


def _faults(stored: Mapping[str, Any], book: Book, ledger: Mapping[str, Any]) -> Iterator[str]:
    slugs, entries = [chapter.slug for chapter in book.chapters()], stored["chapters"]
    if list(entries) != slugs:
        yield f"chapters are {', '.join(entries)}; allowed: those of _toc.yml, in its order"
        return
    claims = {claim["claim"] for entry in ledger["chapters"] for claim in entry["claims"]}
    in_order = {"title": "the book", "chapters": slugs, "opens": slugs[0], "steps": [],
                "homework": {}}
    yield from path_faults([in_order], entries)
    for chapter in book.chapters():
        for fault in chapter_faults(chapter, entries[chapter.slug], claims):
            yield f"{chapter.slug}: {fault}"
    for name in PATHS:
        for fault in path_faults(stored[name], entries, claims):
            yield f"{name}: {fault}"
        for session in stored[name]:
            if (total := sum(step["minutes"] for step in session["steps"])) != SESSION:
                yield f"{name}: {session['title']!r} takes {total} minutes; allowed: {SESSION}"


def chapter_faults(chapter: Chapter, entry: dict[str, Any], claims: set[str]) -> Iterator[str]:
    """Yield where `entry` does not fit `chapter`, of a book with these `claims`."""
    ask, found = entry["ask"], exercises.find(chapter.notebook)
    if ask["right"] not in ask["answers"]:
        yield f"right = {ask['right']!r}; allowed: one of the answers"
    yield from (f"shown_by names {claim!r}, which is no claim" for claim in ask["shown_by"]
                if claim not in claims)
    if len(entry["exercises"]) != len(found):
        yield f"{len(entry['exercises'])} exercises; allowed: {len(found)}, as many as it has"
        return
    for exercise, worth in zip(found, entry["exercises"], strict=True):
        if (exercise.checker is None) != ("answer" not in worth):
            yield (f"exercise {exercise.number}: allowed: an answer where the exercise has a cell "
                   "of code, and only there")
        elif exercise.checker is not None:
            exercises.answered(exercise.checker.source, worth["answer"])


def path_faults(
    path: list[dict[str, Any]], entries: Mapping[str, Any], claims: set[str] = frozenset()
) -> Iterator[str]:
    """Yield what in `path` comes before what it needs, or is not there.

    >>> list(path_faults([{"title": "One", "chapters": ["b"], "opens": "b", "steps": [],
    ...                    "homework": {}}], {"a": {"needs": []}, "b": {"needs": ["a"]}}))
    ["'One' takes b before a, which it needs"]
    """
    taken: set[str] = set()
    for session in path:
        title = session["title"]
        for slug in session["chapters"]:
            if slug not in entries:
                yield f"{title!r} names {slug!r}, which is no chapter"
                return
            yield from (f"{title!r} takes {slug} before {need}, which it needs"
                        for need in entries[slug]["needs"] if need not in taken)
            taken.add(slug)
        if session["opens"] not in session["chapters"]:
            yield f"{title!r} opens with {session['opens']!r}, which is no chapter of it"
        for claim in (claim for step in session["steps"] for claim in step.get("shows", [])):
            if claim not in claims:
                yield f"{title!r} shows {claim!r}, which is no claim"
            elif claim.partition("/")[0] not in taken:
                yield f"{title!r} shows {claim} before its chapter"
        for slug, numbers in session["homework"].items():
            if slug not in taken:
                yield f"{title!r} sets exercises of {slug} before the chapter"
            elif beyond := [n for n in numbers if n > len(entries[slug]["exercises"])]:
                yield f"{title!r} sets exercise {beyond[0]} of {slug}, which has no such exercise"


def notions(chapter: Chapter) -> str:
    """Return what a reader of `chapter` must know, as its line "You need" says."""
    return _line(chapter)[1]


def stated_minutes(chapter: Chapter) -> int:
    """Return the reading time that `chapter` itself names."""
    return int(_line(chapter)[2])


def _line(chapter: Chapter) -> re.Match:
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown" and (line := NEEDS.search(cell.source)):
            return line
    raise CompanionError(f"{chapter.path.name}: no line `*You need: .... Reading time: N minutes.*`"
                         "; allowed: one, in its Setting")


def facts(chapter: Chapter) -> dict[str, Any]:
    """Return what teachers are told of the text of `chapter`, all that their page shows of it."""
    found = exercises.find(chapter.notebook)
    return {"needs": notions(chapter), "minutes": reading_minutes(chapter),
            "exercises": [{"number": each.number, "title": each.title,
                           "checked": each.checker is not None} for each in found]}


def reading_minutes(chapter: Chapter) -> int:
    """Return how long `chapter` takes to read before its exercises, rounded up to five minutes.

    150 words a minute; a minute a figure, half a minute a displayed formula and a claim.
    """
    prose, code = [], []
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown" and "## Exercises" in cell.source:
            break
        (prose if cell.cell_type == "markdown" else code).append(cell.source)
    text, program = "\n\n".join(prose), "\n".join(code)
    words = len(INLINE.sub("x", DISPLAYED.sub(" ", text)).split())
    halves = len(DISPLAYED.findall(text)) + len(CLAIM.findall(program))
    minutes = words / WORDS_A_MINUTE + halves / 2 + len(FIGURE.findall(program))
    return 5 * math.ceil(minutes / 5)
