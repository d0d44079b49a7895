"""The picture of a chapter on its card: the drawing of the cell that the source tags for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from companion import freshness
from companion.chapters import Chapter
from companion.sphinx import outputs

WORDS = re.compile(r"<text\b.*?</text>", re.DOTALL)
PLACES = re.compile(r' (?:d|x|y)="[^"]*"')
DIGITS = re.compile(r"(\d\.\d)\d+")


def tagged(chapter: Chapter) -> list[str]:
    """Return the ids of the cells of `chapter` whose drawing may stand on its card."""
    return [cell.id for cell in chapter.notebook.cells
            if "thumbnail" in cell.metadata.get("tags", [])]


def of(chapter: Chapter, env: Any) -> str:
    """Return the picture of `chapter`; the last one is kept with the pages, by what it shows."""
    executed, drawn = env.app.companion.executed[chapter.slug], env.companion_pictures
    cells, about = tagged(chapter), executed["metadata"]["companion"]
    made_from = freshness.sha256([cells, about["digest"]])
    if drawn.get(chapter.slug, [None])[0] != made_from:
        drawn[chapter.slug] = made_from, thumbnail(cells, executed)
    return drawn[chapter.slug][1]


def thumbnail(cells: Iterable[str], executed: dict[str, Any]) -> str:
    """Return the drawing of the first of these `cells` that has one, or nothing."""
    printed = {cell["id"]: cell["outputs"] for cell in executed["cells"]
               if cell["cell_type"] == "code"}
    for output in (output for cell in cells for output in printed.get(cell, [])):
        for mime in (outputs.FIGURE, outputs.KNOB):
            if mime in output.get("data", {}):
                return small(outputs.drawing(output["data"][mime]))
    return ""


def small(svg: str) -> str:
    """Return a drawing without its words and to a tenth of a point, as nobody sees more here.

    It fills its frame; of several panels the upper left remains.

    >>> small('<svg role="img"><path d="M1.234,5"></path><text>0.1</text></svg>')
    '<svg preserveAspectRatio="xMinYMin slice" role="img"><path d="M1.2,5"></path></svg>'
    """
    shape = PLACES.sub(lambda place: DIGITS.sub(r"\1", place[0]), WORDS.sub("", svg))
    return shape.replace("<svg ", '<svg preserveAspectRatio="xMinYMin slice" ', 1)
