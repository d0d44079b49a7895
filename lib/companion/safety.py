"""Checks that a built site cannot trick its reader: what runs, where it leads, what it can hide.

The pages are made so that none of this can happen; these checks do not rely on that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bs4 import Tag

from companion import archive
from companion.page import Page
from companion.policy import digest

REFUSED = ("applet", "base", "embed", "frame", "iframe", "object", "style")
DATA = ("application/json", "application/ld+json")  # scripts that are read and never run
LINKS = ("cite", "href", "xlink:href")
LOADED = ("action", "background", "data", "formaction", "ping", "poster", "srcset")
WEB = re.compile(r"(https?|mailto):|(?![^/?#]*:)")
HERE = re.compile(r"(?!//|[^/?#]*:)")
PICTURE = ("image", "xlink:href")  # drawn from data, as Matplotlib does
OWN = re.compile(r"(\.\./)*(_static(/[\w-][\w.-]*)+|searchindex\.js)(\?v=\w+)?")
RUNNING = ("javascript:", "vbscript:")
# outside _static a site holds no kind of file that a browser would run or open as a page
KINDS = ("", ".html", ".inv", ".ipynb", ".jpeg", ".jpg", ".json", ".png")


def files(site: Path) -> Iterator[str]:
    """Every file that could run is one of the site's own."""
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        name = path.relative_to(site)
        if name.parts[0] != "_static" and name.as_posix() != "searchindex.js":
            if path.suffix not in KINDS and name.as_posix() != archive.NAME:
                yield f"{name.as_posix()}: a file of this kind does not belong to the site"


def page(page: Page, policy: str) -> Iterator[str]:
    """Nothing runs, loads or covers but what is the site's own."""
    yield from _policy(page, policy)
    for tag in page.soup.find_all(True):
        if tag.name in REFUSED:
            yield f"a {tag.name} element"
        if tag.name == "script":
            yield from _script(tag, policy)
        if tag.name == "meta" and tag.get("http-equiv", "").lower() == "refresh":
            yield f"it leads on to {tag.get('content')} by itself"
        for name in tag.attrs:
            yield from _attribute(tag, name, _text(tag[name]))
    ids = Counter(tag["id"] for tag in page.soup.find_all(id=True))
    yield from (f"the id {name!r} stands {n} times" for name, n in ids.items() if n > 1)


def _policy(page: Page, policy: str) -> Iterator[str]:
    """The policy stands first in the head, before all that it could refuse."""
    first = [(tag.name, tag.get("charset") or tag.get("http-equiv"), tag.get("content"))
             for tag in page.soup.find_all(True, limit=4)]
    if first != [("html", None, None), ("head", None, None), ("meta", "utf-8", None),
                 ("meta", "Content-Security-Policy", policy)]:
        yield "its head does not begin with the content-security policy"


def _script(tag: Tag, policy: str) -> Iterator[str]:
    """A script is a file of the site, or one of the templates' own, or data."""
    source, kind = tag.get("src"), tag.get("type")
    if source is not None:
        if not OWN.fullmatch(source):
            yield f"the script {source} is not the site's own"
    elif kind is None:
        if digest(tag.get_text()) not in policy:
            yield f"a script that its policy does not name: {tag.get_text()[:60]}"
    elif kind not in DATA:
        yield f"a script of type {kind}"


def _attribute(tag: Tag, name: str, value: str) -> Iterator[str]:
    """No attribute holds a script or an address that is none of the web."""
    if name.startswith("on"):
        yield f"{tag.name} has the event handler {name}"
    plain = re.sub(r"[\x00-\x20]", "", value).lower() if ":" in value else value
    allowed = WEB if name in LINKS else HERE if name in LOADED else None
    if plain.startswith(RUNNING) or name == "srcdoc":
        yield f"{tag.name} has a script in {name}: {value[:60]}"
    elif allowed and not allowed.match(plain):
        if (tag.name, name) != PICTURE or not plain.startswith("data:image/"):
            yield f"{tag.name} leads to {value[:60]}"


def _text(value: str | list[str]) -> str:
    """Return the value of an attribute, which may be a list of words."""
    return value if isinstance(value, str) else " ".join(value)
