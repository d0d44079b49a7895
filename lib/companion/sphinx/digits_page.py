"""The page of stable digits: which digits of each headline number survive another setting."""

from __future__ import annotations

import html
from statistics import median
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import digits, readings
from companion.sphinx import pages, words
from companion.sphinx.outputs import anchor

SHOWN = {"skylakex": "AVX-512", "prescott": "SSE3", "threads": "Two threads", "versions": "Versions",
         "one": "Batch"}
MOST = 6  # digits that a reader wants to see of a number
FEW = 3  # fewer of them than this are marked


class StableDigits(SphinxDirective):
    """What each setting left of the numbers, then a table of claims."""

    def run(self) -> list[nodes.Node]:
        """Return the summary and the table."""
        companion = self.env.app.companion
        pages.note_shown(self.env)
        pages.note_shown(self.env, digits.NAME)
        runs = companion.studies[digits.NAME].get("runs", {})
        reference = readings.by_claim(runs.get(digits.REFERENCE, {}))
        rows = "".join(self._row(claim, runs) for claim in reference.values()
                       if readings.headline(claim["parts"]) is not None)
        head = "".join(f'<th scope="col">{column}</th>'
                       for column in ("Claim", "To its stable digits", *SHOWN.values()))
        table = (f'<div class="scoreboard"><table><caption>Significant digits to which the number '
                 f"nearest to flipping agrees with the reference</caption><thead><tr>{head}</tr>"
                 f"</thead><tbody>{rows}</tbody></table></div>")
        return [nodes.raw("", summary(companion, runs) + table, format="html")]

    def _row(self, claim: dict[str, Any], runs: dict[str, Any]) -> str:
        slug, _, name = claim["claim"].partition("/")
        page = self.env.app.builder.get_relative_uri(self.env.docname, f"notebooks/{slug}")
        counts = {each: digits.surviving(runs, each, claim) for each in SHOWN}
        part = claim["parts"][readings.headline(claim["parts"])]
        least = min((count for count in counts.values() if count is not None), default=None)
        cells = "".join(
            f'<td data-label="{column}" data-sort="{-1 if counts[each] is None else counts[each]}">'
            f"{_count(counts[each])}</td>" for each, column in SHOWN.items())
        return (f'<tr><th scope="row"><a class="claim-id" href="{page}#{anchor(claim["claim"])}">'
                f'{html.escape(name)}</a><span class="claim-chapter">{html.escape(slug)}</span></th>'
                f'<td data-label="To its stable digits" data-sort="{-1 if least is None else least}">'
                f"<b>{stable(part['value'], least)}</b></td>{cells}</tr>")


def stable(x: float | None, count: int | None) -> str:
    """Return of `x` the `count` digits that are stable, six at most.

    >>> stable(2.849131, 4), stable(2.849131, 14), stable(3.1e-15, 0), stable(20000.0, 16)
    ('2.849', '2.84913', 'size only', '20000')
    """
    if x is None or count is None:
        return "–"
    if count == 0:
        return "none" if abs(x) > 1e-12 else "size only"
    text = f"{x:.{min(count, MOST)}g}"
    mantissa, _, exponent = text.partition("e")
    power = exponent and "·10" + str(int(exponent)).translate(
        str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}{power}".replace("-", "−")


def _count(count: int | None) -> str:
    if count is None:
        return "–"
    shown = "all" if count == digits.ALL else str(count)
    return f'<span class="few">{shown}</span>' if count < FEW else shown


def summary(companion: Any, runs: dict[str, Any]) -> str:
    """Return what each setting is, and what it left of digits and of verdicts."""
    reference = readings.by_claim(runs.get(digits.REFERENCE, {}))
    rows = {}
    for name, setting in digits.SETTINGS.items():
        found = readings.by_claim(runs.get(name, {}))
        about = next((each["provenance"] for each in runs.get(name, {}).values()), None)
        if about is None:
            rows[_name(name)] = f"{setting.what}: not measured yet"
            continue
        made = words.made if name in (digits.REFERENCE, digits.VERSIONS) else words.kernels
        told = "; ".join(filter(None, [setting.what, made(about)]))
        if name in SHOWN:
            counts = [digits.surviving(runs, name, claim) for claim in reference.values()]
            counts = [count for count in counts if count is not None]
            told += f": {_left(counts)}"
        if not setting.parameters:
            other = [claim for claim, each in found.items()
                     if claim in reference and each["verdict"] != reference[claim]["verdict"]]
            told += f"; other verdicts: {', '.join(other) or 'none'}"
        rows[_name(name)] = told
    old = {name: [slug for slug, each in found.items() if each["key"] != companion.keys.get(slug)]
           for name, found in runs.items()}
    told = [f"{name} of {', '.join(slugs) if len(slugs) < len(runs[name]) else 'every chapter'}"
            for name, slugs in old.items() if slugs]
    return words.definitions(rows | ({"Measured with earlier code": "; ".join(told)} if told else {}))


def _name(setting: str) -> str:
    """Return a setting as the table heads it, with the name that the command line knows."""
    return f"{SHOWN[setting]} ({setting})" if setting in SHOWN else setting.capitalize()


def _left(counts: list[int]) -> str:
    if not counts:
        return "no number to compare"
    few = sum(count < FEW for count in counts)
    return (f"{words.plural(len(counts), 'number')}, {sum(c == digits.ALL for c in counts)} the same "
            f"to the last digit, {median(counts):.0f} digits in the median, {few} below {FEW}")
