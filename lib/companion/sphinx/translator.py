"""The HTML of prose: its links lead to addresses of the web, and it cannot dress up as the site."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

SCHEME = re.compile(r"[^/?#:]*:")
SCHEMES = {"", "http:", "https:", "mailto:"}
OWN = re.compile(  # what book.css gives to the bars, the verdicts and the formulas of the site
    r"bar|bar-.*|skip|visually-hidden|contents|columns|sections|page|turn|foot|strip.*|chips?|"
    r"claim-.*|verdict.*|v-.*|quoted.*|cards?|card-.*|tall(y|ies)|part|scoreboard.*|control.*|"
    r"observed-.*|reply.*|errata.*|gauge|knob.*|figure|provenance|cite-block|bibtex|copy|notions|"
    r"katex.*|slide.*|deck.*")


class Translator(HTML5Translator):
    """Sphinx's translator, which writes every element of prose through `starttag`."""

    def starttag(
        self, node: nodes.Element, tagname: str, suffix: str = "\n", empty: bool = False,
        **attributes: Any,
    ) -> str:
        """Write an element without a link that is no address, and without classes of the site."""
        if not is_address(attributes.get("href", "")):
            del attributes["href"]
        node["classes"] = [name for name in node.get("classes", []) if not OWN.fullmatch(name)]
        return super().starttag(node, tagname, suffix, empty, **attributes)


def is_address(url: str) -> bool:
    """Tell whether a link may lead there; browsers pass over spaces and control characters.

    >>> is_address("https://a.org"), is_address("a.html#x:y"), is_address(" java\\nscript:x")
    (True, True, False)
    """
    scheme = SCHEME.match(re.sub(r"[\x00-\x20]", "", url))
    return (scheme[0].lower() if scheme else "") in SCHEMES
