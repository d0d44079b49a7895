"""What every page bears around its text: navigation, and folded admonitions."""

from __future__ import annotations

import html
import re
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from companion.policy import policy

BROAD = re.compile(r'<(?:div|ul) class="(scoreboard|cards|matrix)[ "]')


class Dropdowns(SphinxTransform):
    """Turn admonitions of class ``dropdown`` into ``<details>``, which fold without a script."""

    default_priority = 900

    def apply(self, **kwargs: Any) -> None:
        """Replace each of them where it stands."""
        for node in list(self.document.findall(nodes.Admonition)):
            if "dropdown" in node.get("classes", []):
                title = node.next_node(nodes.title)
                body = [child for child in node.children if child is not title]
                summary = html.escape(title.astext() if title else "More")
                opening = f'<details class="dropdown"><summary>{summary}</summary>'
                node.parent[node.parent.index(node):node.parent.index(node) + 1] = [
                    nodes.raw("", opening, format="html"), *body,
                    nodes.raw("", "</details>", format="html"),
                ]


def retitled(app: Sphinx, env: Any) -> list[str]:
    """Name all pages if one has another title than before: it stands in the contents of each."""
    titles = {name: title.astext() for name, title in env.titles.items()}
    before, env.companion_titles = getattr(env, "companion_titles", titles), titles
    return [] if titles == before else list(titles)


def visit_folded(self: Any, node: HideCodeCellNode) -> None:
    """Open what a ``hide-...`` tag folds, with a summary that says what it is."""
    self.body.append(f'<details class="hide"><summary>{html.escape(node["prompt_show"])}</summary>')


def depart_folded(self: Any, node: HideCodeCellNode) -> None:
    """Close it."""
    self.body.append("</details>\n")


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the template its policy, its navigation, its sections and the repository's address."""
    companion = app.companion
    context["policy"] = policy(companion.book.root / "book" / "templates")
    shared = context.get("shared", {})  # the pages of the claims have one list of contents
    if "contents" not in shared:
        shared["contents"] = context["toctree"](
            collapse=False, titles_only=True, maxdepth=1, includehidden=True)
    context["contents"] = shared["contents"].replace(' role="heading"', "")  # headings have levels
    if "body" in context:  # roles that assistive technology no longer knows
        context["body"] = re.sub(r' role="(list|doc-biblioentry)"', "", context["body"])
    # said here, not asked of the page by the style sheet: nothing moves while the page arrives
    body = context.get("body", "")
    broad = set(BROAD.findall(body))
    context["has_mathematics"] = 'class="katex' in body
    context["wide"] = bool(broad)
    listed = not broad & {"scoreboard", "cards"}
    context["sections"] = _sections(context.get("toc", "")) if listed else ""
    context["address"] = companion.address
    context["is_search"] = pagename == "search"
    if companion.chapter(pagename):
        context["notebook"] = f"{pagename}.ipynb"


def _sections(toc: str) -> str:
    """Return the list below the page's own title in Sphinx's local table of contents."""
    match = re.search(r"<li><a[^>]*>.*?</a>\s*(<ul>.*</ul>)\s*</li>\s*</ul>\s*$", toc, re.DOTALL)
    return match.group(1) if match else ""
