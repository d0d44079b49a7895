"""One page of the built site, parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString, Tag

QUOTED = ("script", "style", "pre", "code")


@dataclass(frozen=True)
class Page:
    """One page of the site."""

    site: Path
    path: Path

    @property
    def name(self) -> str:
        """The page's path below the site."""
        return self.path.relative_to(self.site).as_posix()

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The parsed page."""
        return BeautifulSoup(self.path.read_text(encoding="utf-8"), "html.parser")

    @cached_property
    def ids(self) -> set[str]:
        """What fragments may point at."""
        return {tag[key] for key in ("id", "name") for tag in self.soup.find_all(attrs={key: True})}

    @cached_property
    def prose(self) -> str:
        """What a reader sees outside code and rendered mathematics."""
        return " ".join(_prose(self.soup.body)) if self.soup.body else ""


def _prose(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        if isinstance(child, Tag):
            if child.name not in QUOTED and "katex" not in child.get("class", []):
                yield from _prose(child)
        elif type(child) is NavigableString:  # its subclasses are comments and the like
            yield child
