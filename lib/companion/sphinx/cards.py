"""Chapter cards: all of them on the front page, those of its part on a part's opening page."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion.chapters import Chapter, Part
from companion.sphinx import outputs, pages, words
from companion.sphinx.cite import plain

WORDS = re.compile(r"<text\b.*?</text>", re.DOTALL)
PLACES = re.compile(r' (?:d|x|y)="[^"]*"')
DIGITS = re.compile(r"(\d\.\d)\d+")


class ChapterCards(SphinxDirective):
    """One card a chapter: picture, paper, verdicts, running time."""

    def run(self) -> list[nodes.Node]:
        """Return the cards as lists of links, under the caption of each part."""
        pages.note_shown(self.env)
        book = self.env.app.companion.book
        for chapter in book.chapters():  # its tags say which picture stands for it
            pages.note_shown(self.env, chapter.path.relative_to(book.root).as_posix())
        own = [part for part in book.parts() if part.opening == self.env.docname]
        if own:
            return [nodes.raw("", self._cards(own[0]), format="html")]
        cards = "".join(self._caption(part) + self._cards(part) for part in book.parts())
        return [nodes.raw("", cards, format="html")]

    def _caption(self, part: Part) -> str:
        caption = html.escape(part.caption)
        if part.opening:
            page = self.env.app.builder.get_relative_uri(self.env.docname, part.opening)
            caption = f'<a href="{page}">{caption}</a>'
        return f'<h2 class="part">{caption}</h2>'

    def _cards(self, part: Part) -> str:
        companion = self.env.app.companion
        asks = self.env.docname == part.opening or len(part.chapters) == 1
        cards = "".join(f"<li>{self._card(chapter, companion, asks)}</li>"
                        for chapter in part.chapters)
        return f'<ul class="cards{" asking" if asks else ""}">{cards}</ul>'

    def _card(self, chapter: Chapter, companion: Any, asks: bool) -> str:
        entry = companion.entry(chapter.slug)
        notebook = pages.join(chapter.notebook, companion.executed[chapter.slug])
        page = self.env.app.builder.get_relative_uri(
            self.env.docname, f"notebooks/{chapter.slug}")
        question = companion.teaching["chapters"][chapter.slug]["ask"]["question"]
        question = f'<p class="card-ask">{companion.katex.text(question)}</p>' if asks else ""
        return (
            f'<article class="card"><div class="card-picture">{thumbnail(notebook)}</div>'
            f'<h3><a href="{html.escape(page)}">{html.escape(plain(chapter.title))}</a></h3>'
            f'<p class="card-paper">{_source(entry["paper"])}</p>{question}'
            f'<p class="card-facts">{tally(entry["claims"])}'
            f'<span>computed in {words.duration(entry["seconds"])}</span></p></article>'
        )


def _source(paper: dict[str, Any]) -> str:
    return f"{html.escape(words.authors(paper))}, {words.where(paper)}"


def thumbnail(notebook: dict[str, Any]) -> str:
    """Return the drawing of the cell tagged ``thumbnail``, or nothing."""
    for cell in notebook["cells"]:
        if "thumbnail" in cell["metadata"].get("tags", []):
            for output in cell["outputs"]:
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


def tally(claims: list[dict[str, Any]]) -> str:
    """Return how many claims have each verdict."""
    count = Counter(record["verdict"] for record in claims)
    return "".join(
        f'<span class="tally">{count[word]} {words.verdict(word)}</span>'
        for word in words.VERDICTS if count[word]
    )
