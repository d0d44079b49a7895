"""Checks of the built site as a reader gets it: a green build of a broken page is a fault here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml.etree import _Element as Element

from companion import freshness, loads, passed, safety
from companion.chapters import Book, Chapter
from companion.page import Page, of_class
from companion.policy import policy

DRAWN = ("path", "line", "circle", "rect", "polyline", "polygon", "use", "image", "text")
RAW_TEX = re.compile(r"\\[A-Za-z]{2,}|\\[()\[\]]|\$[^\s$][^$]*\$")
RAW_HTML = re.compile(r"</?(a|b|br|details|div|font|i|img|p|script|span|style|summary|table)\b[^>]*>")
PATH_LIKE = re.compile(r"\.(png|svg|jpe?g|gif|webp)$|^\S*/\S*$", re.IGNORECASE)


def check_site(site: Path, book: Book, record: Path | None = None) -> list[str]:
    """Return what is wrong with the built `site` of `book`, one line a fault.

    In the file `record` is kept which pages were sound by themselves, each as the hash of its whole
    text; a page of the very same text is not searched again. What it has to do with other files is
    looked at each time.
    """
    pages = {path: Page(site, path) for path in sorted(site.rglob("*.html"))}
    named = {page.name: page for page in pages.values()}
    allowed = policy(book.root / "book" / "templates")
    by = passed.workshop(allowed)
    known, sound = passed.load(record, by), []
    findings = list(_chapters(site, book, pages)) + list(_verdicts(site, book, pages))
    findings += safety.files(site)
    weigh = loads.Loads()
    for page in pages.values():
        digest = hashlib.sha256(page.text.encode()).hexdigest()
        alone = [] if digest in known else [
            *_figures(page), *_text(page), *safety.page(page, allowed)]
        sound += [] if alone else [digest]
        faults = [*alone, *_resources(page), *weigh.over_budget(page), *_links(page, named)]
        findings += [f"{page.name}: {fault}" for fault in faults]
    passed.keep(record, by, sound)
    return findings + list(_stylesheets(site))


def _chapters(site: Path, book: Book, pages: dict[Path, Page]) -> Iterator[str]:
    """Every chapter is there, made of the copy that executing now would give."""
    for chapter in book.chapters():
        page = pages.get(_page_path(site, chapter))
        if page is None:
            yield f"notebooks/{chapter.slug}.html: missing"
            continue
        shown = page.root.xpath("//@data-key")
        if not shown:
            yield f"{page.name}: no provenance"
        elif shown[0] != freshness.key(chapter, chapter.parameters):
            yield f"{page.name}: stale: made from key {shown[0][:12]}"


def _page_path(site: Path, chapter: Chapter) -> Path:
    return site / "notebooks" / f"{chapter.slug}.html"


def _verdicts(site: Path, book: Book, pages: dict[Path, Page]) -> Iterator[str]:
    """Every verdict stands on its chapter's page, on the scoreboard and on a page of its own."""
    ledger_path = site / "ledger.json"
    if not ledger_path.is_file():
        yield "ledger.json: missing"
        return
    entries = {entry["chapter"]: entry
               for entry in json.loads(ledger_path.read_text(encoding="utf-8"))["chapters"]}
    scoreboard = pages.get(site / "book" / "scoreboard.html")
    if scoreboard is None:
        yield "book/scoreboard.html: missing"
    for chapter in book.chapters():
        if chapter.slug not in entries:
            yield f"ledger.json: chapter {chapter.slug} is missing"
            continue
        for record in entries[chapter.slug]["claims"]:
            page = pages.get(_page_path(site, chapter))
            short = record["claim"].split("/")[-1]
            yield from _shown(page, f"claim-{short}", record)
            yield from _shown(scoreboard, record["claim"].replace("/", "--"), record)
            own = pages.get(site / "claims" / f"{record['claim']}.html")
            if own is None:
                yield f"claims/{record['claim']}.html: missing"
            yield from _shown(own, f"claim-{short}", record)


def _shown(page: Page | None, identity: str, record: dict[str, Any]) -> Iterator[str]:
    if page is None:
        return
    card = page.by_id.get(identity)
    if card is None:
        yield f"{page.name}: the verdict of {record['claim']} is not shown"
    elif record["verdict"] not in " ".join(card.itertext()):
        yield f"{page.name}: {record['claim']} does not say {record['verdict']!r}"


def _figures(page: Page) -> Iterator[str]:
    """Figures hold a drawing; drawings and images say in words what is seen."""
    for figure in page.root.iter("figure"):
        drawing = next(figure.iter("svg", "img"), None)
        if drawing is None:
            yield f"figure {figure.get('id')}: empty"
        elif drawing.tag == "svg" and not any(map(_shape, drawing.iter(*DRAWN))):
            yield f"figure {figure.get('id')}: nothing is drawn"
        if not figure.xpath("normalize-space(.//figcaption)"):
            yield f"figure {figure.get('id')}: no caption"
    for tag in page.root.xpath("//img | //figure//svg | //svg[@role='img']"):
        alt = tag.get("alt" if tag.tag == "img" else "aria-label", "").strip()
        if not alt:
            yield f"{_where(tag)}: no alternative text"
        elif PATH_LIKE.search(alt):
            yield f"{_where(tag)}: the alternative text is a path: {alt}"


def _shape(tag: Element) -> bool:
    """Whether a drawing element draws; definitions and clips do not."""
    return next(tag.iterancestors("defs", "clippath"), None) is None


def _where(tag: Element) -> str:
    figure = next(tag.iterancestors("figure"), None)
    found = tag.get("src", "") if figure is None else figure.get("id")
    return f"{tag.tag if figure is None else 'figure'} {found}".strip()


def _resources(page: Page) -> Iterator[str]:
    """Nothing is loaded from elsewhere, and what is loaded is there."""
    for kind, url in page.loads:
        yield from _resource(kind, url, page.path.parent)


def _resource(kind: str, url: str | None, folder: Path) -> Iterator[str]:
    if not url or url.startswith(("#", "data:")):
        return
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        yield f"{kind} loads {url} from elsewhere"
    elif not (folder / unquote(parts.path)).is_file():
        yield f"{kind} loads {url}, which is not there"


def _stylesheets(site: Path) -> Iterator[str]:
    for path in sorted(site.rglob("*.css")):
        name = path.relative_to(site).as_posix()
        for url in loads.of_style(path):
            yield from (f"{name}: {fault}" for fault in _resource("css", url, path.parent))


def _text(page: Page) -> Iterator[str]:
    """Mathematics is rendered, no HTML was written as prose, and no cell ended in an error."""
    if page.root.xpath(of_class("katex-error")):
        yield "a formula with an error"
    if raw := RAW_TEX.search(page.prose):
        yield f"raw TeX: {raw[0][:60]}"
    if raw := RAW_HTML.search(page.prose):
        yield f"raw HTML: {raw[0][:60]}"
    if "Traceback (most recent call last)" in page.root.xpath("string()"):
        yield "a traceback"


def _links(page: Page, pages: dict[str, Page]) -> Iterator[str]:
    """Links inside the site lead to a page and to a place on it."""
    folder = page.name.rpartition("/")[0]
    for href in sorted(page.links):
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            continue
        target = normpath(join(folder, unquote(parts.path))) if parts.path else page.name
        if target not in pages and not (page.site / target).is_file():
            yield f"dead link {href}"
        elif parts.fragment and target in pages:
            if unquote(parts.fragment) not in pages[target].ids:
                yield f"dead link {href}: no such place on that page"
