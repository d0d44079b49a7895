"""What a page makes a browser load, and what a first visit weighs."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from companion.page import Page

LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src",
         "video": "src", "audio": "src", "embed": "src", "object": "data", "image": "href",
         "use": "href"}
NOT_LOADED = {"next", "prev", "canonical", "search", "index", "author", "license"}
CSS_URL = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])([^'")]+)""")
TEXT = {".html", ".css", ".js", ".json", ".svg"}  # what a server compresses
BUDGET = 500  # kB


def of_page(page: Page) -> list[tuple[str, str | None]]:
    """Return the addresses that `page` loads itself, each with the element that does."""
    urls = [(tag.tag, tag.get(LOADS[tag.tag]) or tag.get("xlink:href"))
            for tag in page.root.iter(*LOADS)
            if not (tag.tag == "link" and NOT_LOADED.intersection(tag.get("rel", "").split()))]
    styles = page.root.xpath("//style/text() | //@style")
    return urls + [("style", url) for style in styles for url in _urls(style)]


def of_style(path: Path) -> list[str]:
    """Return the addresses that the style sheet at `path` loads."""
    return _urls(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)  # most pages load the same style sheets
def _urls(style: str) -> list[str]:
    return CSS_URL.findall(style)


def is_own(url: str | None) -> bool:
    """Tell whether a file of the site is meant.

    >>> is_own("a.css"), is_own("#a"), is_own("data:,a"), is_own("https://a.org/a.css")
    (True, False, False, False)
    """
    parts = urlsplit(url or "")
    return bool(parts.path) and not (parts.scheme or parts.netloc)


def files(page: Page) -> set[Path]:
    """Return `page` and every file that it may load: all fonts of its style sheets among them."""
    found = {page.path}
    waiting = [_file(page.path, url) for _, url in of_page(page) if is_own(url)]
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            if path.suffix == ".css":
                waiting += [_file(path, url) for url in of_style(path) if is_own(url)]
    return found


def _file(source: Path, url: str) -> Path:
    return (source.parent / unquote(urlsplit(url).path)).resolve()


def compressed(path: Path) -> int:
    """Return the bytes of a file as a server sends it: text by gzip at level 6."""
    data = path.read_bytes()
    return _gzipped(data) if path.suffix in TEXT else len(data)


@lru_cache(maxsize=64)
def _gzipped(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def over_budget(page: Page) -> Iterator[str]:
    """Say of a page that a slow line would keep from its reader how heavy it is, and why."""
    found = files(page)
    if sum(path.stat().st_size for path in found) <= BUDGET * 1000:
        return  # nothing need be compressed to know that it fits
    weights = {path: compressed(path) for path in found}
    total = sum(weights.values()) / 1000
    if total > BUDGET:
        heaviest = sorted(weights, key=weights.get, reverse=True)[:3]
        parts = ", ".join(f"{path.name} {weights[path] / 1000:.0f} kB" for path in heaviest)
        yield (f"a first visit loads {total:.0f} kB compressed ({parts}, ...); "
               f"allowed: {BUDGET} kB")
