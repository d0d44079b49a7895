"""What the machine can do: rate of matrix products, bandwidth by triad, cost of a call."""

from __future__ import annotations

import importlib.util
import os
import platform
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import scipy.linalg

from benchmarks.floors import Piece

SIDES = (8, 32, 64, 128, 256, 512, 1024)
LIBRARIES = {"numpy": "numpy", "torch": "torch", "jax": "jax"}  # by the process that they live in
WORKING_SETS = {"second-level cache": 512 << 10, "shared cache": 6 << 20, "memory": 192 << 20}


def measure(products: list[dict[str, Any]]) -> dict[str, Any]:
    """Return name, rates in operations a second, bandwidths in bytes a second.

    The rate of the machine is the best of all `products`, whichever library reached it.
    """
    rates = {dtype: max(each["rate"] for each in products if each["dtype"] == dtype)
             for dtype in ("float64", "float32")}
    return {"cpu": processor(), "cores": os.cpu_count(), "system": platform.system(),
            "blas": blas(), "products": products, "rates": rates,
            "bandwidths": [{"level": level, "bytes": size, "bytes_per_second": triad(size)}
                           for level, size in WORKING_SETS.items()],
            "call_seconds": call_seconds()}


def products(library: str) -> list[dict[str, Any]]:
    """Return how many operations a second square products of a library come to.

    In the median: a limit is what a machine holds, not what one reading of its clock gave.
    """
    return [{"library": library, "side": side, "dtype": dtype,
             "rate": 2 * side**3 / median(blocks(_square(library, side, dtype), 0.05))}
            for dtype in ("float64", "float32") for side in SIDES]


def _square(library: str, side: int, dtype: str) -> Callable[[], Any]:
    a, b = np.random.default_rng(0).standard_normal((2, side, side)).astype(dtype)
    if library == "torch":
        import torch

        a, b = torch.from_numpy(a), torch.from_numpy(b)
        out = torch.empty_like(a)
        return lambda: torch.mm(a, b, out=out)
    if library == "jax":
        import jax

        multiply, a, b = jax.jit(lambda a, b: a @ b), jax.numpy.asarray(a), jax.numpy.asarray(b)
        return lambda: multiply(a, b).block_until_ready()
    out = np.empty_like(a)
    return lambda: np.matmul(a, b, out=out)


def processor() -> str:
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file
                        if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def blas() -> str:
    """Return NumPy's BLAS, and the kernels that it picked if that can be asked."""
    found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    if not importlib.util.find_spec("threadpoolctl"):
        return f"{found['name']} {found['version']}"
    from threadpoolctl import threadpool_info

    picked = {each.get("architecture") for each in threadpool_info()} - {None}
    return f"{found['name']} {found['version']} ({', '.join(sorted(picked))})"


def least(call: Callable[[], Any], enough: float = 0.05) -> float:
    """Return the least processor time of `call`, of blocks that take `enough` seconds together."""
    return min(blocks(call, enough))


def blocks(call: Callable[[], Any], enough: float, repeats: int = 7) -> list[float]:
    """Return the processor time of `call` in each of several blocks, once it is warm."""
    call()
    block, number = 0.0, 1
    while block < enough / repeats:
        number *= 2
        block = _timed(call, number)
    return [_timed(call, number) / number for _ in range(repeats)]


def _timed(call: Callable[[], Any], number: int) -> float:
    start = time.process_time()
    for _ in range(number):
        call()
    return time.process_time() - start


def triad(size: int) -> float:
    r"""Bandwidth of $a\leftarrow a+sb$, a pass over two arrays of `size` bytes in all."""
    a, b = np.zeros((2, size // 16))
    axpy = scipy.linalg.blas.daxpy
    # read a, read b, write a
    return 1.5 * size / least(lambda: axpy(b, a, a=1e-9), 0.3 if size > 1 << 25 else 0.05)


def call_seconds() -> float:
    """Return what a call of NumPy costs on next to no numbers."""
    x = np.ones(4)
    return least(lambda: x + x)


def seconds(piece: Piece, dtype: str = "float64") -> float:
    """Return the time that a piece takes alone, its memory lent to it."""
    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.standard_normal((piece.batch, *shape)).astype(dtype)  # noqa: E731
    return piece.count * least(ALONE[piece.kind](draw, *piece.shape))


def _product(draw: Callable, a: int, b: int, c: int) -> Callable[[], Any]:
    left, right = draw(a, b), draw(b, c)
    if len(left) == 1:  # no loop over a batch
        left, right = left[0], right[0]
    out = np.matmul(left, right)
    return lambda: np.matmul(left, right, out=out)


def _gram(draw: Callable, a: int, b: int) -> Callable[[], Any]:
    matrix = draw(a, b)[0]
    return lambda: matrix @ matrix.T


def _positive(draw: Callable, a: int) -> np.ndarray:
    matrix = draw(a, a)
    return matrix @ matrix.mT + np.eye(a, dtype=matrix.dtype)


def _solve(draw: Callable, a: int) -> Callable[[], Any]:
    matrix, right = _positive(draw, a), draw(a, 1)
    return lambda: np.linalg.solve(matrix, right)


def _svd(draw: Callable, a: int, b: int) -> Callable[[], Any]:
    matrix = draw(a, b)
    return lambda: np.linalg.svd(matrix, full_matrices=False)


def _factor(of: Callable) -> Callable:
    def prepare(draw: Callable, a: int) -> Callable[[], Any]:
        matrix = _positive(draw, a)
        return lambda: of(matrix)

    return prepare


ALONE = {"product": _product, "gram": _gram, "solve": _solve, "svd": _svd,
         "cholesky": _factor(np.linalg.cholesky), "eigh": _factor(np.linalg.eigh)}
