"""All kernels by name: what `python -m benchmarks` compares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks import authors
from benchmarks.case import Kernel
from benchmarks.kernels import (adapters, deep_linear, flow, lifted, networks, nuclear_norm,
                                nystrom, phase_retrieval, regression, ridge, sensing, sharpness,
                                sparse, stochastic, two_layer)

FAMILIES = (phase_retrieval, deep_linear, sensing, lifted, networks, adapters, two_layer,
            sharpness, nystrom, regression, stochastic, nuclear_norm, sparse, ridge, flow)


def kernels(folders: Mapping[str, Path] | None = None) -> dict[str, Kernel]:
    """Return the kernels in the order in which they are shown, those of authors' code last."""
    found = [kernel for family in FAMILIES for kernel in family.KERNELS]
    return {kernel.name: kernel for kernel in [*found, *authors.kernels(folders or {})]}
