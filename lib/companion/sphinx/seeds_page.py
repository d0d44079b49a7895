"""The page of the study over root seeds."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion.seeds import NAME, worst
from companion.sphinx import pages, seeds
from companion.sphinx.outputs import anchor

COLUMNS = ("Claim", "As expected", "Margins", "Worst seed", "Chance of a flip")


class UnseenSeeds(SphinxDirective):
    """The study as a table of claims, after what it comes to for the whole book."""

    def run(self) -> list[nodes.Node]:
        """Return the summary and the table."""
        companion = self.env.app.companion
        pages.note_shown(self.env)
        pages.note_shown(self.env, NAME)
        chapters = companion.studies[NAME].get("chapters", {})
        rows = "".join(self._row(slug, entry, claim)
                       for slug, entry in chapters.items() for claim in entry["claims"])
        head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
        table = (f'<div class="scoreboard"><table><caption>Margins on a logarithmic scale from 1 % to '
                 f"1000 %, one stroke a seed</caption><thead><tr>{head}</tr></thead>"
                 f"<tbody>{rows}</tbody></table></div>")
        return [nodes.raw("", seeds.summary(companion) + table, format="html")]

    def _row(self, slug: str, entry: dict[str, Any], claim: dict[str, Any]) -> str:
        page = self.env.app.builder.get_relative_uri(self.env.docname, f"notebooks/{slug}")
        least, seed = worst(claim, entry["seeds"])
        cells = [
            f'<th scope="row"><a class="claim-id" href="{page}#{anchor(claim["claim"])}">'
            f'{html.escape(claim["claim"].split("/")[1])}</a>'
            f'<span class="claim-chapter">{html.escape(slug)}</span></th>',
            f'<td data-label="As expected">{seeds.held(entry, claim)}</td>',
            f'<td data-label="Margins" data-sort="{"" if least is None else least}">'
            f"{seeds.strokes(claim)}</td>",
            f'<td data-label="Worst seed">{seed}</td>',
            f'<td data-label="Chance of a flip" data-sort="{claim["chance"]}">'
            f"{seeds.chance(claim['chance'])}</td>",
        ]
        return f"<tr>{''.join(cells)}</tr>"
