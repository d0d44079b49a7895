"""The book on paper: Chromium prints the built pages, chapter by chapter and as a whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf

from companion import printed, site, storage, tagged
from companion.chapters import Book
from companion.errors import ChapterFailed, CompanionError
from companion.paper import FORMULA
from companion.sphinx import cite

NAME = "implicit-regularization-reproduced.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONTS = "Promise.all([...document.fonts].map((font) => font.load())).then(() => null)"
FILL = """(numbers) => document.querySelectorAll(".print-number").forEach(
    (tag) => { tag.textContent = numbers[tag.dataset.place] })"""


def folder(book: Book) -> Path:
    """Return where the PDFs are kept."""
    return book.root / "_build" / "pdf"


def browser_path() -> str | None:
    """Return the installed browser that prints, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def make(book: Book, slugs: Sequence[str]) -> Iterator[Path]:
    """Print the chapters called `slugs`, or all chapters and the whole book; yield each file."""
    pages = site.html_path(book)
    if not (pages / "ledger.json").is_file():
        raise CompanionError(f"no site in {pages}; make it first: companion book")
    chapters = book.select(slugs)
    storage.ensure_writable(folder(book))
    with _press() as press:
        for chapter in chapters:
            yield _print(press, book, printed.chapter(book, pages, chapter), f"{chapter.slug}.pdf")
        if not slugs:
            yield _print(press, book, printed.whole(book, pages), NAME)


@contextmanager
def _press() -> Iterator[Any]:
    """Lend a browser that runs no script."""
    from playwright.sync_api import sync_playwright

    path = browser_path()
    if path is None:
        raise CompanionError(f"no browser to print with: none of {', '.join(BROWSERS)} is on the "
                             "PATH; install one (on Debian and Ubuntu: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser.new_context(java_script_enabled=False, offline=True)
        browser.close()


def _print(press: Any, book: Book, document: str, name: str) -> Path:
    """Print `document`, again once it names its pages, and put it in its place whole."""
    target = folder(book) / name
    with tempfile.TemporaryDirectory() as scratch, storage.replacing(target) as temporary:
        source, raw = Path(scratch) / "print.html", Path(scratch) / "print.pdf"
        source.write_text(document, encoding="utf-8")
        page = press.new_page()
        page.set_default_timeout(0)
        page.goto(source.as_uri())
        page.evaluate(FONTS)  # what still waits for its font is printed as nothing
        _to_file(page, raw)
        if page.query_selector(".print-number"):
            with pikepdf.open(raw) as pdf:
                page.evaluate(FILL, tagged.places(pdf))
            _to_file(page, raw)
        page.close()
        found = tagged.complete(raw, temporary, cite.release(book.root))
        wanted = document.count(FORMULA) // 2
        if found != wanted:
            raise ChapterFailed(f"{name}: {found} of {wanted} formulas were printed; "
                                "the former file is kept")
    return target


def _to_file(page: Any, path: Path) -> None:
    page.pdf(path=path, tagged=True, outline=True, prefer_css_page_size=True,
             print_background=True)
