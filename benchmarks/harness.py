"""Fair turns: every side computes the same problem, block after block, and must agree."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import floor, log10
from typing import Any, Protocol

import numpy as np

from benchmarks.case import OURS, Kernel, Side, Size, told
from benchmarks.worker import Bench, serve

ALL = 16  # digits of a number of 64 bits
LONGEST, FEWEST = 8.0, 3  # seconds of processor time for all rounds, and rounds if those are short


class Disagreement(Exception):
    """A side computed something else than ours: their times are not compared."""


class Failure(Exception):
    """A side could not compute."""


class Turn(Protocol):
    """Asks one process: the method of its bench, and arguments."""

    def __call__(self, method: str, *arguments: Any) -> Any:
        """Return the answer."""


class Processes:
    """One process for each library, all alive at once; `local` keeps them in this one."""

    def __init__(self, kernels: Callable[[], dict[str, Any]], local: bool = False) -> None:
        self.kernels, self.local = kernels, local
        self.turns: dict[str, Turn] = {}
        self.stack = ExitStack()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    def turn(self, process: str) -> Turn:
        """Return how to ask the process of this name, started when first asked for."""
        if process not in self.turns:
            lend = _here if self.local else _beside
            self.turns[process] = self.stack.enter_context(lend(self.kernels))
        return self.turns[process]

    def versions(self) -> dict[str, str]:
        """Return the versions of all packages that took part."""
        found: dict[str, str] = {}
        for ask in self.turns.values():
            found |= ask("versions")
        return dict(sorted(found.items()))


@contextmanager
def _here(kernels: Callable[[], dict[str, Any]]) -> Iterator[Turn]:
    bench = Bench(kernels)
    yield lambda method, *arguments: getattr(bench, method)(*arguments)


@contextmanager
def _beside(kernels: Callable[[], dict[str, Any]]) -> Iterator[Turn]:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, kernels), daemon=True)
    process.start()
    theirs.close()

    def ask(method: str, *arguments: Any) -> Any:
        mine.send((method, arguments))
        sound, answer = mine.recv()
        if not sound:
            raise Failure(answer)
        return answer

    try:
        yield ask
    finally:
        mine.close()
        process.join(1)
        process.terminate()  # if it is in the middle of something: nobody waits for its answer
        process.join()


def compare(
    kernel: Kernel, chapter: str, size: Size, processes: Processes, sides: Sequence[Side],
    rounds: int, block: float, tell: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Time ours beside every other of `sides` on one problem; return a row for each of them.

    In each of `rounds` every side has one block of about `block` seconds, in an order drawn anew;
    a solve that takes longer than a block has fewer rounds.
    A side that fails or disagrees is told and has no row.
    """
    asked, results, digits, blocks = {}, {}, {}, {}
    for side in sides:
        try:
            ask = processes.turn(side.process)
            results[side.name] = ask("prepare", kernel.name, size, side.name)
            digits[side.name] = agree(kernel, side, results)
            blocks[side.name] = ask("calibrate", side.name, block)
            asked[side.name] = ask
        except (Failure, Disagreement) as failure:
            if side.name == OURS:
                raise
            tell(f"{kernel.name}, {told(size)}: no row for {side.name}: {failure}")
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    order, shuffle = list(asked), random.Random(0).shuffle
    for _ in range(min(rounds, max(FEWEST, int(LONGEST / sum(blocks.values()))))):
        shuffle(order)
        for name in order:
            times[name].append(asked[name]("time", name))
    for ask in asked.values():
        ask("forget")
    mine = np.array(times.pop(OURS))
    return [row(kernel, chapter, size, mine, name, np.array(found), digits[name])
            for name, found in times.items()] or [alone(kernel, chapter, size, mine)]


def alone(kernel: Kernel, chapter: str, size: Size, mine: np.ndarray) -> dict[str, Any]:
    """Return what is known of our side: seconds of a unit, and how much they spread."""
    return {"name": kernel.name, "unit": kernel.unit, "chapter": chapter, "size": told(size),
            "ours_seconds": float(np.median(mine[:, 0])), "ours_least": float(mine[:, 0].min()),
            "ours_spread": np.percentile(mine[:, 0], [25, 75]).tolist(),
            "waiting": float(np.median(mine[:, 1] / mine[:, 0]))}


def row(kernel: Kernel, chapter: str, size: Size, mine: np.ndarray, peer: str,
        theirs: np.ndarray, digits: int) -> dict[str, Any]:
    """Return the row of one peer: the ratio, peer / ours, is taken within each round."""
    low, ratio, high = np.percentile(theirs[:, 0] / mine[:, 0], [25, 50, 75])
    return {**alone(kernel, chapter, size, mine), "peer": peer,
            "peer_seconds": float(np.median(theirs[:, 0])),
            "peer_least": float(theirs[:, 0].min()),
            "peer_waiting": float(np.median(theirs[:, 1] / theirs[:, 0])),
            "ratio": float(ratio), "ratio_spread": [float(low), float(high)],
            "ratio_of_least": float(theirs[:, 0].min() / mine[:, 0].min()), "agreement": digits}


def agree(kernel: Kernel, side: Side, results: dict[str, np.ndarray]) -> int:
    """Return to how many digits a side agrees with ours; refuse fewer than are stated."""
    digits, stated = agreeing(results[OURS], results[side.name]), side.digits or kernel.digits
    if digits < stated:
        raise Disagreement(f"it agrees with ours to {digits} digits; stated: {stated}")
    return digits


def agreeing(x: np.ndarray, y: np.ndarray) -> int:
    """Return to how many digits the arrays agree: their distance, relative to their length.

    >>> agreeing(np.array([1.0, 2.0]), np.array([1.0, 2.0002])), agreeing(np.ones(2), np.ones(3))
    (4, 0)
    """
    if x.shape != y.shape or not np.isfinite(x).all() or not np.isfinite(y).all():
        return 0
    apart, length = (float(np.linalg.norm(np.ravel(each).astype(float))) for each in (x - y, x))
    return ALL if apart == 0 else min(ALL, max(0, floor(-log10(apart / length))))
