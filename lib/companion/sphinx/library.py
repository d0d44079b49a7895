"""The reference of the library: a section a room, written by autodoc from the docstrings.

The docstrings are in the book's own notation, with dollar signs around mathematics and one
backtick around code. Autodoc reads reStructuredText, so both are rewritten on the way to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sphinx.application import Sphinx

from companion import reach
from companion.chapters import Book
from companion.sphinx import pages

PACKAGE = "implicitreg"
PAGE = "book/library"
PLACE = re.compile(r"^```\{library\}\n```$", re.MULTILINE)
EXAMPLE = re.compile(r"^( *>>> (?:.+\n?)+)", re.MULTILINE)
DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE = re.compile(r"\$([^$]+)\$")
CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
CITED = re.compile(r"\[(\d+)\]_")
SOURCE = re.compile(r"^( *)\.\. \[(\d+)\] ", re.MULTILINE)


def write_rooms(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put a section for each room in its place on the page of the library."""
    if docname != PAGE:
        return
    book = app.companion.book
    folder = book.root / "lib" / PACKAGE
    rooms = [path.stem for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    sections = "\n".join(map(_room, rooms))
    source[0] = PLACE.sub(lambda _: sections, source[0])
    app.env.temp_data["companion_users"] = users(book)
    for room in rooms:
        app.env.note_dependency(str(folder / f"{room}.py"))
    pages.note_shown(app.env, pages.CODE)


def _room(name: str) -> str:
    return (f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {PACKAGE}.{name}\n   :members:\n"
            "   :member-order: bysource\n```\n")


def users(book: Book) -> dict[reach.Definition, list[str]]:
    """Return by definition of the library the chapters whose code can reach it."""
    found = defaultdict(list)
    for chapter in book.chapters():
        for definition in reach.of_chapter(chapter):
            found[definition].append(chapter.slug)
    return found


def rewrite(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Turn a docstring into reStructuredText, and say which chapters use what it describes."""
    lines[:] = restructured("\n".join(lines)).split("\n")
    module, _, member = name.rpartition(".")
    slugs = app.env.temp_data.get("companion_users", {}).get((module, member))
    if slugs and what in ("function", "class"):
        links = ", ".join(f":doc:`/notebooks/{slug}`" for slug in slugs)
        lines += ["", f"*Used in* {links}.", ""]


def restructured(docstring: str) -> str:
    r"""Return a docstring with its mathematics, code and sources as reStructuredText has them.

    >>> restructured("At $x$, `f` is $0$-like, |f| too [1]_.")
    'At :math:`x`\\ , ``f`` is :math:`0`\\ -like, \\|f\\| too [1].'
    """
    return _outside(EXAMPLE, docstring, lambda example: example, _prose)


def _prose(text: str) -> str:
    text = SOURCE.sub(r"\1-  [\2] ", CITED.sub(r"[\1]", text))
    return _outside(DISPLAY, text, _display, _sentences)


def _display(tex: str) -> str:
    return f"\n\n.. math::\n\n   {' '.join(tex.split())}\n\n"


def _sentences(text: str) -> str:
    r"""Write mathematics as a role, held apart by ``\ `` from what it touches."""
    pieces = INLINE.split(text)
    for i in range(1, len(pieces), 2):
        before = r"\ " if pieces[i - 1][-1:].strip() else ""
        after = r"\ " if pieces[i + 1][:1].strip() else ""
        pieces[i] = f"{before}:math:`{' '.join(pieces[i].split())}`{after}"
    pieces[::2] = [_outside(CODE, piece, "``{}``".format, _words) for piece in pieces[::2]]
    return "".join(pieces)


def _words(text: str) -> str:
    return re.sub(r"([|*])", r"\\\1", text)


def _outside(
    pattern: re.Pattern[str], text: str, inside: Callable[[str], str],
    outside: Callable[[str], str],
) -> str:
    """Return `text` with what the group of `pattern` holds rewritten one way, the rest another."""
    parts = pattern.split(text)
    return "".join(inside(part) if i % 2 else outside(part) for i, part in enumerate(parts))
