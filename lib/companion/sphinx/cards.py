"""Chapter cards: all of them on the front page, those of its part on a part's opening page."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import teaching
from companion.chapters import Chapter, Part
from companion.sphinx import pages, pictures, words
from companion.sphinx.cite import plain


class ChapterCards(SphinxDirective):
    """One card a chapter: picture, paper, verdicts, running time."""

    def run(self) -> list[nodes.Node]:
        """Return the cards as lists of links, under the caption of each part."""
        book = self.env.app.companion.book
        for source in (pages.LEDGER, pages.PICTURES, teaching.DATA):
            pages.note_shown(self.env, source)
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
        page = self.env.app.builder.get_relative_uri(
            self.env.docname, f"notebooks/{chapter.slug}")
        question = companion.teaching["chapters"][chapter.slug]["ask"]["question"]
        question = f'<p class="card-ask">{companion.katex.text(question)}</p>' if asks else ""
        return (
            f'<article class="card">'
            f'<div class="card-picture">{pictures.of(chapter, self.env)}</div>'
            f'<h3><a href="{html.escape(page)}">{html.escape(plain(entry["title"]))}</a></h3>'
            f'<p class="card-paper">{_source(entry["paper"])}</p>{question}'
            f'<p class="card-facts">{tally(entry["claims"])}'
            f'<span>computed in {words.duration(entry["seconds"])}</span></p></article>'
        )


def _source(paper: dict[str, Any]) -> str:
    return f"{html.escape(words.authors(paper))}, {words.where(paper)}"


def tally(claims: list[dict[str, Any]]) -> str:
    """Return how many claims have each verdict."""
    count = Counter(record["verdict"] for record in claims)
    return "".join(
        f'<span class="tally">{count[word]} {words.verdict(word)}</span>'
        for word in words.VERDICTS if count[word]
    )
