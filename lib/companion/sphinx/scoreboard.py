"""The scoreboard: every claim of the book, read from the ledger."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import readings
from companion.sphinx import cite, pages, seeds, words
from companion.sphinx.cards import tally
from companion.sphinx.outputs import anchor

COLUMNS = ("Claim", "Whose", "Verdict", "Observed", "Margin", "Unseen seeds")
WHOSE = {"paper": "the paper's", "derived": "derived from it", "ours": "ours"}


class Scoreboard(SphinxDirective):
    """A table of all claims; book.js makes its columns sortable and its rows filterable."""

    def run(self) -> list[nodes.Node]:
        """Return the tally and the table."""
        companion = self.env.app.companion
        pages.note_shown(self.env)
        pages.note_shown(self.env, seeds.NAME)
        claims = [claim for entry in companion.ledger["chapters"] for claim in entry["claims"]]
        rows = "".join(self._row(entry, claim, companion)
                       for entry in companion.ledger["chapters"] for claim in entry["claims"])
        head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
        table = (
            f'<p class="tallies">{tally(claims)}</p>'
            f'<div class="scoreboard"><table><caption>{words.plural(len(claims), "claim")} and '
            f'controls of {words.plural(len(companion.ledger["chapters"]), "chapter")}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
        return [nodes.raw("", table, format="html")]

    def _row(self, entry: dict[str, Any], claim: dict[str, Any], companion: Any) -> str:
        page = self.env.app.builder.get_relative_uri(
            self.env.docname, f"notebooks/{entry['chapter']}")
        own = self.env.app.builder.get_relative_uri(
            self.env.docname, cite.page_of(claim["claim"]))
        rank = list(words.VERDICTS).index(claim["verdict"])
        value = (nearest(claim) or {}).get("value")
        value, margin = ("" if x is None else x for x in (value, claim["margin"]))
        control = '<span class="control-mark">control</span>' if claim["control"] else ""
        cells = [
            f'<th scope="row"><a class="claim-id" href="{page}#{anchor(claim["claim"])}">'
            f'{html.escape(claim["claim"].split("/")[-1])}</a> {control} '
            f'<a class="claim-cite" href="{own}#cite">cite</a>'
            f'<span class="claim-chapter">{words.reference(entry["paper"])}</span>'
            f'<span class="claim-statement">{companion.katex.text(claim["statement"])}</span></th>',
            f'<td data-label="Whose">{WHOSE[claim["claim_by"]]}</td>',
            f'<td data-label="Verdict" data-sort="{rank}">{words.verdict(claim["verdict"])}</td>',
            f'<td data-label="Observed" data-sort="{value}">{observed(claim, companion.katex)}</td>',
            f'<td data-label="Margin" data-sort="{margin}">{gauge(claim["margin"])}</td>',
            f'<td data-label="Unseen seeds">{seeds.of_claim(claim["claim"], companion)}</td>',
        ]
        return f'<tr id="{html.escape(claim["claim"].replace("/", "--"))}">{"".join(cells)}</tr>'


def nearest(claim: dict[str, Any]) -> dict[str, Any] | None:
    """Return the observed numbers of the part nearest to flipping, None if there is no part."""
    at = readings.headline(claim["parts"]) or 0
    return claim["parts"][at]["observed"] if claim["parts"] else None


def observed(claim: dict[str, Any], tex: Any) -> str:
    """Return what was observed of the part nearest to flipping, with its interval or range."""
    shown = nearest(claim)
    if shown is None:
        return f'<span class="observed-name">{html.escape(claim["reason"])}</span>'
    range_ = words.span(shown)
    range_ = f' <span class="observed-span">({range_}, n = {shown["n"]})</span>' if range_ else ""
    more = len(claim["parts"]) - 1
    more = f'<span class="observed-name">closest of {more + 1} parts</span>' if more > 0 else ""
    return (f'{words.value(shown)}{range_}'
            f'<span class="observed-name">{tex.text(shown["name"])}</span>{more}')


def gauge(margin: float | None) -> str:
    """Return a margin as a percentage and as a bar that is full at 100 %."""
    if margin is None:
        return "no number"
    width = 100 * min(abs(margin), 1)
    colour = "v-good" if margin >= 0 else "v-bad"
    return (f'{words.percent(margin)}<span class="gauge {colour}" aria-hidden="true">'
            f'<span style="width:{width:.0f}%"></span></span>')
