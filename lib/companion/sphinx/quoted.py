"""Claims quoted on pages of prose, with what the ledger says of them."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion.sphinx import pages, words
from companion.sphinx.outputs import anchor


class QuotedClaims(SphinxDirective):
    """The claims named in its content, one a line: statement, verdict, what was observed."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the list; a name that no chapter bears stops the build."""
        pages.note_shown(self.env)
        companion = self.env.app.companion
        records = {claim["claim"]: claim for entry in companion.ledger["chapters"]
                   for claim in entry["claims"]}
        unknown = [name for name in self.content if name not in records]
        if unknown or not self.content:
            named = f"no claim {unknown[0]!r}" if unknown else "no claim named"
            raise self.error(f"{named}; allowed: {', '.join(sorted(records))}")
        items = "".join(self._item(records[name], companion.katex) for name in self.content)
        return [nodes.raw("", f'<ul class="quoted">{items}</ul>', format="html")]

    def _item(self, claim: dict[str, Any], tex: Any) -> str:
        slug = claim["claim"].split("/")[0]
        page = self.env.app.builder.get_relative_uri(self.env.docname, f"notebooks/{slug}")
        return item(claim, f"{page}#{anchor(claim['claim'])}", tex)


def item(claim: dict[str, Any], href: str, tex: Any, identity: str = "") -> str:
    """Return a claim as an item of a list, its id a link to `href`."""
    colour = words.VERDICTS[claim["verdict"]][1]
    own = f' id="{html.escape(identity)}"' if identity else ""
    link = f'<a class="claim-id" href="{href}">{html.escape(claim["claim"])}</a>'
    parts = "".join(_part(part, tex) for part in claim["parts"])
    return (f'<li class="v-{colour}"{own}>{words.verdict(claim["verdict"])} {link}'
            f'<span class="claim-statement">{tex.text(claim["statement"])}</span>'
            f'<ul class="quoted-parts">{parts}</ul></li>')


def _part(part: dict[str, Any], tex: Any) -> str:
    seen, range_ = part["observed"], words.span(part["observed"])
    range_ = f" ({range_})" if range_ else ""
    return f"<li>{tex.text(part['criterion'])}: seen {words.value(seen)}{range_}</li>"
