"""The least time that a kernel can take: operations and bytes, counted.

A machine multiplies matrices at a rate and moves numbers at a bandwidth, both measured in
`machine`. A kernel can be no faster than its operations at that rate, nor than its numbers, each
read or written once, at that bandwidth. Its *pieces* done alone, by the same BLAS and LAPACK at
the same shapes, take longer than that: small products do not reach the rate. What a kernel takes
beyond its pieces is its own: elementwise work, copies and calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

CALLS = 10  # a step with a floor below this many calls of NumPy is bound by calls


@dataclass(frozen=True)
class Piece:
    """`count` times `batch` products (a, b)(b, c), or factorizations of (a, b) matrices.

    >>> Piece("product", (2, 3, 4)).operations
    48
    """

    kind: str
    shape: tuple[int, ...]
    batch: int = 1
    count: int = 1

    @property
    def operations(self) -> float:
        """Floating-point operations, by the usual counts (Golub and Van Loan)."""
        return self.count * self.batch * OPERATIONS[self.kind](*self.shape)


OPERATIONS = {
    "product": lambda a, b, c: 2 * a * b * c,
    "gram": lambda a, b: a * a * b,  # a matrix by its own transpose: half of the entries
    "cholesky": lambda a: a**3 / 3,
    "solve": lambda a: 2 * a**3 / 3,
    "svd": lambda a, b: min(14 * a * b * b + 8 * b**3, 6 * a * b * b + 20 * b**3),  # thin, a >= b
    "eigh": lambda a: 9 * a**3,
}


def floor(pieces: list[Piece], numbers: int, itemsize: int,
          machine: dict[str, Any]) -> dict[str, Any]:
    """Return operations, bytes, the least seconds, and which of the two binds."""
    operations, size = sum(piece.operations for piece in pieces), numbers * itemsize
    rate = machine["rates"][f"float{8 * itemsize}"]
    seconds = {"operations": operations / rate, "bytes": size / bandwidth(size, machine)}
    binds = max(seconds, key=seconds.get)
    return {"operations": operations, "bytes": size, "floor_seconds": seconds[binds],
            "binds": binds}


def bandwidth(size: int, machine: dict[str, Any]) -> float:
    """Return the bandwidth of the smallest measured working set that holds `size` bytes."""
    levels = sorted(machine["bandwidths"], key=lambda level: level["bytes"])
    fits = [level for level in levels if size <= level["bytes"]]
    return (fits or levels[-1:])[0]["bytes_per_second"]


def reached(found: dict[str, Any], seconds: float, pieces_seconds: float,
            machine: dict[str, Any]) -> dict[str, Any]:
    """Return the share of the floor, that of the pieces, and whether calls bind."""
    calls = found["floor_seconds"] < CALLS * machine["call_seconds"]
    return {**found, "seconds": seconds, "pieces_seconds": pieces_seconds,
            "share": found["floor_seconds"] / seconds, "pieces_share": pieces_seconds / seconds,
            "binds": "calls" if calls else found["binds"]}


def numbers(*shapes: tuple[int, ...]) -> int:
    """Return how many numbers arrays of these shapes hold.

    >>> numbers((2, 3), (4,))
    10
    """
    return sum(prod(shape) for shape in shapes)
