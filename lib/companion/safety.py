"""Checks that a built site cannot trick its reader: what runs, where it leads, what it can hide.

The pages are made so that none of this can happen; these checks do not rely on that. Nor do they
rely on the parser: browsers read broken markup in ways of their own, so all markup must be plain.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml.etree import _Element as Element

from companion import archive
from companion.page import IDS, Page
from companion.policy import digest

REFUSED = ("applet", "base", "embed", "frame", "iframe", "object", "style")
DATA = ("application/json", "application/ld+json")  # scripts that are read and never run
LINKS = ("cite", "href", "xlink:href")
LOADED = ("action", "background", "data", "formaction", "ping", "poster", "srcset")
WATCHED = {*LINKS, *LOADED, "srcdoc"}
WEB = re.compile(r"(https?|mailto):|(?![^/?#]*:)")
HERE = re.compile(r"(?!//|[^/?#]*:)")
PICTURE = ("image", "xlink:href")  # drawn from data, as Matplotlib does
OWN = re.compile(r"(\.\./)*(_static(/[\w-][\w.-]*)+|searchindex\.js)(\?v=\w+)?")
SPACES = r"[\x00-\x20]*"  # browsers pass over them in an address
RUNNING = re.compile("|".join(SPACES + SPACES.join(scheme)
                              for scheme in ("javascript:", "vbscript:")), re.IGNORECASE)
# all that stands before what the policy could refuse
HEAD = re.compile(r'\s*<!DOCTYPE html>\s*<html[^<>]*>\s*<head>\s*<meta charset="utf-8">\s*'
                  r'<meta http-equiv="Content-Security-Policy" content="([^"<>]*)">')
# markup that every browser and every parser reads alike, or the beginning of what is not
MARKUP = re.compile(r"""<(?:
    ([a-z][a-z0-9:-]*)                                                     # the name of an element
    (?:[ \t\n\r\f]+[a-z_:][a-z0-9_:.-]*(?:="[^"<>]*"|='[^'<>]*')?)*[ \t\n\r\f]*/?
    |/[a-z][a-z0-9:-]*[ \t\n\r\f]*|!DOCTYPE[ ]html|!--[^<>]*--)>
    |(<[a-z/!?][^>]{0,40})""", re.VERBOSE | re.IGNORECASE | re.ASCII)
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
    yield from _plain(page)
    yield from _policy(page, policy)
    for tag in page.root.iter("*"):
        if tag.tag in REFUSED:
            yield f"a {tag.tag} element"
        if tag.tag == "script":
            yield from _script(tag, policy)
        if tag.tag == "meta" and tag.get("http-equiv", "").lower() == "refresh":
            yield f"it leads on to {tag.get('content')} by itself"
        for name, value in tag.items():
            if name in WATCHED or name.startswith("on") or ":" in value or "&" in value:
                yield from _attribute(tag.tag, name, value)
    ids = Counter(IDS(page.root))
    yield from (f"the id {name!r} stands {n} times" for name, n in ids.items() if n > 1)


def _plain(page: Page) -> Iterator[str]:
    """The elements that the text names are those that were found: none is hidden in another."""
    found = MARKUP.findall(page.text)
    yield from (f"markup that browsers may read in several ways: {odd}" for _, odd in found if odd)
    if [name.lower() for name, _ in found if name] != [tag.tag for tag in page.root.iter("*")]:
        yield "its elements are not those that its text names"


def _policy(page: Page, policy: str) -> Iterator[str]:
    """The policy stands first in the head, before all that it could refuse."""
    head = HEAD.match(page.text)
    if head is None or html.unescape(head[1]) != policy:
        yield "its head does not begin with the content-security policy"


def _script(tag: Element, policy: str) -> Iterator[str]:
    """A script is a file of the site, or one of the templates' own, or data."""
    source, kind, text = tag.get("src"), tag.get("type"), tag.text or ""
    if source is not None:
        if not OWN.fullmatch(source):
            yield f"the script {source} is not the site's own"
    elif kind is None:
        if digest(text) not in policy:
            yield f"a script that its policy does not name: {text[:60]}"
    elif kind not in DATA:
        yield f"a script of type {kind}"


def _attribute(element: str, name: str, value: str) -> Iterator[str]:
    """No attribute holds a script or an address that is none of the web."""
    if name.startswith("on"):
        yield f"{element} has the event handler {name}"
    if "&" in value:  # not every parser knows every entity
        value = html.unescape(value)
    allowed = WEB if name in LINKS else HERE if name in LOADED else None
    if RUNNING.match(value) or name == "srcdoc":
        yield f"{element} has a script in {name}: {value[:60]}"
    elif allowed:
        plain = re.sub(r"[\x00-\x20]", "", value).lower()
        if not allowed.match(plain) and not ((element, name) == PICTURE
                                             and plain.startswith("data:image/")):
            yield f"{element} leads to {value[:60]}"
