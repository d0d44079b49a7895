"""What a reader can take away: notebooks, data, ledger, studies, and the site as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from companion import archive, handouts, ledger, storage, studies
from companion.chapters import Chapter
from companion.judge import outputs as printed
from companion.sphinx import fonts, launch, outputs, pages, search

DRAWN = ("id", "caption", "alt", "knob", "x", "y", "controls", "panels", "frames")


def publish(app: Sphinx, error: Exception | None) -> None:
    """Write the ledger, the studies, the files of every chapter, and the archive of all."""
    if error or app.builder.format != "html":
        return
    site, companion = Path(app.outdir), app.companion
    ledger.write(companion.ledger, site)
    for name, study in companion.studies.items():
        storage.write(site / f"{name}.json", studies.text(study))
    fonts.publish(companion.book.root, site / "_static")
    search.write(app)
    for chapter in companion.book.chapters():
        for name, text in _files(chapter, companion).items():
            storage.write(site / "notebooks" / name, text)
    archive.write(site)


def _files(chapter: Chapter, companion: Any) -> dict[str, str]:
    """Return by name what lies beside the page of `chapter`."""
    source = chapter.path.read_text(encoding="utf-8")
    executed = companion.executed[chapter.slug]
    full = pages.join(json.loads(source), executed)
    worth = companion.teaching["chapters"][chapter.slug]["exercises"]
    student = handouts.student(chapter, worth)
    if companion.address:
        for notebook in (full, student):
            cell = launch.install_cell(companion.address, companion.branch)
            notebook["cells"].insert(0, cell)
    texts = (_text(full), source, _text(student),
             studies.text(record(companion.entry(chapter.slug), executed)))
    return {**dict(zip(launch.files(chapter.slug).values(), texts, strict=True)),
            launch.solutions(chapter.slug): _text(handouts.solutions(chapter, worth))}


def _text(notebook: Mapping[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def record(entry: Mapping[str, Any], executed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chapter's entry of the ledger, and what its interactive figures are drawn from."""
    knobs = printed(executed, outputs.KNOB)
    return {"schema": 1, **entry,
            "knobs": [{name: knob[name] for name in DRAWN if name in knob} for knob in knobs]}
