"""What the study over scales came to, in words and pictures."""

from __future__ import annotations

import html
from math import log10
from typing import Any

from companion import readings, scales
from companion.sphinx import words

OTHERS = ("smoke", "paper")


def others(companion: Any) -> list[str]:
    """Return which of the other sizes the book has, the smallest first."""
    return [name for name in OTHERS if name in companion.book.profiles]


def summary(companion: Any, runs: dict[str, Any]) -> str:
    """Return what the profiles cost, where a verdict is another than the book's, what is missing."""
    book, rows = companion.book, {}
    for name in others(companion):
        found = runs.get(name, {})
        counts = [len(each["claims"]) for each in found.values()]
        rows[name.capitalize()] = (
            f"{words.plural(len(found), 'chapter')}, {words.plural(sum(counts), 'claim')}, "
            f"{words.duration(sum(each['seconds'] for each in found.values()))} of computation")
        missing = [c.slug for c in book.chapters() if c.slug not in found
                   and c.slug not in book.out_of_reach(name)]
        old = [slug for slug in found if not is_current(companion, name, slug)]
        rows |= {f"{name.capitalize()}, not measured yet": ", ".join(missing)} if missing else {}
        rows |= {f"{name.capitalize()}, with earlier code": ", ".join(old)} if old else {}
        rows |= {f"{slug} at the paper's size": f"not testable here: {reason}"
                 for slug, reason in book.out_of_reach(name).items()}
    own = {record["claim"]: record["verdict"] for entry in companion.ledger["chapters"]
           for record in entry["claims"]}
    for name in others(companion):
        other = [f"{claim}: {found['verdict']}"
                 for claim, found in readings.by_claim(runs.get(name, {})).items()
                 if found["verdict"] != own.get(claim)]
        rows[f"Other verdicts at {name} size"] = "; ".join(other) or "none"
    return words.definitions(rows)


def is_current(companion: Any, profile: str, slug: str) -> bool:
    """Tell whether the stored run was made with the code and the profile that there are now."""
    stored = companion.studies[scales.NAME]["runs"][profile][slug]
    return (stored["key"] == companion.keys.get(slug)
            and stored["parameters"] == scales.changed(companion.book, profile, slug))


def of_chapter(slug: str, companion: Any) -> dict[str, str]:
    """Return what a chapter came to at other sizes, by the name of the size."""
    runs, rows = companion.studies[scales.NAME].get("runs", {}), {}
    own = {record["claim"]: record["verdict"] for record in companion.entry(slug)["claims"]}
    for name in others(companion):
        if slug in companion.book.out_of_reach(name):
            rows[f"At {name} size"] = f"not testable here: {companion.book.out_of_reach(name)[slug]}"
        elif slug in runs.get(name, {}):
            stored = runs[name][slug]
            other = [f"{each['claim'].split('/')[1]} {each['verdict']}" for each in stored["claims"]
                     if each["verdict"] != own.get(each["claim"])]
            earlier = "" if is_current(companion, name, slug) else ", with earlier code"
            rows[f"At {name} size"] = (f"{words.duration(stored['seconds'])}{earlier}: "
                                       + ("; ".join(other) or "every verdict as here"))
    return rows


def settings(companion: Any, runs: dict[str, Any]) -> str:
    """Return a table of what the profiles change of each chapter, and of what that costs."""
    rows = ""
    for entry in companion.ledger["chapters"]:
        slug, own = entry["chapter"], entry["parameters"]
        cells = ""
        for name in others(companion):
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


def cell(part: dict[str, Any] | None, verdict: str | None) -> str:
    if verdict is None:
        return "–"
    number = "other parts" if part is None else f"<b>{words.number(part['value'])}</b>"
    margin = "" if part is None or part["margin"] is None else (
        f'<span class="observed-name">margin {words.percent(part["margin"])}</span>')
    return f"{words.sign(verdict)} {number}{margin}"


def trend(values: list[float | None]) -> str:
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
