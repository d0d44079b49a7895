"""The page of the study over scales: each headline number at smoke, book and paper size."""

from __future__ import annotations

import html
from math import log10
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import readings, scales
from companion.sphinx import pages, words
from companion.sphinx.outputs import anchor

OTHERS = ("smoke", "paper")
COLUMNS = ("Claim", "Smoke", "Book", "Paper", "Trend")


class Scales(SphinxDirective):
    """What the profiles change and cost, then a table of claims over the three of them."""

    def run(self) -> list[nodes.Node]:
        """Return the summary and the two tables."""
        companion = self.env.app.companion
        pages.note_shown(self.env)
        pages.note_shown(self.env, scales.NAME)
        runs = companion.studies[scales.NAME].get("runs", {})
        return [nodes.raw("", summary(companion, runs) + _sizes(companion, runs)
                          + self._claims(companion, runs), format="html")]

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


def summary(companion: Any, runs: dict[str, Any]) -> str:
    """Return what the profiles cost, where a verdict is another than the book's, what is missing."""
    book, rows = companion.book, {}
    for name in OTHERS:
        found = runs.get(name, {})
        counts = [len(each["claims"]) for each in found.values()]
        rows[name.capitalize()] = (
            f"{words.plural(len(found), 'chapter')}, {words.plural(sum(counts), 'claim')}, "
            f"{words.duration(sum(each['seconds'] for each in found.values()))} of computation")
        missing = [c.slug for c in book.chapters() if c.slug not in found
                   and c.slug not in book.out_of_reach(name)]
        old = [slug for slug, each in found.items() if each["key"] != companion.keys.get(slug)
               or each["parameters"] != scales.changed(book, name, slug)]
        rows |= {f"{name.capitalize()}, not measured yet": ", ".join(missing)} if missing else {}
        rows |= {f"{name.capitalize()}, with earlier code": ", ".join(old)} if old else {}
        rows |= {f"{slug} at the paper's size": f"not testable here: {reason}"
                 for slug, reason in book.out_of_reach(name).items()}
    own = {record["claim"]: record["verdict"] for entry in companion.ledger["chapters"]
           for record in entry["claims"]}
    other = [f"{claim} at {name} size: {found['verdict']}" for name in OTHERS
             for claim, found in readings.by_claim(runs.get(name, {})).items()
             if found["verdict"] != own.get(claim)]
    rows["Verdicts other than the book's"] = "; ".join(other) or "none"
    return words.definitions(rows)


def _sizes(companion: Any, runs: dict[str, Any]) -> str:
    """Return a table of what the profiles change of each chapter, and of what that costs."""
    rows = ""
    for entry in companion.ledger["chapters"]:
        slug, own = entry["chapter"], entry["parameters"]
        cells = ""
        for name in OTHERS:
            change = scales.changed(companion.book, name, slug)
            text = ", ".join(f"{parameter} {_short(own[parameter])} → {_short(value)}"
                             for parameter, value in change.items())
            text = companion.book.out_of_reach(name).get(slug) or text or "as in the book"
            seconds = runs.get(name, {}).get(slug, {}).get("seconds")
            took = f" ({words.duration(seconds)})" if seconds else ""
            cells += f'<td data-label="{name.capitalize()}">{html.escape(text)}{took}</td>'
        rows += (f'<tr><th scope="row">{html.escape(slug)}</th>{cells}'
                 f'<td data-label="Book">{words.duration(entry["seconds"])}</td></tr>')
    head = "".join(f'<th scope="col">{each}</th>' for each in ("Chapter", "Smoke", "Paper", "Book"))
    return (f'<div class="scoreboard plain"><table><caption>What the profiles change, and seconds of '
            f"computation</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")


def _short(value: Any) -> str:
    """Return a parameter's value in few letters.

    >>> _short([1e-06, 0.5]), _short(40000)
    ('[1e-06, 0.5]', '40000')
    """
    return f"[{', '.join(f'{item:g}' for item in value)}]" if isinstance(value, list) else f"{value:g}"


def _row(record: dict[str, Any], page: str, tex: Any, others: dict[str, Any]) -> str:
    slug, _, claim = record["claim"].partition("/")
    at = readings.headline(record["parts"])
    own = None if at is None else {**record["parts"][at],
                                   "value": record["parts"][at]["observed"]["value"]}
    parts = {"smoke": readings.beside(record, others["smoke"]), "book": own,
             "paper": readings.beside(record, others["paper"])}
    verdicts = {"book": record["verdict"],
                **{name: claim and claim["verdict"] for name, claim in others.items()}}
    cells = "".join(f'<td data-label="{name.capitalize()}">{_cell(parts[name], verdicts[name])}</td>'
                    for name in ("smoke", "book", "paper"))
    name = "" if at is None else record["parts"][at]["observed"]["name"]
    return (f'<tr><th scope="row"><a class="claim-id" href="{page}#{anchor(record["claim"])}">'
            f'{html.escape(claim)}</a>'
            f'<span class="claim-chapter">{html.escape(slug)}</span>'
            f'<span class="claim-statement">{tex.text(name)}</span></th>{cells}'
            f'<td data-label="Trend">{_trend([part and part["value"] for part in parts.values()])}'
            f"</td></tr>")


def _cell(part: dict[str, Any] | None, verdict: str | None) -> str:
    if verdict is None:
        return "–"
    number = "other parts" if part is None else f"<b>{words.number(part['value'])}</b>"
    margin = "" if part is None or part["margin"] is None else (
        f'<span class="observed-name">margin {words.percent(part["margin"])}</span>')
    return f"{words.sign(verdict)} {number}{margin}"


def _trend(values: list[float | None]) -> str:
    """Return the numbers as points from left to right, on a log axis if all are positive."""
    known = [(at, x) for at, x in enumerate(values) if x is not None]
    if len(known) < 2:
        return ""
    if all(x > 0 for _, x in known):
        known = [(at, log10(x)) for at, x in known]
    low, high = min(x for _, x in known), max(x for _, x in known)
    room = max(high - low, 0.1)  # what hardly changes looks flat
    points = [(8 + 32 * at, 20 - 16 * (x - (low + high - room) / 2) / room) for at, x in known]
    line = " L".join(f"{x:.0f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.1f}" r="2.6"/>' for x, y in points)
    return (f'<svg class="trend" viewBox="0 0 80 24" aria-hidden="true"><path d="M{line}"/>{dots}</svg>')
