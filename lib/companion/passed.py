"""What passed a check before, kept by content: the same checks are not made twice of the same.

A record names who checked, down to the sources of the checks and the versions of what they use. In
the eyes of any other it is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from companion import current, storage


def workshop(*words: str) -> str:
    """Return the SHA-256 of all that a check of this workshop may depend on, and of `words`."""
    return current.digest(current.below(current.WORKSHOP), *current.installed(), *words)


def load(record: Path | None, by: str) -> frozenset[str]:
    """Return the hashes of what passed `by`; none if the record is missing, broken or another's."""
    try:
        kept = json.loads(record.read_text(encoding="utf-8")) if record else {}
        return frozenset(kept["passed"] if kept["by"] == by else ())
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def keep(record: Path | None, by: str, passed: Iterable[str]) -> None:
    """Put the hashes of what `passed` in the place of those before, if there is a record."""
    if record:
        storage.write(record, json.dumps({"by": by, "passed": sorted(set(passed))}))
