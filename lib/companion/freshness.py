"""Whether an executed copy still shows what executing now would show.

The key of a run is the SHA-256 of everything that went in: the code cells (id, source, tags that
change a run) in order, the sources of the rooms in the import closure, the versions of Python and
of the numerical packages that are imported, and the parameters. Prose never counts, nor do tags
that say how a page or a slide shows a cell.
"""

from __future__ import annotations

import ast
import email
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from companion.chapters import Book, Chapter
from companion.errors import CompanionError

# papermill looks for the first two, the client of the kernel for the others
RUN_TAGS = frozenset({"parameters", "injected-parameters", "raises-exception", "skip-execution"})
FORMAT = 1  # raise it when what is stored beside the outputs changes
PACKAGES = {"numpy": "numpy", "scipy": "scipy", "matplotlib": "matplotlib",
            "sklearn": "scikit-learn"}


def key(chapter: Chapter, parameters: Mapping[str, Any]) -> str:
    """Return the key of a run of `chapter` with `parameters`."""
    return sha256(inputs(chapter, parameters))


def inputs(chapter: Chapter, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that goes into a run of `chapter` with `parameters`."""
    return {**code(chapter), "parameters": dict(parameters)}


def code(chapter: Chapter) -> dict[str, Any]:
    """Return what goes into every run of `chapter`: its cells, its rooms, the versions."""
    rooms, packages = closure(chapter)
    library = chapter.path.parents[1] / "lib"
    return {
        "format": FORMAT,
        "cells": [_code(cell) for cell in chapter.notebook.cells if cell.cell_type == "code"],
        "rooms": {path.relative_to(library).as_posix(): path.read_text(encoding="utf-8")
                  for path in rooms},
        "versions": versions(packages),
    }


def changed(before: Mapping[str, Any], after: Mapping[str, Any], slug: str) -> list[str]:
    """Name the files of chapter `slug` whose part in its inputs is not what it was `before`."""
    if before["cells"] != after["cells"]:
        return [f"notebooks/{slug}.ipynb"]
    old, new = before["rooms"], after["rooms"]
    rooms = [f"lib/{name}" for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return rooms + ["an installed package"] * (before["versions"] != after["versions"])


def _code(cell: Mapping[str, Any]) -> list[Any]:
    return [cell.get("id"), cell["source"],
            sorted(RUN_TAGS.intersection(cell["metadata"].get("tags", [])))]


def sha256(content: Any) -> str:
    """Return the SHA-256 of `content` as JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the version of Python and of those of the numerical `packages` that are here."""
    found = {"python": platform.python_version()}
    for name in sorted(packages):
        try:
            installed = importlib.metadata.distribution(name)
            about = installed.read_text("METADATA")
            found[name] = _stated(about) if about else installed.version
        except importlib.metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


@cache
def _stated(about: str) -> str:
    """Return the version that a package says it has: read each time, parsed once."""
    return email.message_from_string(about)["Version"]


def closure(chapter: Chapter) -> tuple[list[Path], set[str]]:
    """Return the files below ``lib/`` that `chapter` imports, and the numerical packages.

    Imports are read off the syntax tree, transitively, so nothing is imported to find out.
    """
    library = chapter.path.parents[1] / "lib"
    names = set()
    for cell in chapter.notebook.cells:
        if cell.cell_type == "code":
            names |= _of_cell(cell.source)
    return _follow(names, library)


@cache
def _of_cell(source: str) -> frozenset[str]:
    # most cells import nothing, and need not be parsed to see it
    return frozenset(_imports(parse_cell(source), "")) if "import" in source else frozenset()


def _follow(names: set[str], library: Path) -> tuple[list[Path], set[str]]:
    files: dict[str, Path] = {}
    packages = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        packages |= {PACKAGES[top] for top in [name.split(".")[0]] if top in PACKAGES}
        path = module_path(name, library)
        if path is None or name in files:
            continue
        files[name] = path
        module = name if path.name == "__init__.py" else name.rpartition(".")[0]
        try:
            waiting |= _of_file(path.read_text(encoding="utf-8"), path.name, module)
        except (SyntaxError, ValueError) as error:  # no UTF-8 is a ValueError
            raise CompanionError(f"{path} is not Python: {error}") from None
    return sorted(set(files.values())), packages


@cache
def _of_file(text: str, name: str, module: str) -> frozenset[str]:
    return frozenset(_imports(ast.parse(text, name), module))


def module_path(name: str, library: Path) -> Path | None:
    """Return the file of module `name` below `library`, or None if it is not there."""
    base = library.joinpath(*name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py")
                 if path.is_file()), None)


def _imports(tree: ast.AST, package: str) -> set[str]:
    """Return every dotted name that `tree` may import, its parents too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = origin_of(node, package)
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {".".join(name.split(".")[:depth])
            for name in names for depth in range(1, name.count(".") + 2)}


def origin_of(node: ast.ImportFrom, package: str) -> str:
    """Return the dotted name of the module that `node`, in a module of `package`, imports from."""
    up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join(up + ([node.module] if node.module else []))


def parse_cell(source: str) -> ast.AST:
    """Return the syntax tree of a cell; magics are translated as the kernel would."""
    try:
        return ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])  # the kernel will say what is wrong


def digest(notebook: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what an executed copy shows and says about itself."""
    about = {name: value for name, value in notebook["metadata"].get("companion", {}).items()
             if name != "digest"}
    cells = [[*_code(cell), cell["outputs"]] for cell in notebook["cells"]
             if cell["cell_type"] == "code"]
    return sha256([FORMAT, about, cells])


def load(path: Path) -> dict[str, Any] | None:
    """Return the executed copy in `path`, or None if it is missing, cut short or edited."""
    try:
        notebook = nbformat.v4.reads_json(path.read_text(encoding="utf-8"))
        whole = notebook["metadata"]["companion"]["digest"] == digest(notebook)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return notebook if whole else None


def load_fresh(path: Path, key: str) -> dict[str, Any] | None:
    """Return the executed copy in `path` if it is whole and its key is `key`."""
    notebook = load(path)
    if notebook is None or notebook["metadata"]["companion"].get("key") != key:
        return None
    return notebook


def executed_path(book: Book, slug: str) -> Path:
    """Return where the default run of the book profile of chapter `slug` is kept."""
    return book.root / "_build" / "executed" / f"{slug}.ipynb"


def is_fresh(book: Book, chapter: Chapter) -> bool:
    """Tell whether the copy that the pages are made of is what executing now would give."""
    now = key(chapter, chapter.parameters)
    return load_fresh(executed_path(book, chapter.slug), now) is not None


def executed(book: Book, chapter: Chapter) -> dict[str, Any]:
    """Return the fresh executed copy of `chapter`; refuse a stale one."""
    notebook = load_fresh(executed_path(book, chapter.slug), key(chapter, chapter.parameters))
    if notebook is None:
        raise CompanionError(
            f"{chapter.slug} has no fresh executed copy; run: companion run {chapter.slug}"
        )
    return notebook
