"""Releases: what each version of the book stated, kept in ``book/releases/<version>/``.

A release is the ledger of its day and the ``CITATION.cff`` that names its version and its date.
The site publishes both at ``releases/<version>/``, and no later version touches them.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion import compare, ledger, published, storage
from companion.chapters import Book, read_yaml
from companion.errors import CompanionError

VERSION = re.compile(r"\d+\.\d+\.\d+")
LEDGER, CITATION = "ledger.json", "CITATION.cff"


@dataclass(frozen=True)
class Release:
    """One version: its day, and all that it stated."""

    version: str
    date: str
    ledger: dict[str, Any]


def folder(book: Book) -> Path:
    """Return where the releases are kept."""
    return book.root / "book" / "releases"


def load(book: Book) -> list[Release]:
    """Return the releases of `book`, the latest first; a broken one is named."""
    found = [_read(path) for path in folder(book).glob("*") if not path.name.startswith(".")]
    return sorted(found, key=lambda release: _number(release.version), reverse=True)


def _read(path: Path) -> Release:
    version, date = cited(path)
    if version != path.name:
        raise CompanionError(f"{path / CITATION}: version is {version}; allowed: {path.name}, "
                             "the name of its folder")
    return Release(version, date, published.load(path / LEDGER))


def cited(path: Path) -> tuple[str, str]:
    """Return version and date as the ``CITATION.cff`` in the folder `path` has them."""
    about = read_yaml(path / CITATION)
    version = str(about["version"])
    if not VERSION.fullmatch(version):
        raise CompanionError(f"{path / CITATION}: version {version!r}; allowed: three numbers, "
                             "such as 0.1.0")
    return version, str(about["date-released"])


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def ensure_new(book: Book) -> Path:
    """Return the folder of the version in ``CITATION.cff``; refuse one that is released."""
    version, _ = cited(book.root)
    project = tomllib.loads((book.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if project["version"] != version:
        raise CompanionError(f"CITATION.cff: version is {version}; allowed: {project['version']}, "
                             "as in pyproject.toml")
    target = folder(book) / version
    if target.exists():
        raise CompanionError(f"version {version} of CITATION.cff is released, in {target}; "
                             "allowed: a new version")
    return target


def keep(book: Book, content: Mapping[str, Any]) -> Path:
    """Store the ledger `content` as the release that ``CITATION.cff`` names; return its folder."""
    target = ensure_new(book)
    new = target.with_name(f".{target.name}.new")
    try:
        storage.write(new / LEDGER, ledger.text(content))
        shutil.copy(book.root / CITATION, new)
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return target


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return in words what the ledger `now` states otherwise than the one `before`."""
    old, new = published.claims(before), published.claims(now)
    rows = compare.beside(old, new)
    found = [f"{row.claim} is new: {row.mine}" for row in rows if row.published == compare.MISSING]
    found += [f"{row.claim} is no longer there" for row in rows if row.mine == compare.MISSING]
    both = [row for row in rows if compare.MISSING not in (row.published, row.mine)]
    found += [f"{row.claim}: {row.mine}, before {row.published}" for row in both if row.differs]
    found += [f"{row.claim} has another criterion" for row in both
              if old[row.claim]["criterion"] != new[row.claim]["criterion"]]
    return found
