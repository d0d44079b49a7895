"""The built pages as one document to print: the whole book, or one chapter."""

from __future__ import annotations

import html
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from companion import paper, published
from companion.chapters import Book, Chapter, read_yaml, toc_files
from companion.errors import CompanionError
from companion.page import Page
from companion.sphinx import cite, words

STYLE = Path(__file__).with_name("print.css")
CLAIMS = f"{cite.FOLDER}/"


@dataclass(frozen=True)
class Print:
    """The pages of a built `site` that are printed together, each with the level of its heading."""

    book: Book
    site: Path
    levels: Mapping[str, int]

    @cached_property
    def pages(self) -> dict[str, Page]:
        """The pages by name, such as ``book/intro``."""
        found = {name: Page(self.site, self.site / f"{name}.html") for name in self.levels}
        for page in found.values():
            if not page.path.is_file():
                raise CompanionError(f"no page {page.path}; make the site first: companion book")
        return found

    @cached_property
    def address(self) -> str:
        """The public address of the site, if it has one."""
        settings = read_yaml(self.book.root / "_config.yml").get("html") or {}
        return (settings.get("baseurl") or "").rstrip("/")

    @cached_property
    def about(self) -> dict[str, str]:
        """Title, author, version and date of the book."""
        return cite.release(self.book.root)

    def link(self, page: Page, href: str) -> str | None:
        """Return where a link of `page` leads from paper: here, to the web, or nowhere."""
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            return href
        path = page.path.parent / unquote(parts.path) if parts.path else page.path
        place = Path(os.path.relpath(path, self.site)).as_posix()
        fragment = unquote(parts.fragment)
        name = place.removesuffix(".html")
        if name.startswith(CLAIMS):  # a claim's own page is not printed: its card stands for it
            slug, short = name.removeprefix(CLAIMS).split("/")
            name, fragment = f"notebooks/{slug}", f"claim-{short}"
        if name in self.pages:
            return f"#{key(name)}" + (f"--{fragment}" if fragment in self.pages[name].ids else "")
        return f"{self.address}/{place}" if self.address else None

    def article(self, name: str, before: str = "") -> str:
        """Return a page's text, on sheets with a running head of its own; `before` opens it."""
        page = self.pages[name]
        text = paper.article(page, key(name), self.levels[name],
                             lambda href: self.link(page, href))
        for entry in text.select(".notions a[href^='#']"):  # an index on paper names pages
            entry.append(BeautifulSoup(_number(entry["href"][1:]), "html.parser"))
        return f'<div class="print-sheets" style="page: {key(name)}">{before}{text}</div>'

    def document(self, title: str, body: Iterable[str]) -> str:
        """Return the whole document; it loads its style and fonts from the site, and no script."""
        static = self.site / "_static"
        sheets = [static / "katex" / "katex.css", static / "fonts" / "text.css",
                  static / "book.css", STYLE]
        links = "".join(f'<link rel="stylesheet" href="{sheet.as_uri()}">\n'
                        for sheet in sheets)
        heads = "".join(_head(key(name), "left", paper.title(page))
                        for name, page in self.pages.items())
        # Chromium lets the last sheet decide what stands at the head, so the general one comes last
        return (f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">\n'
                f"<title>{html.escape(title)}</title>\n"
                f"<style>\n{_head('', 'right', self.about['title'])}{heads}</style>\n{links}"
                f"</head>\n<body>\n{''.join(body)}</body>\n</html>\n")


def _head(sheets: str, side: str, text: str) -> str:
    """Return the rule that puts `text` at the head of the `sheets` of that name."""
    return f"@page {sheets} {{ @top-{side} {{ content: {_quoted(text)} }} }}\n"


def key(name: str) -> str:
    """Return how the ids of a page begin in a document of many.

    >>> key("book/parts/landscapes")
    'book-parts-landscapes'
    """
    return name.replace("/", "-")


