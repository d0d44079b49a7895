"""The search index: Sphinx's script shows the names that it finds there as HTML."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

INDEX = re.compile(r"Search\.setIndex\((.*)\)", re.DOTALL)


def escape_names(path: Path) -> None:
    """Escape the headings in the index at `path`, and leave out the names of objects."""
    index = json.loads(INDEX.fullmatch(path.read_text(encoding="utf-8"))[1])
    headings: dict[str, list] = {}
    for heading, places in index["alltitles"].items():
        # Sphinx goes on from this file: what it read there is escaped already
        headings.setdefault(html.escape(html.unescape(heading), quote=False), []).extend(places)
    index |= {"alltitles": headings, "objects": {}}
    path.write_text(f"Search.setIndex({json.dumps(index)})", encoding="utf-8")
