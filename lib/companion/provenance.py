"""With what, where and when a chapter was executed."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from companion.freshness import versions
from companion.kernel import THREAD_VARIABLES, THREADS

# with these a user overrules what kernels a library picks
CHOICES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR",
           "NPY_DISABLE_CPU_FEATURES")
Commit = tuple[str | None, bool | None]


def provenance(
    root: Path,
    packages: Iterable[str],
    environment: Mapping[str, str] | None = None,
    at: Commit | None = None,
    libraries: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Return what a reader needs to tell this run from another.

    Parameters
    ----------
    root : Path
        The project.
    packages : iterable of str
        Those whose versions count.
    environment : mapping
        What the process that computed found set besides the environment of this one.
    at : Commit, optional
        What `root` is a copy of, where it is no checkout.
    libraries : iterable of mapping
        What threadpoolctl said in the process that computed.
    """
    sha, dirty = at or commit(root)
    found = {**os.environ, **(environment or {})}
    return {
        "versions": versions(packages),
        "blas": _blas(),
        "blas_kernels": _kernels(libraries),
        "environment": {name: found[name] for name in CHOICES if name in found},
        "threads": int((environment or {}).get(THREAD_VARIABLES[0], THREADS)),
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


def _kernels(libraries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what each BLAS among `libraries` is, and the kernels that it picked."""
    return [{"library": each["internal_api"], "version": each["version"],
             "architecture": each.get("architecture"), "threads": each["num_threads"]}
            for each in libraries if each["user_api"] == "blas"]


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
