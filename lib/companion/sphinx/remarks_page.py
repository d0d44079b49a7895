"""Replies of authors and errata as lists, on chapters and on the authors' page."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import remarks
from companion.sphinx import pages
from companion.sphinx.outputs import anchor


class Replies(SphinxDirective):
    """The replies to the chapter named, each with its author, its day and its claim."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the replies; their text is prose like that of the page."""
        found = self.env.app.companion.remarks.replies.get(self.arguments[0], [])
        return [node for reply in found for node in self._reply(reply)]

    def _reply(self, reply: dict[str, str]) -> list[nodes.Node]:
        opening = (f'<div class="reply"><p class="reply-by">{html.escape(reply["author"])}, '
                   f'{reply["date"]}, on {_link(self.env, reply["claim"])}</p>')
        text = nodes.container("", *self.parse_text_to_nodes(reply["text"]))
        for heading in list(text.findall(nodes.rubric)):  # it is no heading of the page
            strong = nodes.strong("", "", *heading.children)
            heading.replace_self(nodes.paragraph("", "", strong))
        return [nodes.raw("", opening, format="html"), *text.children,
                nodes.raw("", "</div>", format="html")]


class Errata(SphinxDirective):
    """The errata of the chapter named, or of the whole book."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the errata as a list, the latest first."""
        companion = self.env.app.companion
        slug = self.arguments[0] if self.arguments else None
        if slug is None:
            pages.note_shown(self.env, remarks.ERRATA)
        found = companion.remarks.errata if slug is None else companion.remarks.errata_of(slug)
        if not found:
            return [nodes.paragraph("", "None so far.")]
        items = "".join(f"<li>{self._erratum(each, companion.katex)}</li>" for each in found)
        return [nodes.raw("", f'<ul class="errata">{items}</ul>', format="html")]

    def _erratum(self, erratum: dict[str, str], tex: Any) -> str:
        return (f'<p class="errata-of">{erratum["date"]}, {_link(self.env, erratum["of"])}</p>'
                f'<p><b>Was:</b> {tex.text(erratum["was"])}</p>'
                f'<p><b>Now:</b> {tex.text(erratum["now"])}</p>')


def _link(env: Any, name: str) -> str:
    """Return a link to the claim or the chapter called `name`."""
    slug, _, claim = name.partition("/")
    page = env.app.builder.get_relative_uri(env.docname, f"notebooks/{slug}")
    place = f"{page}#{anchor(name)}" if claim else page or "#text"
    return f'<a class="claim-id" href="{place}">{html.escape(name)}</a>'