def chapter(book: Book, site: Path, chapter: Chapter) -> str:
    """Return one chapter as a document, under a line that says of which book and when."""
    name = f"notebooks/{chapter.slug}"
    sheet = Print(book, site, {name: 1})
    about = sheet.about
    (entry,) = [entry for entry in _entries(site) if entry["chapter"] == chapter.slug]
    line = (f'<p class="print-of">A chapter of <cite>{html.escape(about["title"])}</cite>, '
            f'{_edition(about, [entry])}. {_tally([entry])}.</p>')
    title = f"{paper.title(sheet.pages[name])} · {about['title']}"
    return sheet.document(title, [sheet.article(name, line)])


def whole(book: Book, site: Path) -> str:
    """Return the book as a document: title, contents, and all pages in the order of the site."""
    parts = _parts(book)
    levels = {name: 2 if caption else 1 for caption, names in parts for name in names}
    sheet = Print(book, site, levels)
    body = [_title_page(sheet.about, _entries(site)), _contents(sheet, parts)]
    for number, (caption, names) in enumerate(parts):
        head = (f'<h1 class="print-part" id="part-{number}">{html.escape(caption)}</h1>'
                if caption else "")
        body += [sheet.article(name, head if name == names[0] else "") for name in names]
    return sheet.document(sheet.about["title"], body)


def _parts(book: Book) -> list[tuple[str, list[str]]]:
    """Return the captions of ``_toc.yml`` with their pages; what stands before them has none."""
    toc = read_yaml(book.root / "_toc.yml")
    parts = toc.get("parts") or [{"chapters": toc.get("chapters") or []}]
    return [("", [toc["root"]])] + [(part.get("caption", ""), toc_files(part)) for part in parts]


def _contents(sheet: Print, parts: Iterable[tuple[str, list[str]]]) -> str:
    """Return the table of contents."""
    items = []
    for number, (caption, names) in enumerate(parts):
        pages = "".join(f"<li>{_entry(key(name), paper.title(sheet.pages[name]))}</li>"
                        for name in names)
        items.append(f"<li>{_entry(f'part-{number}', caption)}<ol>{pages}</ol></li>"
                     if caption else pages)
    return f'<nav class="print-contents"><h1>Contents</h1><ol>{"".join(items)}</ol></nav>'


def _entry(place: str, title: str) -> str:
    return f'<a href="#{place}"><span>{html.escape(title)}</span>{_number(place)}</a>'


def _number(place: str) -> str:
    """Return room for the number of the page that `place` is on; it is filled in once known."""
    return f' <span class="print-number" data-place="{html.escape(place)}">000</span>'


def _title_page(about: Mapping[str, str], entries: list[dict[str, Any]]) -> str:
    return (f'<header class="print-title"><p class="print-name">{html.escape(about["title"])}</p>'
            f'<p>{html.escape(about["author"])}</p><p>{_edition(about, entries).capitalize()}.</p>'
            f'<p>{len(entries)} chapters. {_tally(entries)}.</p>'
            "<p>Text and figures CC BY 4.0, code MIT.</p></header>")


def _edition(about: Mapping[str, str], entries: Iterable[dict[str, Any]]) -> str:
    """Return in words which version this is, and when and from what it was computed."""
    made = [entry["provenance"] for entry in entries]
    days = sorted({each["date"][:10] for each in made})
    commits = sorted({each["commit"][:12] for each in made if each["commit"]})
    when = " to ".join(dict.fromkeys([days[0], days[-1]]))
    made_of = [f"from commit{'s' if commits[1:] else ''} {', '.join(commits)}"] if commits else []
    return html.escape(", ".join([f"version {about['version']} of {about['date']}",
                                  f"executed {when}", *made_of]))


def _tally(entries: Iterable[dict[str, Any]]) -> str:
    """Return in words how many verdicts of each kind there are, the best first."""
    found = Counter(claim["verdict"] for entry in entries for claim in entry["claims"])
    return html.escape("Verdicts: " + ", ".join(f"{found[word]} {word}" for word in words.VERDICTS
                                                if found[word]))


def _entries(site: Path) -> list[dict[str, Any]]:
    return published.load(site / "ledger.json")["chapters"]


def _quoted(text: str) -> str:
    """Return `text` as a string of CSS.

    >>> print(_quoted('The "free" entry'))
    "The \\22 free\\22  entry"
    """
    escaped = "".join(f"\\{ord(char):x} " if char in '"\\<\n' else char for char in text)
    return f'"{escaped}"'
