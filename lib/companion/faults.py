"""Planted faults: small changes to a copy of the book, kept as data in ``tests/faults``.

A file ``tests/faults/<room>.yml`` lists faults of that room of the library, a file
``tests/faults/<slug>.yml`` faults of what that chapter computes in its own cells::

    - id: momentum-sign
      what: the momentum term is subtracted
      old: beta * (x - previous)
      new: -beta * (x - previous)
      red: [accelerated-phase-retrieval/momentum-accelerates]

`old` must stand in the source exactly once. `red` names the claims that the fault is meant for;
it may turn others red too. Where all chapters rest on what the fault changes, `only` may name the
few that show it.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from companion.chapters import Book, Chapter, read_yaml
from companion.errors import CompanionError
from companion.reach import library_of, of_chapter

FIELDS = {"id", "what", "old", "new", "red"}
OPTIONAL = {"only"}
COPIED = ("_config.yml", "_toc.yml", "notebooks", "lib")
WORKSHOP = "companion"


@dataclass(frozen=True)
class Fault:
    """One change: in the room or the chapter called `where`, `old` becomes `new`."""

    where: str
    name: str
    what: str
    old: str
    new: str
    red: tuple[str, ...]
    only: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What tables and messages call it."""
        return f"{self.where}/{self.name}"


def load(book: Book) -> list[Fault]:
    """Return the faults of ``tests/faults``; one that is not well formed is named."""
    files = sorted((book.root / "tests" / "faults").glob("*.yml"))
    found = [_read(path, entry) for path in files for entry in read_yaml(path) or []]
    repeated = {fault.id for fault in found if [each.id for each in found].count(fault.id) > 1}
    if repeated:
        raise CompanionError(f"tests/faults: {sorted(repeated)[0]} is there twice")
    return found


def _read(path: Path, entry: object) -> Fault:
    if not isinstance(entry, dict) or set(entry) - OPTIONAL != FIELDS:
        raise CompanionError(f"{path}: {entry!r}; allowed: a mapping of {', '.join(sorted(FIELDS))}")
    texts = {name: entry[name] for name in ("what", "old", "new")}
    for name, text in texts.items():
        if not isinstance(text, str) or not text:
            raise CompanionError(f"{path}: {entry['id']}: {name} = {text!r}; allowed: some text")
    if entry["old"] == entry["new"]:
        raise CompanionError(f"{path}: {entry['id']}: old and new are the same")
    return Fault(path.stem, str(entry["id"]), red=tuple(entry["red"]),
                 only=tuple(entry.get("only", ())), **texts)


def select(book: Book, names: Sequence[str]) -> list[Fault]:
    """Return the faults called `names`; all of them if none is named."""
    found = {fault.id: fault for fault in load(book)}
    unknown = [name for name in names if name not in found]
    if unknown:
        raise CompanionError(f"no fault {unknown[0]!r}; allowed: {', '.join(found) or 'none'}")
    return [found[name] for name in dict.fromkeys(names or found)]


def plant(fault: Fault, book: Book, folder: Path) -> Book:
    """Return a copy of `book` in `folder` that has this one `fault`; it must still apply."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in COPIED:
        source, target = book.root / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(
                "__pycache__", "*.egg-info", WORKSHOP))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    room = _room(fault, folder)
    if room:
        room.write_text(_changed(room.read_text("utf-8"), fault), encoding="utf-8")
    else:
        _change_notebook(fault, folder / "notebooks" / f"{fault.where}.ipynb")
    return Book(folder)


def _room(fault: Fault, root: Path) -> Path | None:
    """Return the file of the library that `fault` changes, or None if it changes a chapter."""
    return next((path for path in root.glob(f"lib/*/{fault.where}.py")
                 if path.parent.name != WORKSHOP), None)


def _changed(source: str, fault: Fault) -> str:
    """Return `source` with the fault; it must be there to make, and leave Python behind."""
    if source.count(fault.old) != 1:
        raise CompanionError(
            f"fault {fault.id} does not apply: {fault.old!r} stands {source.count(fault.old)} "
            "times in the source; exactly once is allowed"
        )
    changed = source.replace(fault.old, fault.new)
    try:
        ast.parse(changed)
    except SyntaxError as error:
        raise CompanionError(f"fault {fault.id} leaves no Python: {error.msg}") from None
    return changed


def _change_notebook(fault: Fault, path: Path) -> None:
    if not path.is_file():
        raise CompanionError(f"fault {fault.id}: {fault.where} is neither a room nor a chapter")
    notebook = nbformat.read(path, as_version=4)
    holding = [cell for cell in notebook.cells
               if cell.cell_type == "code" and fault.old in cell.source]
    _changed("\n".join(cell.source for cell in holding), fault)
    holding[0].source = holding[0].source.replace(fault.old, fault.new)
    nbformat.write(notebook, path)


def file_of(fault: Fault, book: Book) -> str:
    """Return the file that `fault` changes, from the root of the book."""
    room = _room(fault, book.root)
    return room.relative_to(book.root).as_posix() if room else f"notebooks/{fault.where}.ipynb"


def touched(fault: Fault, book: Book) -> list[Chapter]:
    """Return the chapters that can reach what `fault` changes, in order; of these its `only`."""
    room = _room(fault, book.root)
    if room is None:
        return [book.chapter(fault.where)]
    library, module = library_of(book.root / "lib"), f"{room.parent.name}.{fault.where}"
    before = room.read_text("utf-8").partition(fault.old)[0]
    first = before.count("\n") + 1
    lines = range(first, first + fault.old.rstrip().count("\n") + 1)
    places = {(module, name) for line in lines for name in library.module(module).at(line)}
    return [chapter for chapter in book.select(fault.only) if places & of_chapter(chapter)]
