"""A ledger that somebody published: read from a file, and refused unless it is whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from companion import schemas
from companion.errors import CompanionError

SCHEMA = 1


def load(path: Path | str) -> dict[str, Any]:
    """Return the ledger in the file `path`; what is no ledger of this schema gets one line."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        version = content["schema"]
        found = schemas.findings(content, "ledger.schema.json") if version == SCHEMA else []
    except OSError as error:
        raise CompanionError(f"cannot read {path}: {error.strerror}; allowed: the ledger.json of "
                             "a site, saved as a file") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise CompanionError(
            f"{path} is not a ledger; allowed: the ledger.json of a site") from None
    if version != SCHEMA:
        raise CompanionError(f"{path} has schema {version!r}; allowed: {SCHEMA}")
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise CompanionError(f"{path}: {' '.join(found[0].split())[:200]}{more}")
    _ensure_unique(content, path)
    return content


def _ensure_unique(ledger: Mapping[str, Any], path: Path | str) -> None:
    names = Counter(entry["chapter"] for entry in ledger["chapters"])
    names.update(claim["claim"] for entry in ledger["chapters"] for claim in entry["claims"])
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise CompanionError(f"{path} holds {twice[0]} twice; allowed: each chapter and claim once")


def claims(ledger: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the verdict records of all chapters of `ledger` by claim."""
    return {claim["claim"]: claim for entry in ledger["chapters"] for claim in entry["claims"]}
