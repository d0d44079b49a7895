"""With what, where and when a chapter was executed."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from companion.freshness import versions
from companion.kernel import THREADS


Commit = tuple[str | None, bool | None]


def provenance(
    root: Path, packages: Iterable[str], threads: int = THREADS, at: Commit | None = None
) -> dict[str, Any]:
    """Return what a reader needs to tell this run from another; `root` may be told to be `at`."""
    sha, dirty = at or commit(root)
    return {
        "versions": versions(packages),
        "blas": _blas(),
        "threads": threads,
        "cpu": _cpu(),
        "commit": sha,
        "dirty": dirty,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _blas() -> str | None:
    """Return the name and version of the BLAS that NumPy was built with."""
    import numpy

    built = numpy.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    return " ".join(str(built[field]) for field in ("name", "version") if field in built) or None


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    if platform.system() == "Darwin":
        return _output(["sysctl", "-n", "machdep.cpu.brand_string"], Path("/")) or "unknown"
    return platform.processor() or platform.machine() or "unknown"


def commit(root: Path) -> Commit:
    """Return the commit, and whether what is executed differs from it."""
    commit = _output(["git", "rev-parse", "HEAD"], root)
    if not commit:
        return None, None
    executed = ["notebooks", "lib/implicitreg"]
    return commit, bool(_output(["git", "status", "--porcelain", "--", *executed], root))


def _output(command: list[str], folder: Path) -> str | None:
    with suppress(OSError):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None
    return None
