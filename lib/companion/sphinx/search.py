"""The search index: Sphinx's own, with the claims in it, and no HTML in what it shows."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.application import Sphinx
from sphinx.search import IndexBuilder

from companion.sphinx import cite


def write(app: Sphinx) -> None:
    """Write the index anew, as Sphinx keeps only pages that have a source of their own."""
    indexer = getattr(app.builder, "indexer", None)
    if indexer is None:  # no page was out of date, so the index is the last one
        return
    indexer.lang.stem = cache(indexer.lang.stem)  # claims say the same words again and again
    for entry in app.companion.ledger["chapters"]:
        for record in entry["claims"]:
            _feed(indexer, record, entry)
    index = indexer.freeze()
    headings: dict[str, list] = {}
    for heading, places in index["alltitles"].items():
        # Sphinx goes on from this file: what it read there is escaped already
        headings.setdefault(_escaped(html.unescape(heading)), []).extend(places)
    index |= {"alltitles": headings, "objects": {}}
    path = Path(app.outdir) / app.builder.searchindex_filename
    path.write_text(f"Search.setIndex({json.dumps(index)})", encoding="utf-8")


def _feed(indexer: IndexBuilder, record: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    """Let the search find the claim of `record` by its id, its words, and its paper."""
    name, paper = record["claim"], entry["paper"]
    title = f"{name}: {record['statement']}"
    told = [record["source"], record["criterion"], record["verdict"], paper["title"],
            *paper["authors"], paper["year"], "control" if record["control"] else "claim"]
    document = new_document(name)
    document += nodes.section("", nodes.title(text=title), nodes.paragraph(text=" ".join(told)))
    page = cite.page_of(name)
    indexer.feed(page, page, _escaped(title), document)


def _escaped(heading: str) -> str:
    """Escape a heading for Sphinx's script, which shows the names that it finds as HTML."""
    return html.escape(heading, quote=False)
