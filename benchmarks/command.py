"""The command line: what is compared, with what, and where the results are stored."""

from __future__ import annotations

import argparse
import datetime
import functools
import hashlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import authors, harness, machine
from benchmarks.case import OURS, PLAIN, Kernel, Side, Size, told
from benchmarks.catalogue import kernels
from benchmarks.floors import floor, reached

ROOT = Path(__file__).parents[1]
STORED = ROOT / "book" / "data" / "benchmarks.json"
ROUNDS, BLOCK = 15, 0.02


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, then put the results in the place of the stored ones."""
    options = parse(arguments)
    paths = authors.folders(options.authors)
    family = functools.partial(kernels, paths)
    chosen = [kernel for name, kernel in family().items()
              if not options.only or any(part in name for part in options.only)]
    if not chosen:
        raise SystemExit(f"--only {options.only[0]}: no kernel's name holds it; allowed: a part of "
                         + ", ".join(family()))
    started = time.perf_counter()
    with harness.Processes(family) as processes:
        found = study(chosen, processes, options.rounds, options.block)
        found["machine"] |= {"versions": processes.versions(), "load": os.getloadavg()[0]}
    found |= {"authors": authors.versions(paths), "sources": sources()}
    found["machine"]["seconds"] = time.perf_counter() - started
    store(Path(options.out), found)
    tell(f"stored in {options.out}")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("benchmarks", description="Time the book's kernels and "
                                     "solvers beside their peers; store what came of it.")
    parser.add_argument("--only", action="append", default=[], metavar="PART",
                        help="only kernels whose name holds PART; may be repeated")
    parser.add_argument("--authors", action="append", default=[], metavar="NAME=PATH",
                        help=f"authors' code in the folder PATH; names: {', '.join(authors.NAMES)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="blocks of each side")
    parser.add_argument("--block", type=float, default=BLOCK, help="seconds of a block")
    parser.add_argument("--out", default=str(STORED), help="where to store the results")
    options = parser.parse_args(arguments)
    if options.only and options.out == str(STORED):
        parser.error(f"--only: say --out FILE too; {STORED.name} holds all kernels")
    if options.rounds < 1 or not options.block > 0:
        parser.error(f"--rounds {options.rounds}, --block {options.block}: both must be > 0")
    return options


def tell(line: str) -> None:
    """Say what is going on."""
    print(line, file=sys.stderr, flush=True)


def study(chosen: Sequence[Kernel], processes: harness.Processes, rounds: int,
          block: float) -> dict[str, Any]:
    """Return machine, rows, floors and sweeps of the `chosen` kernels."""
    found = {"machine": {**machine.measure(rates(processes)), "date": now()},
             "rows": [], "floors": [], "sweeps": []}
    skipped = {(side.name, *side.missing()) for kernel in chosen for side in kernel.sides
               if side.missing()}
    for name, *lacking in sorted(skipped):
        tell(f"{name}: left out, no {', '.join(lacking)} here")
    for kernel in chosen:
        for chapter, size, sides in cases(kernel):
            tell(f"{kernel.name}, {told(size)} ({chapter})")
            rows = harness.compare(kernel, chapter, size, processes, sides, rounds, block, tell)
            found["rows"] += rows
            if kernel.pieces:
                about = {name: rows[0][name] for name in ("name", "unit", "chapter", "size")}
                found["floors"].append(about | limit(kernel, size, rows[0]["ours_least"],
                                                     found["machine"]))
        if kernel.sweep:
            found["sweeps"].append(sweep(kernel, processes, max(3, rounds // 2), block,
                                         found["machine"]))
    return found


def rates(processes: harness.Processes) -> list[dict[str, Any]]:
    """Return the rate of matrix products by library, type and size, each in its own process."""
    return [each for process, library in machine.LIBRARIES.items()
            if importlib.util.find_spec(library)
            for each in processes.turn(process)("products", process)]


def cases(kernel: Kernel) -> Iterator[tuple[str, Size, list[Side]]]:
    """Yield each case with the sides that take part: those that are here and not too slow."""
    here = [side for side in kernel.sides if not side.missing()]
    for at, (chapter, size) in enumerate(kernel.chapters):
        left = len(kernel.chapters) - at
        yield chapter, size, [side for side in here if side.limit is None or left <= side.limit]


def limit(kernel: Kernel, size: Size, seconds: float, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the floor of a kernel at one size, and the share of it that is reached."""
    pieces = kernel.pieces(**size)
    alone = sum(machine.seconds(piece, kernel.dtype) for piece in pieces)
    itemsize = 4 if kernel.dtype == "float32" else 8
    return reached(floor(pieces, kernel.numbers(**size), itemsize, known), seconds, alone, known)


def sweep(kernel: Kernel, processes: harness.Processes, rounds: int, block: float,
          known: Mapping[str, Any]) -> dict[str, Any]:
    """Return our cost against size, with that of the plain NumPy and the floor."""
    sides = [side for side in kernel.sides if side.name in (OURS, PLAIN)]
    points = []
    for size in kernel.sweep:
        first = harness.compare(kernel, "", size, processes, sides, rounds, block)[0]
        bound = floor(kernel.pieces(**size), kernel.numbers(**size),
                      4 if kernel.dtype == "float32" else 8, known)
        points.append({"at": size[kernel.axis], "seconds": first["ours_least"],
                       "plain_seconds": first.get("peer_least"),
                       "floor_seconds": bound["floor_seconds"]})
    return {"name": kernel.name, "unit": kernel.unit, "axis": kernel.axis, "slope": kernel.slope,
            "points": points}


def sources() -> dict[str, str]:
    """Return the digest of every file that was measured, or that measured."""
    loaded = [module.__file__ for name, module in list(sys.modules.items())
              if name.split(".")[0] in ("implicitreg", "benchmarks")
              and getattr(module, "__file__", None)]
    files = {Path(file).resolve() for file in loaded}
    return {path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(files) if path.is_relative_to(ROOT) and path.stat().st_size}


def now() -> str:
    """Return the time, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def store(path: Path, found: Mapping[str, Any]) -> None:
    """Replace the stored results as a whole."""
    text = json.dumps({"schema": 1, **found}, indent=1, ensure_ascii=False, allow_nan=False)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text + "\n", encoding="utf-8")
    os.replace(new, path)
