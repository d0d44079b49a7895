"""The index of methods and notions: entries kept as data, each leading to chapters and claims."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion.chapters import read_yaml
from companion.sphinx import cite, pages
from companion.sphinx.outputs import anchor

DATA = "book/notions.yml"
Places = list[str] | str  # chapters and claims, or the entry to see instead


class Notions(SphinxDirective):
    """One list of the index."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list in the order of the alphabet; a place that is none stops the build."""
        companion = self.env.app.companion
        pages.note_shown(self.env)
        pages.note_shown(self.env, DATA)
        lists = read_yaml(companion.book.root / DATA)
        name = self.arguments[0]
        if name not in lists:
            raise self.error(f"no list {name!r} in {DATA}; allowed: {', '.join(lists)}")
        if wrong := faults(lists[name], companion.ledger):
            raise self.error(f"{DATA}: {'; '.join(wrong)}")
        entries = sorted(lists[name].items(), key=lambda entry: entry[0].lower())
        rows = "".join(self._entry(term, places) for term, places in entries)
        return [nodes.raw("", f'<dl class="notions">{rows}</dl>', format="html")]

    def _entry(self, term: str, places: Places) -> str:
        tex = self.env.app.companion.katex
        if isinstance(places, str):
            found = f'see <a href="#{_id(places)}">{tex.text(places)}</a>'
        else:
            found = "; ".join(self._chapter(slug, claims) for slug, claims in by_chapter(places))
        return f'<div><dt id="{_id(term)}">{tex.text(term)}</dt><dd>{found}</dd></div>'

    def _chapter(self, slug: str, claims: list[str]) -> str:
        page = self.env.app.builder.get_relative_uri(self.env.docname, f"notebooks/{slug}")
        title = html.escape(cite.plain(self.env.app.companion.entry(slug)["title"]))
        names = ", ".join(f'<a class="claim-id" href="{page}#{anchor(claim)}">'
                          f'{html.escape(claim.split("/")[1])}</a>' for claim in claims)
        return f'<a href="{page}">{title}</a>' + (f" ({names})" if names else "")


def _id(term: str) -> str:
    return f"notion-{nodes.make_id(term)}"


def by_chapter(places: list[str]) -> list[tuple[str, list[str]]]:
    """Return the chapters among `places`, each with those of its claims that are named.

    >>> by_chapter(["a/one", "b", "a/two"])
    [('a', ['a/one', 'a/two']), ('b', [])]
    """
    slugs = dict.fromkeys(place.split("/")[0] for place in places)
    return [(slug, [place for place in places if place.startswith(f"{slug}/")]) for slug in slugs]


def faults(entries: dict[str, Places], ledger: dict[str, Any]) -> list[str]:
    """Return what in `entries` leads nowhere."""
    known = {entry["chapter"] for entry in ledger["chapters"]} | {
        record["claim"] for entry in ledger["chapters"] for record in entry["claims"]}
    found = [f"{term!r} names {place!r}, which is no chapter and no claim"
             for term, places in entries.items() if not isinstance(places, str)
             for place in places if place not in known]
    return found + [f"{term!r} sends to {other!r}, which is no entry of its list"
                    for term, other in entries.items()
                    if isinstance(other, str) and isinstance(entries.get(other, ""), str)]
