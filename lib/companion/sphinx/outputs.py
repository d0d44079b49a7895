"""The records that a chapter printed, turned into the HTML of its page."""

from __future__ import annotations

import html
import json
from typing import Any

from sphinx.errors import ExtensionError

from companion import knobs
from companion.judge import CLAIMS
from companion.sphinx import clean
from implicitreg import cards

FIGURE = "application/vnd.implicitreg.figure+json"
KNOB = "application/vnd.implicitreg.knob+json"


def figure(record: dict[str, Any], tex: Any) -> str:
    """Return a drawn figure inline, so that its ink follows light and dark."""
    return (
        f'<figure class="figure" id="{html.escape(record["id"])}">{drawing(record)}'
        f"<figcaption>{tex.text(record['caption'])}</figcaption></figure>"
    )


def drawing(record: dict[str, Any]) -> str:
    """Return the SVG element with its alternative text."""
    svg = clean.drawing(record["svg"], record["id"])
    svg.attrs = {"role": "img", "aria-label": record["alt"], **svg.attrs}
    return str(svg)


def knob(record: dict[str, Any], tex: Any) -> str:
    """Return an interactive figure: its still, and the frames that book.js draws."""
    for fault in knobs.findings(record):
        raise ExtensionError(f"figure {record.get('id')}: {fault}")
    names = ("controls", "panels") if "panels" in record else ("knob", "x", "y")
    shown = {name: record[name] for name in (*names, "frames", "alt")}
    frames = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    frames = frames.replace("<", "\\u003c")  # nothing ends it early
    return (
        f'<figure class="figure knob" id="{html.escape(record["id"])}">'
        f'<div class="knob-still">{drawing(record)}</div>'
        f'<script type="application/json">{frames}</script>'
        f"<figcaption>{tex.text(record['caption'])}</figcaption></figure>"
    )


def anchor(claim: str) -> str:
    """Return the fragment of a claim's card in its chapter.

    >>> anchor("norms-diverging/det-sign")
    'claim-det-sign'
    """
    return html.escape(f"claim-{claim.split('/')[-1]}")


def card(record: dict[str, Any], foot: str = "") -> str:
    """Return the card that the record gives: the HTML beside it could say something else."""
    return (f'<div class="claim-card" id="{anchor(record["claim"])}">{cards.verdict_html(record)}'
            f"{foot}</div>")


def _claims(box: dict[str, Any], tex: Any) -> str:
    return f'<div class="claim-box">{cards.claims_html(box["claims"])}</div>'


SHOWN = {FIGURE: figure, KNOB: knob, CLAIMS: _claims}
