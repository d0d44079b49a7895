"""What the markup of a notebook may show, by an allow-list.

Nothing else is written into a page, and what is allowed is written anew and escaped. No element of
the list makes a browser read what follows in another way, as ``script`` or ``style`` would; so the
browser finds the elements that were let through, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bs4 import BeautifulSoup, NavigableString, Tag
from sphinx.errors import ExtensionError

PROSE = frozenset(
    "b br caption code dd div dl dt em hr i li ol p pre s small span strong sub sup table tbody td "
    "tfoot th thead tr ul".split())
DRAWING = frozenset(
    "circle clippath defs ellipse g image line lineargradient path polygon polyline rect stop svg "
    "text tspan use".split())
ATTRIBUTES = frozenset(
    "clip-path colspan cx cy d dx dy fill fill-opacity fill-rule font-size font-weight "
    "gradienttransform gradientunits height offset opacity points preserveaspectratio r rowspan rx "
    "ry scope stop-color stop-opacity stroke stroke-dasharray stroke-linecap stroke-linejoin "
    "stroke-opacity stroke-width text-anchor transform version viewbox width x x1 x2 y y1 "
    "y2".split())
STYLES = frozenset(  # none takes its element out of the box that it stands in
    "background background-color border border-bottom border-collapse border-left border-radius "
    "border-right border-top clip-path color display fill fill-opacity fill-rule flex-wrap "
    "font-family font-size font-style font-weight gap height list-style margin margin-bottom "
    "margin-left margin-right margin-top opacity padding padding-bottom padding-left padding-right "
    "padding-top stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap "
    "stroke-linejoin stroke-opacity stroke-width text-align text-anchor vertical-align white-space "
    "width".split())
VALUE = re.compile(r"[-+\w\s.,#%()]*")  # neither quotes nor what an address or an escape needs
CALL = re.compile(r"([\w-]*)\(\s*(.?)")
FUNCTIONS = frozenset(
    "rgb rgba hsl hsla linear-gradient matrix rotate scale skewX skewY translate".split())
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]*")
IDENTITY = re.compile(r"fig-[\w-]+")


def prose(markup: str) -> str:
    """Return the tables, lists and words of `markup`.

    >>> prose("<p onclick=x()>a &lt; <b>b</b><script>x()</script><a href=y>c</a>")
    '<p>a &lt; <b>b</b>c</p>'
    """
    return str(_clean(markup, PROSE, _harmless))


def drawing(markup: str, identity: str) -> Tag:
    """Return the SVG element in `markup`; its ids begin with `identity`, that of its figure."""
    if not IDENTITY.fullmatch(identity):
        raise ExtensionError(f"figure {identity!r}: its id must be fig- and letters or digits")

    def allowed(tag: Tag, name: str, value: str) -> bool:
        if name == "id":
            return re.fullmatch(rf"{identity}-[\w-]+", value) is not None
        if name in ("href", "xlink:href"):
            pattern = PICTURE if tag.name == "image" else rf"#{identity}-[\w-]+"
            return re.fullmatch(pattern, value) is not None
        return _harmless(tag, name, value) and (tag.name, name) != ("svg", "style")

    found = _clean(markup, DRAWING, allowed).find("svg")
    if found is None:
        raise ExtensionError(f"figure {identity}: no SVG")
    return found


def _clean(
    markup: str, elements: frozenset[str], allowed: Callable[[Tag, str, str], bool]
) -> BeautifulSoup:
    """Return `markup` without what is not allowed; the words in a refused element stay."""
    soup = BeautifulSoup(f"<p>{markup}", "html.parser", multi_valued_attributes=None)
    soup.p.unwrap()  # it was there because the parser takes bare words for a mistake
    for text in soup.find_all(string=True):
        if type(text) is not NavigableString:  # a comment, a script, a style sheet, a declaration
            text.extract()
    for tag in soup.find_all(True):
        if tag.name not in elements:
            tag.unwrap()
            continue
        tag.attrs = {name: _style(value) if name == "style" else value
                     for name, value in tag.attrs.items() if allowed(tag, name, value)}
    return soup


def _harmless(tag: Tag, name: str, value: str) -> bool:
    return name == "style" or (name in ATTRIBUTES and _plain(value))


def _style(text: str) -> str:
    """Return the declarations of a style attribute that are allowed."""
    pairs = [declaration.partition(":") for declaration in text.split(";")]
    return ";".join(f"{name.strip()}:{value.strip()}" for name, _, value in pairs
                    if name.strip() in STYLES and _plain(value))


def _plain(value: str) -> bool:
    """Tell whether a value names no address; ``url`` may only point into its own page.

    >>> _plain("url(#a)"), _plain("1px solid rgb(1, 2, 3)"), _plain("url(a.svg)")
    (True, True, False)
    """
    return VALUE.fullmatch(value) is not None and all(
        name in FUNCTIONS or (name, first) == ("url", "#") for name, first in CALL.findall(value))
