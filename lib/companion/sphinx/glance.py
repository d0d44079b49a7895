"""All claims at a glance: a square each, a row a chapter."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion.sphinx import cite, pages, words
from companion.sphinx.cards import tally

STEP, SIDE = 15, 11


class Glance(SphinxDirective):
    """A picture of the ledger: every square leads to the page of its claim."""

    def run(self) -> list[nodes.Node]:
        """Return the picture, and below it what it comes to in words."""
        pages.note_shown(self.env)
        ledger = self.env.app.companion.ledger
        claims = [claim for entry in ledger["chapters"] for claim in entry["claims"]]
        whose = Counter(claim["claim_by"] for claim in claims if not claim["control"])
        text = (f'<p class="tallies">{tally(claims)}</p>'
                "<p>A square a claim, a ring a control, a row a chapter. Of the claims "
                f'{whose["paper"]} are the papers’, {whose["derived"]} follow from them, '
                f'{whose["ours"]} are ours.</p>')
        drawn = f'<div class="glance">{self._picture(ledger)}<div>{text}</div></div>'
        return [nodes.raw("", drawn, format="html")]

    def _picture(self, ledger: dict[str, Any]) -> str:
        rows = ledger["chapters"]
        width = STEP * max((len(entry["claims"]) for entry in rows), default=1)
        squares = "".join(self._square(claim, STEP * column, STEP * row)
                          for row, entry in enumerate(rows)
                          for column, claim in enumerate(entry["claims"]))
        # the words below say what it shows, and the scoreboard has every link
        return (f'<svg viewBox="-1 -1 {width + 1} {STEP * len(rows) + 1}" aria-hidden="true">'
                f"{squares}</svg>")

    def _square(self, claim: dict[str, Any], x: int, y: int) -> str:
        page = self.env.app.builder.get_relative_uri(
            self.env.docname, cite.page_of(claim["claim"]))
        kind = f'v-{words.VERDICTS[claim["verdict"]][1]}{" control" if claim["control"] else ""}'
        said = html.escape(f'{claim["claim"]}: {claim["verdict"]}')
        return (f'<a href="{html.escape(page)}" tabindex="-1" class="{kind}"><title>{said}</title>'
                f'<rect x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" rx="2"/></a>')
