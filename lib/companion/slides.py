"""Which cells of a chapter make its slides: a tag says so, and where a slide begins.

`slide` begins a slide; `predict` begins one that asks for a guess, and the slide after it answers;
`onslide` goes on with the slide of the tagged cell before. Cells without these tags are on none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from companion.errors import CompanionError

BEGIN = ("slide", "predict")
CONTINUE = "onslide"
TAGS = (*BEGIN, CONTINUE)


@dataclass(frozen=True)
class Slide:
    """The cells of one slide; `kind` is the tag that begins it."""

    kind: str
    cells: list[Mapping[str, Any]] = field(default_factory=list)


def tag(cell: Mapping[str, Any]) -> str | None:
    """Return the tag that puts `cell` on a slide, or None."""
    found = [name for name in cell["metadata"].get("tags", []) if name in TAGS]
    if len(found) > 1:
        raise CompanionError(f"cell {cell['id']}: tags {' and '.join(found)}; "
                             f"allowed: one of {', '.join(TAGS)}")
    return found[0] if found else None


def of(notebook: Mapping[str, Any]) -> list[Slide]:
    """Return the slides of `notebook` in order."""
    slides: list[Slide] = []
    for cell in notebook["cells"]:
        kind = tag(cell)
        if kind in BEGIN:
            slides.append(Slide(kind))
        elif kind and not slides:
            raise CompanionError(f"cell {cell['id']}: tag {CONTINUE} before the first slide; "
                                 f"allowed: {' or '.join(BEGIN)}")
        if kind:
            slides[-1].cells.append(cell)
    return slides
