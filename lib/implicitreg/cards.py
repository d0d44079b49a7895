"""How claims and verdicts look: in a page, in Jupyter and as plain text.

The HTML carries its own inline styles and inherits the ink of the page, so that it reads in light
and dark and on sites that strip style sheets.
"""

from html import escape

GLYPH = {
    "reproduced": "✓",
    "reproduced in part": "◐",
    "not reproduced": "✗",
    "not testable here": "–",
    "fails as it should": "✓",
    "does not fail": "✗",
}
COLOUR = {
    "reproduced": "#2f9464",
    "reproduced in part": "#c98a1b",
    "not reproduced": "#d1495b",
    "not testable here": "#868d97",
    "fails as it should": "#2f9464",
    "does not fail": "#d1495b",
}
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FLOOR = 1e-12
_SUMMARY = {"min": "smallest", "median": "median", "max": "largest"}


def _scientific(x: float, digits: int) -> str:
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPT)
    return power if mantissa == "1" else f"{mantissa}·{power}".replace("-", "−")


def bound(x: float) -> str:
    """A threshold as it was written.

    >>> bound(0.9), bound(1e-10), bound(2.2e-16)
    ('0.9', '10⁻¹⁰', '2.2·10⁻¹⁶')
    """
    plain = x == 0 or 1e-3 <= abs(x) < 1e5
    return f"{x:g}".replace("-", "−") if plain else _scientific(x, 3)


def number(x: float | None) -> str:
    """A measured value to three digits; nothing at the level of rounding is shown.

    >>> number(2.8491), number(0.000123), number(3e-15), number(None)
    ('2.85', '1.23·10⁻⁴', '< 10⁻¹²', 'no number')
    """
    if x is None or x != x:
        return "no number"
    if 0 < abs(x) < _FLOOR:
        return "< 10⁻¹²"
    if x == 0 or 1e-3 <= abs(x) < 1e5:
        digits = f"{x:.3g}" if abs(x) < 1000 else f"{x:.0f}"
        return digits.replace("-", "−")
    return _scientific(x, 3)


def end(observed: dict) -> str:
    """Which end of its values decided a part of `every`; nothing if all look the same.

    >>> end({"statistic": "every", "value": 6, "min": 1, "median": 2, "max": 6})
    'largest'
    """
    if observed["statistic"] != "every" or number(observed["min"]) == number(observed["max"]):
        return ""
    return "smallest" if observed["value"] == observed["min"] else "largest"


def others(observed: dict) -> str:
    """Median and other end of a part of `every`.

    >>> others({"statistic": "every", "value": 6, "min": 1, "median": 2, "max": 6})
    'smallest 1, median 2'
    """
    return ", ".join(f"{word} {number(observed[key])}" for key, word in _SUMMARY.items()
                     if word != end(observed))


def seen(observed: dict) -> str:
    """What was observed, as a phrase: the value with its interval or range, and n."""
    n = f"n = {observed['n']}"
    least, largest, value = (number(observed[key]) for key in ("min", "max", "value"))
    which = end(observed)
    return {
        "every": f"{which} {value} ({others(observed)}, {n})" if which else f"{value} ({n})",
        "median": f"{value} ({least} to {largest}, {n})",
        "mean": f"{value}, {number(observed.get('low'))} to {number(observed.get('high'))} ({n})",
        "share": f"{value} ({n})",
        "value": value,
    }[observed["statistic"]]


def reason(failing: list[dict]) -> str:
    """Which parts fail, and what was seen instead."""
    return "; ".join(f"it is not so that {part['criterion']}: seen {seen(part['observed'])}" for part in failing)


def margin_text(margin: float | None) -> str:
    """The margin to flipping as a percentage, large ones cut off at ten times the threshold."""
    if margin is None:
        return "no margin"
    if abs(margin) > 10:
        return "margin > 1000 %" if margin > 0 else "margin < −1000 %"
    return f"margin {100 * margin:.3g} %".replace("-", "−")


def parts_text(parts: list[dict]) -> str:
    """The parts of a criterion, one to three lines each."""
    return "\n".join(
        f"  {'✓' if part['holds'] else '✗'} {part['criterion']}\n"
        f"      seen {seen(part['observed'])}; {margin_text(part['margin'])}"
        for part in parts
    )


def verdict_text(record: dict) -> str:
    """A verdict card as plain text."""
    kind = "control" if record["control"] else "claim"
    lines = [
        f"{GLYPH[record['verdict']]} {record['verdict'].upper()}   {kind} {record['claim']}",
        f"  {record['statement']}",
        parts_text(record["parts"]),
        f"  because: {record['reason']}" if record["reason"] else "",
        f"  {_whose(record)}",
    ]
    return "\n".join(line for line in lines if line)


