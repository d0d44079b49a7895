"""One execution of one chapter, planned: what goes in, where it goes, how long it may take."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from companion import freshness, parameters, studies
from companion.chapters import Book, Chapter
from companion.provenance import Commit

LEAST_SECONDS = 300.0  # a time limit below this would punish a busy machine


@dataclass(frozen=True)
class Job:
    """One execution of one chapter: plain data, so that any executor can carry it.

    Progress and messages call it by its `label`; `environment` is what its kernel finds set besides
    its own; `commit` is that of the checkout where `root` is no part of it; `last_key` is the key
    of what `target` held when it was planned, `usual_seconds` the time of a run in the stored study
    of seeds.
    """

    slug: str
    root: Path
    notebook: str
    target: Path
    profile: str
    parameters: Mapping[str, Any]
    overrides: Mapping[str, Any]
    key: str
    inputs: Mapping[str, Any]
    packages: frozenset[str]
    last_key: str | None = None
    last_seconds: float | None = None
    usual_seconds: float | None = None
    timeout: float = LEAST_SECONDS
    label: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    commit: Commit | None = None

    @property
    def cells(self) -> int:
        """How many cells the kernel will run."""
        cells = json.loads(self.notebook)["cells"]
        return sum(cell["cell_type"] == "code" and bool(cell["source"]) for cell in cells)


def plan(
    chapter: Chapter,
    book: Book,
    profile: str = "book",
    seed: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    timeout: float | None = None,
) -> Job:
    """Return what executing `chapter` so means; refuse parameters that it does not bear."""
    return next(plans(chapter, book, profile, [seed], overrides, timeout))


def plans(
    chapter: Chapter,
    book: Book,
    profile: str = "book",
    seeds: Iterable[int | None] = (None,),
    overrides: Mapping[str, Any] | None = None,
    timeout: float | None = None,
) -> Iterator[Job]:
    """Yield what executing `chapter` so means at each of `seeds`; its code is read once for all."""
    text, code = nbformat.writes(chapter.notebook), freshness.code(chapter)
    packages = frozenset(code["versions"]) - {"python"}
    usual = studies.load(book, "seeds").get("chapters", {}).get(chapter.slug, {}).get("seconds")
    changed = {**book.profile(profile, chapter.slug), **(overrides or {})}
    for seed in seeds:
        seeded = changed if seed is None else {**changed, "seed": seed}
        values = parameters.override(chapter.parameters, seeded, chapter.slug)
        is_default = profile == "book" and values == chapter.parameters
        inputs = {**code, "parameters": dict(values)}
        target = freshness.executed_path(book, chapter.slug)
        if not is_default:
            name = _name(profile, values, overrides)
            target = book.root / "_build" / "runs" / chapter.slug / name
        about = (freshness.load(target) or {}).get("metadata", {}).get("companion", {})
        last = about.get("seconds")
        yield Job(
            slug=chapter.slug, root=book.root, notebook=text, target=target, profile=profile,
            parameters=values, overrides={name: value for name, value in values.items()
                                          if value != chapter.parameters[name]},
            key=freshness.sha256(inputs), inputs=inputs, packages=packages,
            last_key=about.get("key"), last_seconds=last, usual_seconds=usual,
            timeout=timeout or max(LEAST_SECONDS, 10 * (last or 0)),
            label=chapter.slug if is_default else f"{chapter.slug} ({target.stem})",
        )


def _name(profile: str, values: Mapping[str, Any], overrides: Mapping[str, Any] | None) -> str:
    name = f"{profile}-seed{values['seed']}"
    if overrides:
        text = json.dumps(dict(overrides), sort_keys=True)
        name += f"-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return f"{name}.ipynb"
