r"""Gaussian phase retrieval: find $x^\star$, up to its sign, from $(a_i^\top x^\star)^2$."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from implicitreg.operators import RankOneOperator


@dataclass(frozen=True)
class PhaseRetrieval:
    r"""Minimize $f(x) = \frac1{4m}\sum_i\big((a_i^\top x)^2 - (a_i^\top x^\star)^2\big)^2$.

    States are rows, shape (rows, n): starts or methods that share one problem.

    Parameters
    ----------
    operator : RankOneOperator
        The vectors $a_i$, shape (m, n).
    truth : array, shape (n,)
        $x^\star$; $-x^\star$ explains the measurements as well.
    """

    operator: RankOneOperator
    truth: np.ndarray

    @cached_property
    def y(self) -> np.ndarray:
        r"""Measurements $(a_i^\top x^\star)^2/\sqrt m$, shape (m,)."""
        return self.operator.forward_rows(self.truth[None])[0]

    def gradient(self, x: np.ndarray) -> np.ndarray:
        r"""$\nabla f(x) = \frac1m A^\top\big(((Ax)^2 - (Ax^\star)^2)\odot Ax\big)$ of each row."""
        return self.operator.gradient_rows(x, self.y)

    def error(self, x: np.ndarray) -> np.ndarray:
        r"""$\pm x - x^\star$ with the sign that is nearer, shape (rows, n)."""
        return np.where(x @ self.truth < 0, -1, 1)[:, None] * x - self.truth

    def distance(self, x: np.ndarray) -> np.ndarray:
        r"""$\min(\|x - x^\star\|, \|x + x^\star\|)$, shape (rows,)."""
        return np.linalg.norm(self.error(x), axis=1)

    def incoherence(self, x: np.ndarray) -> np.ndarray:
        r"""$\mu(x) = \max_i|a_i^\top(\pm x - x^\star)|/(\sqrt{\log n}\,\|x^\star\|)$, (rows,)."""
        scale = np.sqrt(np.log(len(self.truth))) * np.linalg.norm(self.truth)
        return np.abs(self.error(x) @ self.operator.vectors.T).max(axis=1) / scale

    def alignment(self, x: np.ndarray) -> np.ndarray:
        r"""$\nu(x) = \max_i|a_i^\top e|/(\sqrt{2\log m}\,\|e\|)$ for the error $e$, shape (rows,).

        About 1 for an error that does not depend on the $a_i$, however long it is; NaN at 0.
        """
        error = self.error(x)
        length = np.linalg.norm(error, axis=1) * np.sqrt(2 * np.log(self.operator.n_measurements))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.abs(error @ self.operator.vectors.T).max(axis=1) / length

    def least_curvature(self, x: np.ndarray) -> np.ndarray:
        r"""$\lambda_{\min}$ of $\frac1m\sum_i(3(a_i^\top x)^2-(a_i^\top x^\star)^2)a_ia_i^\top$, (rows,)."""
        weights = 3 * self.operator.forward_rows(x) - self.y
        return np.linalg.eigvalsh(self.operator.adjoint(weights))[:, 0]

    def curvatures(self) -> np.ndarray:
        r"""Eigenvalues of $\nabla^2 f(x^\star) = \frac2m\sum_i(a_i^\top x^\star)^2a_ia_i^\top$."""
        return np.linalg.eigvalsh(2 * self.operator.adjoint(self.y))


def gaussian_phase_retrieval(rng: np.random.Generator, n: int, m: int) -> PhaseRetrieval:
    r"""A problem with $a_i\sim N(0, I_n)$, $i\le m$, and $x^\star$ uniform on the unit sphere."""
    truth = rng.standard_normal(n)
    vectors = rng.standard_normal((m, n))
    return PhaseRetrieval(RankOneOperator(vectors), truth / np.linalg.norm(truth))


def spectral_start(problem: PhaseRetrieval) -> np.ndarray:
    r"""$\sqrt{\lambda_1/3}\,v_1$ for the top eigenpair of $\frac1m\sum_iy_ia_ia_i^\top$, (n,).

    Its mean is $\|x^\star\|^2I + 2x^\star x^{\star\top}$: the top eigenvector points along
    $x^\star$ and $\lambda_1\approx3\|x^\star\|^2$ gives the length.
    """
    eigenvalues, vectors = np.linalg.eigh(problem.operator.adjoint(problem.y))
    return np.sqrt(eigenvalues[-1] / 3) * vectors[:, -1]
