"""What the properties draw: generic points by seed, and numbers and matrices with ties."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 4)
SCALES = st.sampled_from([1e-3, 0.1, 1.0, 3.0])
# nothing here overflows when it is squared and summed, and nothing is subnormal
NUMBERS = st.one_of(st.integers(-3, 3).map(float),
                    st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: abs(x) > 1e-9))
POSITIVE = NUMBERS.map(abs).filter(bool)
SAMPLES = st.lists(NUMBERS, min_size=1, max_size=8)


@dataclass(frozen=True)
class Problem:
    """The sizes, the scale and the stream of a problem at a generic point."""

    seed: int
    batch: tuple[int, ...]
    scale: float
    n: int
    m: int
    k: int
    depth: int

    @cached_property
    def rng(self) -> np.random.Generator:
        """The stream that all entries come from."""
        return np.random.default_rng(self.seed)

    def normal(self, *shape: int) -> np.ndarray:
        """One array of the given shape for each problem of the batch, of size `scale`."""
        return self.scale * self.rng.standard_normal((*self.batch, *shape))

    def standard(self, *shape: int) -> np.ndarray:
        """One array that the whole batch shares, of scale 1."""
        return self.rng.standard_normal(shape)


BATCHES = st.sampled_from([(), (1,), (3,), (2, 3)])
ROWS = st.sampled_from([(1,), (3,)])


def problems(batches: st.SearchStrategy = BATCHES) -> st.SearchStrategy:
    """Draw a problem, its batch axes from `batches`."""
    return st.builds(Problem, SEEDS, batches, SCALES, SIZES, SIZES, SIZES, SIZES)


def matrices() -> st.SearchStrategy:
    """Draw a matrix, often with zeros and ties, seldom of full rank."""
    return arrays.arrays(float, st.tuples(SIZES, SIZES), elements=NUMBERS)


def orthogonal(seed: int, n: int) -> np.ndarray:
    """A uniform orthogonal matrix of size n."""
    Q, R = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))
    return Q * np.sign(np.diag(R))
