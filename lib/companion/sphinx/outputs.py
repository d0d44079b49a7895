"""What a chapter printed, turned into the HTML of its page."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from companion.judge import CLAIMS, VERDICT
from companion.sphinx import words

FIGURE = "application/vnd.implicitreg.figure+json"
KNOB = "application/vnd.implicitreg.knob+json"


def make_page_cell(cell: dict[str, Any], tex: Any) -> None:
    """Replace the structured outputs of `cell` by HTML; hide a cell injected by papermill."""
    tags = cell["metadata"].setdefault("tags", [])
    if "injected-parameters" in tags:
        tags.append("remove-cell")
    for output in cell["outputs"]:
        data = output.get("data", {})
        mime = next((mime for mime in SHOWN if mime in data), None)
        if mime:
            output["data"] = {"text/html": SHOWN[mime](data, tex)}


def figure(record: dict[str, Any], tex: Any) -> str:
    """Return a drawn figure inline, so that its ink follows light and dark."""
    return (
        f'<figure class="figure" id="{html.escape(record["id"])}">{drawing(record)}'
        f"<figcaption>{tex.text(record['caption'])}</figcaption></figure>"
    )


def drawing(record: dict[str, Any]) -> str:
    """Return the SVG element with its alternative text."""
    svg = record["svg"][record["svg"].index("<svg"):]
    alt = html.escape(record["alt"])
    return re.sub(r"^<svg\b", f'<svg role="img" aria-label="{alt}"', svg)


def knob(record: dict[str, Any], tex: Any) -> str:
    """Return an interactive figure: its still, and the frames that book.js draws."""
    shown = {name: record[name] for name in ("knob", "x", "y", "frames", "alt")}
    frames = json.dumps(shown, ensure_ascii=False).replace("</", "<\\/")
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
    return f"claim-{claim.split('/')[-1]}"


def _verdict(data: dict[str, Any], tex: Any) -> str:
    record = data[VERDICT]
    plain = f"<p>{words.verdict(record['verdict'])} {tex.text(record['statement'])}</p>"
    card = _joined(data.get("text/html", plain))
    return f'<div class="claim-card" id="{anchor(record["claim"])}">{card}</div>'


def _claims(data: dict[str, Any], tex: Any) -> str:
    items = "".join(f"<li>{tex.text(claim['statement'])}</li>" for claim in data[CLAIMS]["claims"])
    return f'<div class="claim-box">{_joined(data.get("text/html", f"<ul>{items}</ul>"))}</div>'


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


SHOWN = {
    FIGURE: lambda data, tex: figure(data[FIGURE], tex),
    KNOB: lambda data, tex: knob(data[KNOB], tex),
    VERDICT: _verdict,
    CLAIMS: _claims,
}
