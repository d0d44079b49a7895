"""One page of the built site, parsed."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import etree

QUOTED = ("script", "style", "pre", "code")
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src",
         "video": "src", "audio": "src", "embed": "src", "object": "data", "image": "href",
         "use": "href"}
NOT_LOADED = {"next", "prev", "canonical", "search", "index", "author", "license"}
CSS_URL = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])([^'")]+)""")
# plain strings: those that know their element take several times as long
IDS, TARGETS, STYLES, LINKS = (etree.XPath(path, smart_strings=False) for path in (
    "//@id", "//@id | //@name", "//style/text() | //@style", "//a/@href"))


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
    def text(self) -> str:
        """The page as it is written."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def root(self) -> etree._Element:
        """The parsed page: names of elements and attributes in lower case, no comments."""
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True,
                                  remove_pis=True)
        try:
            root = etree.fromstring(self.text.encode(), parser)
        except etree.XMLSyntaxError:  # nothing is on the page
            root = None
        return etree.Element("html") if root is None else root

    @cached_property
    def by_id(self) -> dict[str, etree._Element]:
        """The elements that have an id; of two with the same, the first."""
        return {tag.get("id"): tag for tag in reversed(self.root.xpath("//*[@id]"))}

    @cached_property
    def ids(self) -> set[str]:
        """What fragments may point at."""
        return set(TARGETS(self.root))

    @cached_property
    def links(self) -> set[str]:
        """Where its links lead."""
        return set(LINKS(self.root))

    @cached_property
    def loads(self) -> list[tuple[str, str | None]]:
        """The addresses that it loads itself, each with the element that does."""
        urls = [(tag.tag, tag.get(LOADS[tag.tag]) or tag.get("xlink:href"))
                for tag in self.root.iter(*LOADS)
                if not (tag.tag == "link" and NOT_LOADED.intersection(tag.get("rel", "").split()))]
        # sorted: the same page has the same faults in the same order
        styles = sorted(set(STYLES(self.root)))
        return urls + [("style", url) for style in styles for url in CSS_URL.findall(style)]

    @cached_property
    def prose(self) -> str:
        """What a reader sees outside code and rendered mathematics."""
        rest = copy.deepcopy(self.root)
        etree.strip_elements(rest, "head", *QUOTED, with_tail=False)
        for formula in rest.xpath(of_class("katex")):
            formula.clear(keep_tail=True)
        return " ".join(rest.itertext())


def of_class(name: str) -> str:
    """Return the XPath of the elements of class `name`."""
    return f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
