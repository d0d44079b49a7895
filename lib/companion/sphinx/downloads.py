"""What a reader can take away: notebooks, data, ledger, studies, and the site as one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from companion import archive, handouts, ledger, studies
from companion.chapters import Chapter
from companion.judge import outputs as printed
from companion.sphinx import fonts, kept, launch, outputs, pages, search

DRAWN = ("id", "caption", "alt", "knob", "x", "y", "controls", "panels", "frames")


def publish(app: Sphinx, error: Exception | None) -> None:
    """Write the ledger, the studies, the files of every chapter, and the archive of all."""
    if error or app.builder.format != "html":
        return
    site, companion = Path(app.outdir), app.companion
    ledger.write(companion.ledger, site)
    for name, study in companion.studies.items():
        kept.ensure(app, name, study, lambda: {f"{name}.json": studies.text(study)})
    fonts.publish(companion.book.root, site / "_static")
    search.write(app)
    for chapter in companion.book.chapters():
        parts = _parts(chapter, companion)
        executed = companion.executed[chapter.slug]
        shown = [executed["metadata"], [cell.get("execution_count") for cell in executed["cells"]]]
        kept.ensure(app, chapter.slug, [shown, parts], lambda: _files(chapter, executed, *parts))
    archive.write(site)


def _parts(chapter: Chapter, companion: Any) -> tuple[Any, ...]:
    """Return what the files beside the page of `chapter` are made from, besides its outputs."""
    return (chapter.path.read_text(encoding="utf-8"), companion.entry(chapter.slug),
            companion.teaching["chapters"][chapter.slug]["exercises"],
            launch.install_cell(companion.address, companion.branch) if companion.address else None)


def _files(
    chapter: Chapter, executed: dict[str, Any], source: str, entry: dict[str, Any],
    worth: list[dict[str, Any]], install: dict[str, Any] | None,
) -> dict[str, str]:
    """Return by path what lies beside the page of `chapter`."""
    full = pages.join(json.loads(source), executed)
    student = handouts.student(chapter, worth)
    if install:
        for notebook in (full, student):
            notebook["cells"].insert(0, install)
    texts = (_text(full), source, _text(student), studies.text(record(entry, executed)))
    files = {**dict(zip(launch.files(chapter.slug).values(), texts, strict=True)),
             launch.solutions(chapter.slug): _text(handouts.solutions(chapter, worth))}
    return {f"notebooks/{name}": text for name, text in files.items()}


def _text(notebook: Mapping[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def record(entry: Mapping[str, Any], executed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a chapter's entry of the ledger, and what its interactive figures are drawn from."""
    knobs = printed(executed, outputs.KNOB)
    return {"schema": 1, **entry,
            "knobs": [{name: knob[name] for name in DRAWN if name in knob} for knob in knobs]}
