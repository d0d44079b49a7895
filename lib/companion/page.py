"""One page of the built site, parsed."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import etree

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
        return set(self.root.xpath("//@id | //@name"))

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
