"""The page of the study over scales: each headline number at smoke, book and paper size."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import readings
from companion.scales import NAME
from companion.sphinx import pages, scales
from companion.sphinx.outputs import anchor
from companion.sphinx.scales import OTHERS

COLUMNS = ("Claim", "Smoke", "Book", "Paper", "Trend")


class Scales(SphinxDirective):
    """What the profiles came to: a summary, then a table of claims over the three of them."""

    def run(self) -> list[nodes.Node]:
        """Return the summary and the table."""
        companion, runs = _shown(self.env)
        text = scales.summary(companion, runs) + self._claims(companion, runs)
        return [nodes.raw("", text, format="html")]

    def _claims(self, companion: Any, runs: dict[str, Any]) -> str:
        others = {name: readings.by_claim(runs.get(name, {})) for name in OTHERS}
        rows = []
        for entry in companion.ledger["chapters"]:
            page = self.env.app.builder.get_relative_uri(
                self.env.docname, f"notebooks/{entry['chapter']}")
            rows += [_row(record, page, companion.katex,
                          {name: claims.get(record["claim"]) for name, claims in others.items()})
                     for record in entry["claims"]]
        head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
        return (f'<div class="scoreboard"><table><caption>The number of each claim that is nearest '
                f"to flipping at the book's size, and its margin</caption><thead><tr>{head}</tr>"
                f"</thead><tbody>{''.join(rows)}</tbody></table></div>")


class ScaleSettings(SphinxDirective):
    """What the profiles change of each chapter's parameters, and what that costs."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return [nodes.raw("", scales.settings(*_shown(self.env)), format="html")]


def _shown(env: Any) -> tuple[Any, dict[str, Any]]:
    """Note that a page shows the study; return what pages are made of, and the study's runs."""
    pages.note_shown(env)
    pages.note_shown(env, NAME)
    return env.app.companion, env.app.companion.studies[NAME].get("runs", {})


def _row(record: dict[str, Any], page: str, tex: Any, others: dict[str, Any]) -> str:
    slug, _, claim = record["claim"].partition("/")
    at = readings.headline(record["parts"])
    own = None if at is None else {**record["parts"][at],
                                   "value": record["parts"][at]["observed"]["value"]}
    parts = {"smoke": readings.beside(record, others["smoke"]), "book": own,
             "paper": readings.beside(record, others["paper"])}
    verdicts = {"book": record["verdict"],
                **{name: claim and claim["verdict"] for name, claim in others.items()}}
    cells = "".join(f'<td data-label="{name.capitalize()}">{scales.cell(parts[name], verdicts[name])}</td>'
                    for name in ("smoke", "book", "paper"))
    name = "" if at is None else record["parts"][at]["observed"]["name"]
    return (f'<tr><th scope="row"><a class="claim-id" href="{page}#{anchor(record["claim"])}">'
            f'{html.escape(claim)}</a>'
            f'<span class="claim-chapter">{html.escape(slug)}</span>'
            f'<span class="claim-statement">{tex.text(name)}</span></th>{cells}'
            f'<td data-label="Trend">{scales.trend([part and part["value"] for part in parts.values()])}'
            f"</td></tr>")
