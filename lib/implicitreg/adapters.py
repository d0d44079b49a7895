r"""Low-rank adapters: a frozen network whose weights become $W_l + B_lA_l$.

$B_l$ starts at 0, so that the adapted network starts as the frozen one; what a method chooses are
the rows $A_l$, and with them the directions that $W_l$ can move in first:
$\partial\ell/\partial B_l = G_lA_l^\top$, $\partial\ell/\partial A_l = B_l^\top G_l$, where $G_l$
is the gradient in the full weights.

References
----------
.. [1] E. Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022.
.. [2] B. Li, L. Zhang, A. Mokhtari, N. He, "On the crucial role of initialization for matrix
   factorization", ICLR 2025, arXiv:2410.18965 (NoRA: $A_l = \Omega_lW_l$).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from implicitreg.networks import Network

Rows = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]


def uniform_rows(weight: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    """LoRA's start: entries uniform in [-1, 1], shape (rank, in); `weight` lends its shape."""
    return rng.uniform(-1, 1, (rank, weight.shape[1]))


def nystrom_rows(weight: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    r"""NoRA's start $A = \Omega W$ with $\Omega$ Gaussian: rows in the row space of $W$."""
    return rng.standard_normal((rank, weight.shape[0])) @ weight


def orthogonal_rows(weight: np.ndarray, rank: int, rng: np.random.Generator) -> np.ndarray:
    """The singular values of `nystrom_rows` on the same stream, in directions drawn at random."""
    spectrum = np.linalg.svdvals(nystrom_rows(weight, rank, rng))
    u, _, vt = np.linalg.svd(rng.standard_normal((rank, weight.shape[1])), full_matrices=False)
    return u * spectrum @ vt


@dataclass(frozen=True)
class Adapters:
    r"""Adapters of one rank on every layer of frozen networks, one network a row.

    The adapters of a row are one flat vector $(B_1, A_1, B_2, A_2, \dots)$, so that a state of
    shape (rows, size) goes through `descend`.

    Parameters
    ----------
    network : Network
        The architecture.
    frozen : array, shape (rows, P)
        Its parameters; they stay as they are, biases included.
    rank : int
        Rows of each $A_l$, >= 1.

    Raises
    ------
    ValueError
        If `rank` < 1.
    """

    network: Network
    frozen: np.ndarray
    rank: int

    def __post_init__(self) -> None:
        if self.rank < 1:
            raise ValueError(f"rank = {self.rank!r}: must be >= 1")

    @property
    def size(self) -> int:
        """Number of trained parameters of one row."""
        shapes = [weight.shape[1:] for weight in self.network.weights(self.frozen)]
        return sum(self.rank * (n_out + n_in) for n_out, n_in in shapes)

    def factors(self, x: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        r"""$B_l$ (rows, out, rank) and $A_l$ (rows, rank, in) of each layer, views of `x`."""
        if x.shape != (len(self.frozen), self.size):
            shape = (len(self.frozen), self.size)
            raise ValueError(f"adapters have shape {x.shape}: must be {shape}")
        views, at = [], 0
        for weight in self.network.weights(self.frozen):
            pair = []
            for shape in ((weight.shape[1], self.rank), (self.rank, weight.shape[2])):
                end = at + shape[0] * shape[1]
                pair.append(x[:, at:end].reshape(-1, *shape))
                at = end
            views.append(tuple(pair))
        return views

    def start(
        self, rows: Rows, rngs: Sequence[np.random.Generator], norm: float = 0.577
    ) -> np.ndarray:
        r"""$B_l = 0$, and $A_l$ from `rows`, scaled to $\|A_l\|_F = \text{norm}\cdot\sqrt{rank}$.

        Equal norms make a comparison of starts one of directions, not of learning rates.
        """
        if not norm > 0:
            raise ValueError(f"norm = {norm!r}: must be > 0")
        if len(rngs) != len(self.frozen):
            raise ValueError(f"{len(self.frozen)} networks, {len(rngs)} streams: one for each")
        x = np.zeros((len(self.frozen), self.size), self.frozen.dtype)
        for weight, (_, A) in zip(self.network.weights(self.frozen), self.factors(x), strict=True):
            for i, rng in enumerate(rngs):
                A[i] = rows(weight[i], self.rank, rng)
            A *= norm * self.rank**0.5 / np.linalg.norm(A, axis=(-2, -1), keepdims=True)
        return x

    def adapted(self, x: np.ndarray) -> np.ndarray:
        r"""Parameters (rows, P) of the networks with weights $W_l + B_lA_l$."""
        params = self.frozen.copy()
        for weight, (B, A) in zip(self.network.weights(params), self.factors(x), strict=True):
            weight += B @ A
        return params

    def gradient(self, x: np.ndarray, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Gradient of the mean cross-entropy in the adapters, shape (rows, size)."""
        gradient = np.empty_like(x)
        full = self.network.weights(self.network.gradient(self.adapted(x), inputs, labels))
        for G, (B, A), (in_B, in_A) in zip(
            full, self.factors(x), self.factors(gradient), strict=True
        ):
            in_B[:], in_A[:] = G @ A.mT, B.mT @ G
        return gradient
