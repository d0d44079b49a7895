"""The study of speed: what `make bench` stored, and whether it was measured with this code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from companion.chapters import Book

NAME = "benchmarks"
AUTHORS = "authors: "  # what the names of kernels that run authors' code begin with


def changed(book: Book, study: Mapping[str, Any]) -> list[str]:
    """Name the files that are not those that were measured, or that measured."""
    return [name for name, digest in study.get("sources", {}).items()
            if not (book.root / name).is_file()
            or hashlib.sha256((book.root / name).read_bytes()).hexdigest() != digest]


def cases(rows: list[dict[str, Any]]) -> list[dict[str, dict[str, Any]]]:
    """Return the rows of each case, by the name of the peer, in the order of the study."""
    found: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        case = found.setdefault((row["name"], row["chapter"], row["size"]), {})
        case[row.get("peer", "")] = row
    return list(found.values())
