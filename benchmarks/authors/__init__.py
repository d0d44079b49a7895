"""The authors' public code beside ours: read from a folder that the reader fetched.

Nothing of it is kept here. An adapter names the folder's file and what it calls in it; it changes
no arithmetic, and leaves out bookkeeping of theirs that ours has no part in.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.case import Kernel

NAMES = ("accelerated-phase-retrieval", "deep-factorization-rank", "norms-diverging",
         "lifted-tensor-sensing", "sam-balancedness", "matrix-sensing")


def folders(given: Sequence[str]) -> dict[str, Path]:
    """Read NAME=PATH; a wrong name or a folder that is not there is one line."""
    found = {}
    for each in given:
        name, _, path = each.partition("=")
        if name not in NAMES:
            raise SystemExit(f"--authors {each}: no adapter of that name; allowed: "
                             f"{', '.join(NAMES)}")
        if not Path(path).is_dir():
            raise SystemExit(f"--authors {each}: no such folder; allowed: a checkout of the code")
        found[name] = Path(path).resolve()
    return found


def kernels(given: Mapping[str, Path]) -> list[Kernel]:
    """Return the kernels of each folder that was given."""
    return [kernel for name, folder in given.items()
            for kernel in import_module(f"benchmarks.authors.{name.replace('-', '_')}")
            .kernels(folder)]


def versions(given: Mapping[str, Path]) -> dict[str, str]:
    """Return commit and date of each folder, where it is a checkout of git."""
    found = {}
    for name, folder in given.items():
        told = subprocess.run(["git", "-C", str(folder), "log", "-1", "--format=%h of %cs"],
                              capture_output=True, text=True, check=False)
        found[name] = told.stdout.strip() or "unknown version"
    return found


def definitions(text: str, names: Sequence[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """Run only the functions `names` of a program, without what stands around or decorates them.

    >>> definitions("import nowhere\\nclass A:\\n def f(x): return x + a", ["A.f"], {"a": 1})["f"](2)
    3
    """
    space = dict(known)
    for name in names:
        found = ast.parse(text)
        for part in name.split("."):
            found = next(node for node in ast.walk(found)
                         if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == part)
        found.decorator_list = []
        exec(compile(ast.Module([found], []), "authors", "exec"), space)
    return space
