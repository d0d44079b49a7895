"""What the study over root seeds came to, in words and strokes."""

from __future__ import annotations

import html
from collections.abc import Mapping
from math import log10
from typing import Any

from companion.seeds import NAME
from companion.sphinx import words

RESOLVED = 1e-3  # smaller chances are the model's alone: see how its surprises come out


def held(entry: dict[str, Any], claim: dict[str, Any]) -> str:
    """Return on how many of the seeds the claim came out as expected.

    >>> held({"seeds": [7, 8, 9]}, {"flips": [8]})
    '2 of 3'
    """
    return f"{len(entry['seeds']) - len(claim['flips'])} of {len(entry['seeds'])}"


def chance(p: float) -> str:
    """Return a small probability to its order; a dash where the seeds give no ground for one.

    >>> chance(0), chance(0.00032), chance(0.0123), chance(0.2)
    ('–', '< 10⁻³', '0.01', '0.2')
    """
    if p == 0:
        return "–"
    if p < RESOLVED:
        return "< 10⁻³"
    return words.number(float(f"{p:.0e}"))


def strokes(claim: dict[str, Any]) -> str:
    """Return the margins as strokes on a logarithmic axis; flips stand at its left end."""
    marks = "".join(
        f'<path d="M{_place(margin):.1f},2v12" class="{"good" if (margin or -1) >= 0 else "bad"}"/>'
        for margin in claim["margins"])
    ticks = "".join(f'<path d="M{_place(10.0**k):.1f},13v4"/>' for k in (-2, -1, 0, 1))
    numbers = [margin for margin in claim["margins"] if margin is not None]
    spoken = (f"from {words.percent(min(numbers))} to {words.percent(max(numbers))}" if numbers
              else "no number")
    return (f'<span class="margin-range">{html.escape(spoken)}</span><svg class="strokes" viewBox="0 0 160 18" '
            f'aria-hidden="true"><path d="M4,15h152" class="axis"/>{ticks}{marks}</svg>')


def _place(margin: float | None) -> float:
    if margin is None or margin <= 0:
        return 2.0
    return 6 + 148 * (min(max(log10(margin), -2), 1) + 2) / 3


def summary(companion: Any) -> str:
    """Return what the study comes to for the whole book."""
    study = companion.studies[NAME]
    chapters = study.get("chapters", {})
    claims = [claim for entry in chapters.values() for claim in entry["claims"]]
    flips = [f"{claim['claim']} at {', '.join(map(str, claim['flips']))}"
             for claim in claims if claim["flips"]]
    missing = [slug for slug in companion.keys if slug not in chapters]
    old = [slug for slug, entry in chapters.items() if entry["key"] != companion.keys.get(slug)]
    likely = [claim for claim in claims if claim["chance"] >= RESOLVED]
    rows = {
        "Claims and controls": str(len(claims)),
        "Flips on these seeds": "; ".join(flips) or "none",
        "Estimated flips of a whole run": f"{sum(claim['chance'] for claim in claims):.2g}",
        "Claims with a chance of 1 in 1000 or more": str(len(likely)),
        **surprises(chapters),
    }
    if missing:
        rows["Not measured yet"] = ", ".join(missing)
    if old:
        rows["Measured with earlier code"] = ", ".join(old)
    if study:
        rows["Last run"] = words.made(study["provenance"])
    return words.definitions(rows)


def surprises(chapters: Mapping[str, Any]) -> dict[str, str]:
    """Return how often a seed surprised the model that the other seeds make, and how often it may.

    >>> part = {"surprise": 1e-5}, {"surprise": 0.2}, {"surprise": None}
    >>> surprises({"a": {"seeds": range(25), "claims": [{"parts": part}]}})
    {'Seeds that the others make rarer than 1 in 1000': '1 of 2 parts has one; expected 0.05'}
    """
    found = [(part["surprise"], len(entry["seeds"])) for entry in chapters.values()
             for claim in entry["claims"] for part in claim["parts"]
             if part.get("surprise") is not None]
    rare = sum(surprise < RESOLVED for surprise, _ in found)
    expected = sum(n * RESOLVED for _, n in found)
    return {"Seeds that the others make rarer than 1 in 1000":
            f"{rare} of {words.plural(len(found), 'part')} {'has' if rare == 1 else 'have'} one; "
            f"expected {expected:.2g}"}


def of_chapter(slug: str, companion: Any) -> str:
    """Return a sentence on the seeds of one chapter, empty where it was not studied."""
    entry = companion.studies[NAME].get("chapters", {}).get(slug)
    if not entry:
        return ""
    count, flipped = len(entry["seeds"]), [c for c in entry["claims"] if c["flips"]]
    seen = "; ".join(f"{c['claim'].split('/')[1]} flipped at {', '.join(map(str, c['flips']))}"
                     for c in flipped) or "every claim as expected at each"
    earlier = "" if entry["key"] == companion.keys[slug] else ", with earlier code"
    return f"{count} root seeds ({entry['seeds'][0]} to {entry['seeds'][-1]}){earlier}: {seen}"


def of_claim(claim: str, companion: Any) -> str:
    """Return on how many seeds a claim held, empty where it was not studied."""
    slug = claim.split("/")[0]
    entry = companion.studies[NAME].get("chapters", {}).get(slug, {"claims": []})
    found = next((each for each in entry["claims"] if each["claim"] == claim), None)
    if found is None:
        return ""
    return held(entry, found) + ("" if entry["key"] == companion.keys[slug] else ", earlier code")
