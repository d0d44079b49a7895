"""The book's chapters: where they are, what they are called, what they may be given."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
import yaml

from companion import parameters
from companion.errors import CompanionError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C, ten times as fast


def find_root(start: Path | str = ".") -> Path:
    """Return the nearest folder at or above `start` with ``_config.yml`` and ``notebooks/``."""
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file() and (folder / "notebooks").is_dir():
            return folder
    raise CompanionError(
        f"no book at or above {start}: run companion in a folder with _config.yml and notebooks/"
    )


def read_yaml(path: Path) -> Any:
    """Return what the YAML file `path` holds; a file that does not parse is named."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except OSError as error:
        raise CompanionError(f"cannot read {path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise CompanionError(f"{path} is not YAML: {reason}") from None


@dataclass(frozen=True)
class Chapter:
    """One source notebook; its slug is the name of its file."""

    path: Path

    @property
    def slug(self) -> str:
        """The chapter's permanent name."""
        return self.path.stem

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        """The parsed source; it is valid, and bears this chapter's slug."""
        notebook = read_notebook(self.path)
        slug = notebook.metadata.get("chapter", {}).get("slug")
        if slug != self.slug:
            raise CompanionError(
                f"{self.path.name}: metadata.chapter.slug is {slug!r}; it must be {self.slug!r}"
            )
        return notebook

    @property
    def title(self) -> str:
        """The first Markdown heading."""
        for cell in self.notebook.cells:
            heading = re.search(r"^#+\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
            if cell.cell_type == "markdown" and heading:
                return heading.group(1)
        raise CompanionError(f"{self.path.name}: no Markdown heading, so no title")

    @property
    def citation(self) -> str | None:
        """Key of the chapter's paper in ``book/references.bib``."""
        return self.notebook.metadata.chapter.get("citation")

    @cached_property
    def parameters(self) -> dict[str, parameters.Value]:
        """The values of the book: the literals of the cell tagged ``parameters``."""
        return parameters.read(self.notebook, self.path.name)


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return the notebook in `path`; what does not parse or is not valid gets one line."""
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("error", nbformat.warnings.MissingIDFieldWarning)
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
        if json.loads(text)["nbformat_minor"] < 5:
            raise ValueError("its format has no cell ids; allowed: nbformat 4.5 or later")
    except OSError as error:
        raise CompanionError(f"cannot read {path}: {error.strerror}") from None
    except Exception as error:  # nbformat raises many kinds, each saying what is wrong
        reason = " ".join(str(error).split())[:200]
        raise CompanionError(f"{path} is not a valid notebook: {reason}") from None
    return notebook


@dataclass(frozen=True)
class Part:
    """Chapters under one caption of ``_toc.yml``; `opening` is the page of prose before them."""

    caption: str
    opening: str | None
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True)
class Book:
    """The project: its folder, its parts and chapters in order, its profiles."""

    root: Path

    @cached_property
    def _parts(self) -> list[Part]:
        toc = read_yaml(self.root / "_toc.yml")
        parts = [self._part(part.get("caption", ""), toc_files(part))
                 for part in toc.get("parts") or [{"chapters": toc.get("chapters") or []}]]
        return [part for part in parts if part.chapters]

    def _part(self, caption: str, files: list[str]) -> Part:
        paths = [self.root / f"{name.removesuffix('.ipynb')}.ipynb"
                 for name in files if name.startswith("notebooks/")]
        missing = [path.name for path in paths if not path.is_file()]
        if missing:
            raise CompanionError(f"_toc.yml names {missing[0]}, which is not in notebooks/")
        opening = files[0] if files and not files[0].startswith("notebooks/") else None
        return Part(caption, opening, tuple(Chapter(path) for path in paths))

    def parts(self) -> list[Part]:
        """Return the parts that hold chapters, in the order of ``_toc.yml``."""
        return list(self._parts)

    @cached_property
    def _chapters(self) -> dict[str, Chapter]:
        return {chapter.slug: chapter for part in self._parts for chapter in part.chapters}

    def chapters(self) -> list[Chapter]:
        """Return the chapters in the order of ``_toc.yml``."""
        return list(self._chapters.values())

    def chapter(self, slug: str) -> Chapter:
        """Return the chapter called `slug`."""
        if slug not in self._chapters:
            allowed = ", ".join(self._chapters) or "none: _toc.yml lists no notebook"
            raise CompanionError(f"no chapter {slug!r}; allowed: {allowed}")
        return self._chapters[slug]

    def select(self, slugs: list[str] | tuple[str, ...] | None) -> list[Chapter]:
        """Return the chapters called `slugs`, each once; all of them if none is named."""
        if not slugs:
            return self.chapters()
        return [self.chapter(slug) for slug in dict.fromkeys(slugs)]

    @cached_property
    def profiles(self) -> dict[str, dict[str, dict[str, Any] | str]]:
        """Overrides by profile and chapter; ``book`` is the notebooks' own values.

        In place of the overrides may stand, as text, why the profile cannot be run here.
        """
        path = self.root / "notebooks" / "profiles.yml"
        stored = (read_yaml(path) if path.is_file() else None) or {}
        if not isinstance(stored, dict):
            raise CompanionError(f"{path} must map profiles to chapters to parameters")
        return {"book": {}, **{name: chapters or {} for name, chapters in stored.items()}}

    def profile(self, name: str, slug: str) -> dict[str, Any]:
        """Return what profile `name` overrides in chapter `slug`."""
        if slug in self.out_of_reach(name):
            raise CompanionError(f"profile {name!r} of {slug} is not testable here: "
                                 f"{self.out_of_reach(name)[slug]}")
        return self.profiles[name].get(slug) or {}

    def out_of_reach(self, name: str) -> dict[str, str]:
        """Return by chapter why profile `name` cannot be run here."""
        if name not in self.profiles:
            raise CompanionError(f"no profile {name!r}; allowed: {', '.join(self.profiles)}")
        return {slug: " ".join(entry.split()) for slug, entry in self.profiles[name].items()
                if isinstance(entry, str)}


def toc_files(node: Any) -> list[str]:
    """Return the files that a table of contents names, in order of appearance."""
    if isinstance(node, list):
        return [name for item in node for name in toc_files(item)]
    if not isinstance(node, dict):
        return []
    here = [node["file"]] if isinstance(node.get("file"), str) else []
    below = [node[key] for key in ("parts", "chapters", "sections", "subtrees", "entries")
             if key in node]
    return here + toc_files(below)
