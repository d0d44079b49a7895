r"""A matrix learned through two factors, $VW^\top$, and the balance between them.

The loss cannot tell $(V, W)$ from $(VA, WA^{-\top})$. What it cannot see, gradient descent hardly
changes: with $B(V, W) = V^\top V - W^\top W$, any step $d$ along the gradient obeys
$B(z + d) = B(z) + B(d)$, so gradient flow conserves $B$ and steps of size $\mu$ move it by
$O(\mu)$ in all. For wide matrices `balancedness` keeps the same account by one number, half the
trace of $B$.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from implicitreg.parameterizations import bifactored_gradient
from implicitreg.rules import Gradient


@dataclass(frozen=True)
class FactorPair:
    r"""The two blocks of a stacked state $z = (V; W)$, shape (..., n1 + n2, k).

    Parameters
    ----------
    n1 : int
        Rows of $V$, >= 1.

    Raises
    ------
    ValueError
        If `n1` < 1.

    Examples
    --------
    >>> pair, z = FactorPair(1), np.array([[3.0], [1.0], [2.0]])
    >>> pair.product(z)
    array([[3., 6.]])
    >>> pair.imbalance(z)
    array([[4.]])
    """

    n1: int

    def __post_init__(self) -> None:
        if self.n1 < 1:
            raise ValueError(f"n1 = {self.n1!r}: must be >= 1")

    def split(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Views of $V$, shape (..., n1, k), and of $W$, shape (..., n2, k)."""
        return z[..., : self.n1, :], z[..., self.n1 :, :]

    def product(self, z: np.ndarray) -> np.ndarray:
        r"""$VW^\top$, shape (..., n1, n2)."""
        V, W = self.split(z)
        return V @ W.mT

    def gradient(self, G: Callable[[np.ndarray], np.ndarray]) -> Gradient:
        r"""$z\mapsto(G(VW^\top)W;\ G(VW^\top)^\top V)$, the gradient of $\ell(VW^\top)$ in z.

        Parameters
        ----------
        G : callable
            The gradient $\nabla\ell$, of matrices (..., n1, n2).
        """
        return lambda z: np.concatenate(bifactored_gradient(*self.split(z), G), axis=-2)

    def imbalance(self, z: np.ndarray) -> np.ndarray:
        r"""$B = V^\top V - W^\top W$, shape (..., k, k)."""
        V, W = self.split(z)
        return V.mT @ V - W.mT @ W

    def coupling(self, z: np.ndarray, U: np.ndarray, R: np.ndarray) -> tuple[np.ndarray, ...]:
        r"""Size of the coupled and of the decoupled part, $\|U^\top V\pm R^\top W\|_F$.

        With the singular vectors of the target, $X = U\Sigma R^\top$, these are the parts of z
        along the eigenvectors $(u_i; \pm r_i)$ of the symmetric matrix with blocks $0, X, X^\top,
        0$, whose eigenvalues are $\pm\sigma_i$: under full observation a small coupled part grows
        by $1+\mu\sigma$ a step, the decoupled one shrinks by $1-\mu\sigma$.

        Parameters
        ----------
        z : array, shape (..., n1 + n2, k)
            The state.
        U, R : arrays, shapes (n1, r) and (n2, r)
            Left and right singular vectors of X, in one order.

        Returns
        -------
        coupled, decoupled : arrays, shape (...)
        """
        V, W = self.split(z)
        left, right = U.T @ V, R.T @ W
        return tuple(np.linalg.norm(left + sign * right, axis=(-2, -1)) for sign in (1, -1))
