"""What was said about the chapters after they were written: replies of authors, and errata.

``book/replies/<slug>.yml`` lists the replies to chapter `slug`, the text in Markdown::

    - author: A. N. Author
      date: 2027-03-01
      claim: <slug>/<claim>
      text: |
        In our Theorem 2 the step is ...

``book/errata.yml`` lists what was wrong on the pages; `of` is a chapter or a claim::

    - date: 2027-03-02
      of: <slug>/<claim>
      was: what was wrong
      now: what it is now
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from companion.chapters import Book, read_yaml
from companion.errors import CompanionError

ERRATA = "book/errata.yml"
REPLY = ("author", "date", "claim", "text")
ERRATUM = ("date", "of", "was", "now")


@dataclass(frozen=True)
class Remarks:
    """Replies by chapter, and errata in the order of their dates, the latest first."""

    replies: dict[str, list[dict[str, str]]]
    errata: list[dict[str, str]]

    def errata_of(self, slug: str) -> list[dict[str, str]]:
        """Return the errata of chapter `slug` and of its claims."""
        return [each for each in self.errata if each["of"].partition("/")[0] == slug]

    def of(self, slug: str) -> list[Any]:
        """Return all that the page of chapter `slug` shows of them."""
        return [self.replies.get(slug, []), self.errata_of(slug)]


def load(book: Book, ledger: Mapping[str, Any]) -> Remarks:
    """Return the remarks on `book`; refuse one on a chapter or a claim that `ledger` lacks."""
    claims = {entry["chapter"]: [claim["claim"] for claim in entry["claims"]]
              for entry in ledger["chapters"]}
    replies = {}
    for path in sorted((book.root / "book" / "replies").glob("*")):
        name = path.relative_to(book.root).as_posix()
        if path.suffix != ".yml" or path.stem not in claims:
            raise CompanionError(f"{name}: allowed: SLUG.yml with SLUG one of {', '.join(claims)}")
        replies[path.stem] = _read(path, name, REPLY)
        _ensure_among(replies[path.stem], "claim", claims[path.stem], name)
    path = book.root / ERRATA
    errata = _read(path, ERRATA, ERRATUM) if path.is_file() else []
    _ensure_among(errata, "of", [*claims, *sum(claims.values(), [])], ERRATA)
    return Remarks(replies, sorted(errata, key=lambda each: each["date"], reverse=True))


def _read(path: Path, name: str, fields: Sequence[str]) -> list[dict[str, str]]:
    entries = read_yaml(path) or []
    if not isinstance(entries, list):
        raise CompanionError(f"{name}: allowed: a list of mappings of {', '.join(fields)}")
    return [_entry(entry, f"{name}, entry {number}", fields)
            for number, entry in enumerate(entries, start=1)]


def _entry(entry: Any, name: str, fields: Sequence[str]) -> dict[str, str]:
    if not isinstance(entry, dict) or set(entry) != set(fields):
        found = ", ".join(map(str, entry)) if isinstance(entry, dict) else repr(entry)
        raise CompanionError(f"{name}: {found}; allowed: exactly {', '.join(fields)}")
    for field, value in entry.items():
        fits = (isinstance(value, date) and not isinstance(value, datetime) if field == "date"
                else isinstance(value, str) and value.strip())
        if not fits:
            allowed = "a day such as 2027-03-01" if field == "date" else "some text"
            raise CompanionError(f"{name}: {field} = {value!r}; allowed: {allowed}")
    return {field: str(entry[field]).strip() for field in fields}


def _ensure_among(
    entries: Sequence[Mapping[str, str]], field: str, allowed: Sequence[str], name: str
) -> None:
    for number, entry in enumerate(entries, start=1):
        if entry[field] not in allowed:
            raise CompanionError(f"{name}, entry {number}: {field} = {entry[field]!r}; "
                                 f"allowed: one of {', '.join(allowed)}")