def _whose(record: dict) -> str:
    origin = {"paper": "", "derived": "derived here; ", "ours": "ours; "}[record["claim_by"]]
    text = f"Claim: {origin}{record['source']}."
    if record["criterion_by"]:
        whose = {"theorem": "a theorem's", "paper": "the paper's", "ours": "ours"}
        text += f" Criterion: {whose[record['criterion_by']]}."
    if record["control"]:
        text += " A control: the effect must be absent here."
    return text


def _bar(margin: float | None, colour: str) -> str:
    width = 100 * min(max(margin or 0, 0), 1)
    return (
        '<span class="margin-bar" style="display:inline-block;width:5em;height:.45em;'
        'vertical-align:middle;border:1px solid currentColor;border-radius:.3em;'
        f'background:linear-gradient(90deg,{colour} {width:.0f}%,transparent {width:.0f}%)"></span>'
    )


def _part_html(part: dict) -> str:
    colour = COLOUR["reproduced" if part["holds"] else "not reproduced"]
    return (
        '<li style="margin:.35em 0;list-style:none">'
        f'<span style="color:{colour};font-weight:700">{"✓" if part["holds"] else "✗"}</span> '
        f"{escape(part['criterion'])}<br>"
        '<span style="display:flex;flex-wrap:wrap;gap:.2em 1em;padding-left:1.3em;font-size:.9em">'
        f"<span>seen <b>{escape(seen(part['observed']))}</b></span>"
        f'<span style="white-space:nowrap">{_bar(part["margin"], colour)} '
        f"{margin_text(part['margin'])}</span></span></li>"
    )


def parts_html(parts: list[dict]) -> str:
    """The parts of a criterion as a list, each with what was seen and its margin."""
    items = "".join(_part_html(part) for part in parts)
    return f'<ul class="verdict-parts" style="margin:.5em 0;padding:0">{items}</ul>'


def verdict_html(record: dict) -> str:
    """A verdict card as HTML."""
    verdict, colour = record["verdict"], COLOUR[record["verdict"]]
    short = record["claim"].split("/")[-1]
    kind = "control" if record["control"] else "claim"
    why = f"<p style='margin:.4em 0'><i>Because</i> {escape(record['reason'])}.</p>"
    return (
        f'<div class="verdict" data-claim="{escape(record["claim"])}" data-verdict="{verdict}" '
        f'style="border-left:.3em solid {colour};padding:.5em 1em;margin:.8em 0">'
        '<div class="verdict-head" style="display:flex;flex-wrap:wrap;gap:.2em .8em">'
        f'<b><span style="color:{colour}">{GLYPH[verdict]}</span> {verdict}</b>'
        f"<span>{kind} <code>{escape(short)}</code></span></div>"
        f'<p class="verdict-statement" style="margin:.4em 0">{escape(record["statement"])}</p>'
        f"{parts_html(record['parts'])}{why if record['reason'] else ''}"
        f'<p class="verdict-whose" style="margin:.4em 0;font-size:.85em">{escape(_whose(record))}'
        "</p></div>"
    )


def claims_text(claims: list[dict]) -> str:
    """The claim box as plain text."""
    return "\n".join(
        f"{'control' if c['control'] else 'claim'} {c['id'].split('/')[-1]} ({c['by']}: "
        f"{c['source']})\n  {c['statement']}\n  refuted by: {c['refuted_by']}"
        for c in claims
    )


def _claim_html(claim: dict) -> str:
    short = escape(claim["id"].split("/")[-1])
    kind = "control" if claim["control"] else "claim"
    return (
        f'<div class="claim" style="margin:.7em 0"><div>{kind} '
        f'<a href="#claim-{short}"><code>{short}</code></a> '
        f'<span style="font-size:.85em">({escape(claim["by"])}: {escape(claim["source"])})</span>'
        f"</div><div>{escape(claim['statement'])}</div>"
        f'<div style="font-size:.9em"><i>Refuted by</i> {escape(claim["refuted_by"])}</div></div>'
    )


def claims_html(claims: list[dict]) -> str:
    """The claim box as HTML, each claim linking to its check."""
    items = "".join(_claim_html(claim) for claim in claims)
    return f'<div class="claims" style="border:1px solid;border-radius:.4em;padding:.2em 1em">{items}</div>'
