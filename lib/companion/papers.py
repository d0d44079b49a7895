"""The papers as data, from the book's one bibliography."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pybtex.database import BibliographyData, Person, parse_file
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from companion.errors import CompanionError


def papers(root: Path) -> BibliographyData:
    """Return ``book/references.bib``; one that does not parse gets one line."""
    path = root / "book" / "references.bib"
    try:
        return parse_file(path, "bibtex")
    except OSError as error:
        raise CompanionError(f"cannot read {path}: {error.strerror}") from None
    except PybtexError as error:
        raise CompanionError(f"{path}: {' '.join(str(error).split())}") from None


def paper(bibliography: BibliographyData, key: str | None, slug: str) -> dict[str, Any]:
    """Return the fields of the entry `key` as plain Unicode, LaTeX accents decoded."""
    if key not in bibliography.entries:
        raise CompanionError(
            f"{slug}: metadata.chapter.citation is {key!r}; allowed: a key of "
            f"book/references.bib ({', '.join(bibliography.entries) or 'which is empty'})"
        )
    entry = bibliography.entries[key]
    fields = {name.lower(): plain(value) for name, value in entry.fields.items()}
    people = entry.persons.get("author", [])
    return {"key": key, "type": entry.type, **fields,
            "authors": [full_name(person) for person in people],
            "families": [family_name(person) for person in people]}


def full_name(person: Person) -> str:
    """Return the name in reading order."""
    parts = (person.first_names + person.middle_names + person.prelast_names
             + person.last_names + person.lineage_names)
    return " ".join(plain(part) for part in parts)


def family_name(person: Person) -> str:
    """Return the name by which an author is cited; of a group, all of it."""
    return " ".join(plain(part) for part in person.prelast_names + person.last_names)


def plain(latex: str) -> str:
    """Return `latex` as Unicode text.

    >>> plain(r"Nystr{\\"o}m")
    'Nyström'
    """
    return str(Text.from_latex(latex)).replace("\xa0", " ")
