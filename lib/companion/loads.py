"""What a page makes a browser load, and what a first visit weighs."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache, lru_cache
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from companion.page import CSS_URL, Page

TEXT = {".html", ".css", ".js", ".json", ".svg"}  # what a server compresses
BUDGET = 500  # kB


def of_style(path: Path) -> list[str]:
    """Return the addresses that the style sheet at `path` loads."""
    return CSS_URL.findall(path.read_text(encoding="utf-8"))


def is_own(url: str | None) -> bool:
    """Tell whether a file of the site is meant.

    >>> is_own("a.css"), is_own("#a"), is_own("data:,a"), is_own("https://a.org/a.css")
    (True, False, False, False)
    """
    parts = urlsplit(url or "")
    return bool(parts.path) and not (parts.scheme or parts.netloc)


class Loads:
    """What pages load; a file that several of them name is looked at once."""

    def __init__(self) -> None:
        self._bytes = cache(lambda path: path.stat().st_size if path.is_file() else None)
        self._named = cache(lambda path: [_file(path, url) for url in of_style(path)
                                          if is_own(url)])

    def files(self, page: Page) -> set[Path]:
        """Return `page` and every file that it may load: all fonts of its style sheets too."""
        found = {page.path}
        waiting = [_file(page.path, url) for url in {url for _, url in page.loads} if is_own(url)]
        while waiting:
            path = waiting.pop()
            if path not in found and self._bytes(path) is not None:
                found.add(path)
                if path.suffix == ".css":
                    waiting += self._named(path)
        return found

    def over_budget(self, page: Page) -> Iterator[str]:
        """Say of a page that a slow line would keep from its reader how heavy it is, and why."""
        found = self.files(page)
        if sum(map(self._bytes, found)) <= BUDGET * 1000:
            return  # nothing need be compressed to know that it fits
        weights = {path: compressed(path) for path in found}
        total = sum(weights.values()) / 1000
        if total > BUDGET:
            heaviest = sorted(weights, key=weights.get, reverse=True)[:3]
            parts = ", ".join(f"{path.name} {weights[path] / 1000:.0f} kB" for path in heaviest)
            yield (f"a first visit loads {total:.0f} kB compressed ({parts}, ...); "
                   f"allowed: {BUDGET} kB")


def _file(source: Path, url: str) -> Path:
    return Path(normpath(source.parent / unquote(urlsplit(url).path)))


def compressed(path: Path) -> int:
    """Return the bytes of a file as a server sends it: text by gzip at level 6."""
    data = path.read_bytes()
    return _gzipped(data) if path.suffix in TEXT else len(data)


@lru_cache(maxsize=64)
def _gzipped(data: bytes) -> int:
    return len(gzip.compress(data, 6))
