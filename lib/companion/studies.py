"""Stored studies: what took an hour to measure, kept in ``book/data`` with the keys of its code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from companion import storage
from companion.chapters import Book
from companion.errors import CompanionError

SCHEMA = 1
NUMBERS = re.compile(r"\[[-+.\deE\s,nul]*\]")


def path(book: Book, name: str) -> Path:
    """Return the file of the study called `name`."""
    return book.root / "book" / "data" / f"{name}.json"


def load(book: Book, name: str) -> dict[str, Any]:
    """Return the study called `name`, empty if it was never made; a broken file is named."""
    file = path(book, name)
    if not file.is_file():
        return {}
    try:
        study = json.loads(file.read_text(encoding="utf-8"))
        schema = study["schema"]
    except (OSError, ValueError, TypeError, KeyError):
        raise CompanionError(f"{file} is not a study; restore it, or delete it and measure anew"
                             ) from None
    if schema != SCHEMA:
        raise CompanionError(f"{file} has schema {schema!r}; allowed: {SCHEMA}; measure it anew")
    return study


def store(book: Book, name: str, study: Mapping[str, Any]) -> None:
    """Put `study` in the place of the one called `name`."""
    storage.write(path(book, name), text({"schema": SCHEMA, **study}))


def text(study: Mapping[str, Any]) -> str:
    """Return `study` as JSON, a list of numbers on one line."""
    lines = json.dumps(study, indent=1, ensure_ascii=False, allow_nan=False)
    return NUMBERS.sub(lambda found: re.sub(r"\s+", " ", found[0]), lines) + "\n"
