"""A new chapter that passes from its first minute, made of ``template/``."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from companion import storage
from companion.chapters import Book
from companion.errors import CompanionError
from companion.papers import papers

LEGAL = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 60
LINE = re.compile(r"^([ \t]*- file: )notebooks/.*\n", re.MULTILINE)
APPENDED = {"book/references.bib": "entry.bib", "book/notions.yml": "notion.yml",
            "book/teaching.yml": "teaching.yml", "tests/addresses.txt": "addresses.txt"}


def create(book: Book, slug: str) -> list[Path]:
    """Add a chapter called `slug` to `book`; return the files that are new or changed.

    On any failure the files are left as they were.
    """
    if not LEGAL.fullmatch(slug) or len(slug) > LONGEST:
        raise CompanionError(f"SLUG {slug!r}: allowed: at most {LONGEST} lower-case letters, "
                             "digits and single hyphens, a letter first")
    with storage.locked(book.root / "_build" / "locks" / "new.lock", "adding a chapter"):
        _ensure_free(book, slug)
        return _replace({**_new(book, slug), **_extended(book, slug)})


def _ensure_free(book: Book, slug: str) -> None:
    """Refuse a slug that a chapter, a room of the library or a paper bears."""
    taken = [path for path in [*_new(book, slug), *book.root.glob(f"lib/*/{slug}.py")]
             if path.exists()]
    places = [path.relative_to(book.root).as_posix() for path in taken]
    if slug in papers(book.root).entries:
        places.append("book/references.bib")
    if places:
        raise CompanionError(f"SLUG {slug!r} is taken, by {places[0]}; allowed: a new name")


def _new(book: Book, slug: str) -> dict[Path, str]:
    tests = book.root / "tests"
    return {
        book.root / "notebooks" / f"{slug}.ipynb": _template("chapter.ipynb", slug),
        tests / "expected" / f"{slug}.yml": _template("expected.yml", slug),
        tests / "faults" / f"{slug}.yml": _template("faults.yml", slug),
    }


def _extended(book: Book, slug: str) -> dict[Path, str]:
    """Return what there is with the chapter in it; it is the last of the last part."""
    contents = book.root / "_toc.yml"
    text = contents.read_text(encoding="utf-8").rstrip("\n") + "\n"
    lines = list(LINE.finditer(text))
    if not lines:
        raise CompanionError("_toc.yml has no line `- file: notebooks/...`; allowed: at least one, "
                             "to put the chapter after")
    end = lines[-1].end()
    extended = {contents: f"{text[:end]}{lines[-1][1]}notebooks/{slug}\n{text[end:]}"}
    for name, template in APPENDED.items():
        path = book.root / name
        if path.is_file():
            extended[path] = path.read_text(encoding="utf-8") + _template(template, slug)
    return extended


def _template(name: str, slug: str) -> str:
    template = resources.files("companion").joinpath("template", name)
    return template.read_text(encoding="utf-8").replace("SLUG", slug)


def _replace(texts: dict[Path, str]) -> list[Path]:
    """Write all files or none."""
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    try:
        for path, text in texts.items():
            storage.write(path, text)
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise
    return list(texts)
