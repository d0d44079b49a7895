"""What the chapters' verdicts are expected to be, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from companion.chapters import Book, read_yaml
from companion.errors import CompanionError

VERDICTS = ("reproduced", "reproduced in part", "not reproduced", "not testable here",
            "fails as it should", "does not fail")
NOT_ASSERTED = "not asserted"


@dataclass(frozen=True)
class Row:
    """One claim: what was expected of it and what was found."""

    claim: str
    expected: str
    verdict: str
    margin: float | None
    reason: str = ""

    @property
    def differs(self) -> bool:
        """The expectation is not met."""
        return self.expected not in (self.verdict, NOT_ASSERTED)


def expectations(book: Book, slug: str, profile: str) -> dict[str, Any]:
    """Return what ``tests/expected/<slug>.yml`` says for `profile`: a verdict a claim.

    A claim may map to ``{not asserted: reason}`` instead.
    """
    path = book.root / "tests" / "expected" / f"{slug}.yml"
    stored = read_yaml(path) or {}
    if profile not in stored:
        raise CompanionError(
            f"{path} expects nothing of profile {profile!r}; it has: {', '.join(stored) or 'none'}"
        )
    for claim, verdict in (stored[profile] or {}).items():
        reason = verdict.get(NOT_ASSERTED) if isinstance(verdict, dict) else None
        if verdict not in VERDICTS and not reason:
            raise CompanionError(
                f"{path}: {profile}: {claim}: {verdict!r}; allowed: {', '.join(VERDICTS)} "
                f"or {{{NOT_ASSERTED}: REASON}}"
            )
    return stored[profile] or {}


def compare(
    slug: str, records: Iterable[Mapping[str, Any]], expected: Mapping[str, Any]
) -> list[Row]:
    """Return a row for each claim of chapter `slug` that is in `records` or `expected`."""
    found = {record["claim"].partition("/")[2]: record for record in records}
    missing = {"verdict": "missing", "margin": None, "reason": ""}
    rows = []
    for claim in [*found, *(claim for claim in expected if claim not in found)]:
        record, want = found.get(claim, missing), expected.get(claim, "nothing")
        # a claim that is not asserted must be there all the same
        lax = isinstance(want, dict) and claim in found
        want = NOT_ASSERTED if lax else ("present" if isinstance(want, dict) else want)
        rows.append(Row(f"{slug}/{claim}", want, record["verdict"],
                        record["margin"], record["reason"]))
    return rows
