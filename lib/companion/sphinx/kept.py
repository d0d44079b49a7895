"""Files of the site that are left as they are while making them would give the same.

Sphinx keeps its own pages so. Of every other group of files that is slow to make, a record says
from what it was made and how it was left; both are compared by content, so a file that was touched
is made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from companion import freshness, storage


def ensure(
    app: Sphinx, name: str, made_from: Any, make: Callable[[], Mapping[str, str]]
) -> None:
    """Put what `make` returns, texts by their paths in the site, there if it is not there yet.

    The texts must follow from `made_from`, which is data, and from this workshop.
    """
    site, record = Path(app.outdir), Path(app.doctreedir) / "kept" / f"{name}.json"
    made_from = freshness.sha256([app.config.companion_sources, made_from])
    if not _is_kept(record, made_from, site):
        texts = make()
        for path, text in texts.items():
            storage.write(site / path, text)
        left = {path: _digest(site / path) for path in texts}
        storage.write(record, json.dumps({"made_from": made_from, "left": left}))


def _is_kept(record: Path, made_from: str, site: Path) -> bool:
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
        return kept["made_from"] == made_from and all(
            _digest(site / path) == digest for path, digest in kept["left"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
