r"""Weighted completion of $zz^\top$, lifted from vectors to symmetric tensors of odd order.

At order $l$ a tensor $w$ stands for $w\otimes w$, and $x^{\otimes l}$ for $xx^\top$ to the power
$l$. States are coordinates in an orthonormal basis of the symmetric tensors, shape (rows, d) with
$d = \binom{n+l-1}{l}$: lengths and angles are those of the tensors, and no rounding can leave
the subspace.
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations_with_replacement, permutations
from math import comb

import numpy as np


@dataclass(frozen=True)
class LiftedCompletion:
    r"""Minimize the squared error of lifted measurements of $w\otimes w$.

    $$h^l(w)=\tfrac14\|\mathcal A^{\otimes l}(w\otimes w)-\mathcal A(zz^\top)^{\otimes l}\|^2$$

    $\mathcal A(M)_{ij} = \sqrt{W_{ij}}\,(M_{ij}+M_{ji})/2$, so that $\mathcal A^*\mathcal A(M) =
    W\circ M$ for symmetric $M$; $\mathcal A^{\otimes l}$ applies it to each of the $l$ pairs of
    axes of $w\otimes w$. With $l = 1$ this is the factored problem itself, in $x = w$.

    Parameters
    ----------
    weights : array, shape (n, n)
        $W$, symmetric, >= 0.
    truth : array, shape (n,)
        $z$. The solutions are $\pm z^{\otimes l}$.
    order : int
        $l$, odd.

    Raises
    ------
    ValueError
        If `order` is not odd and positive, or `weights` not symmetric, >= 0 and (n, n).

    Examples
    --------
    >>> problem = LiftedCompletion(np.ones((2, 2)), np.array([1.0, 0.0]), order=3)
    >>> problem.gradient(problem.lift(np.array([[2.0, 0.0]])))
    array([[504.,   0.,   0.,   0.]])
    """

    weights: np.ndarray
    truth: np.ndarray
    order: int

    def __post_init__(self) -> None:
        n, W = len(self.truth), self.weights
        if self.order < 1 or self.order % 2 == 0:
            raise ValueError(f"order = {self.order!r}: must be odd and positive")
        if W.shape != (n, n) or np.any(W != W.T) or np.any(W < 0):
            raise ValueError(f"weights: must be a symmetric ({n}, {n}) matrix with no entry < 0")

    def lift(self, x: np.ndarray) -> np.ndarray:
        r"""Coordinates of $x^{\otimes l}$ for vectors (rows, n), shape (rows, d)."""
        power = x
        for _ in range(self.order - 1):
            power = (power[:, :, None] * x[:, None]).reshape(len(x), -1)
        return power @ self._basis.T

    def unfold(self, w: np.ndarray) -> np.ndarray:
        r"""The tensors as matrices (rows, n, n^(l-1)): rank one exactly for $\pm x^{\otimes l}$."""
        return (w @ self._basis).reshape(len(w), len(self.truth), -1)

    def distance(self, w: np.ndarray) -> np.ndarray:
        r"""$\min\|w\mp z^{\otimes l}\|$, shape (rows,)."""
        target = self.lift(self.truth[None])
        return np.minimum(np.linalg.norm(w - target, axis=1), np.linalg.norm(w + target, axis=1))

    def gradient(self, w: np.ndarray) -> np.ndarray:
        r"""$\nabla h^l$ at each row, shape (rows, d).

        A measurement does not see which of its two indices belongs to which factor of
        $w\otimes w$, so $s$ of the $l$ pairs may be exchanged. With the first $s$ indices of
        $w$ written as one and the others as one, and $B = W\circ zz^\top$, this is

        $$2^{1-l}\sum_{s<l/2}\binom ls\sum_{q,k}W^{\otimes s}_{pq}W^{\otimes(l-s)}_{jk}
        \,w_{pk}w_{qk}w_{qj} - (B^{\otimes l}w)_{pj},$$

        projected on the symmetric tensors.
        """
        whole, last = w @ self._basis, (self.order - 1) // 2
        terms = [comb(self.order, s) * self._exchange(whole, s) for s in range(last + 1)]
        return sum(terms) @ self._basis.T / 2 ** (self.order - 1) - w @ self._pull

    def hessian(self, w: np.ndarray) -> np.ndarray:
        r"""$\nabla^2h^l$ at one state (d,), shape (d, d).

        The gradient $g$ is a cubic polynomial, so a difference over four points is exact:
        $12\,\nabla^2h\,e = 8\,(g(w+e)-g(w-e)) - (g(w+2e)-g(w-2e))$.
        """
        e = np.eye(len(w))
        near, far = (self.gradient(w + t * e) - self.gradient(w - t * e) for t in (1, 2))
        return (8 * near - far) / 12

    def gram(self, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        r"""Inner products $\langle\mathcal A(P),\mathcal A(Q)\rangle$ among four matrices, (4, 4).

        They are $xx^\top$, $\frac12(xu^\top+ux^\top)$, $uu^\top$ and $zz^\top$. Those of their
        lifted versions are the same numbers to the power $l$.
        """
        xu = np.outer(x, u)
        P = np.array([np.outer(x, x), (xu + xu.T) / 2, np.outer(u, u),
                      np.outer(self.truth, self.truth)])
        return np.einsum("aij,ij,bij->ab", P, self.weights, P)

    @cached_property
    def _basis(self) -> np.ndarray:
        basis = symmetric_basis(len(self.truth), self.order)
        return basis.reshape(len(basis), -1)

    @cached_property
    def _powers(self) -> list[np.ndarray]:
        return [_kronecker(self.weights, k) for k in range(self.order + 1)]

    @cached_property
    def _pull(self) -> np.ndarray:
        B = self.weights * np.outer(self.truth, self.truth)
        return self._basis @ _kronecker(B, self.order) @ self._basis.T

    def _exchange(self, whole: np.ndarray, s: int) -> np.ndarray:
        X = whole.reshape(len(whole), len(self.truth) ** s, -1)
        pairs = (X[:, :, None] * X[:, None]) @ self._powers[self.order - s]
        pairs *= X[:, None]
        return np.einsum("pq,rpqj->rpj", self._powers[s], pairs).reshape(len(whole), -1)


def symmetric_basis(n: int, order: int) -> np.ndarray:
    r"""Orthonormal basis of the symmetric tensors, shape (d, n, ..., n), $d=\binom{n+l-1}{l}$.

    One tensor for each choice of $l$ indices: equal entries at all their orders.

    Examples
    --------
    >>> symmetric_basis(2, 2)[1].round(3)
    array([[0.   , 0.707],
           [0.707, 0.   ]])
    """
    choices = list(combinations_with_replacement(range(n), order))
    basis = np.zeros((len(choices), *[n] * order))
    for tensor, choice in zip(basis, choices, strict=True):
        places = set(permutations(choice))
        for place in places:
            tensor[place] = len(places) ** -0.5
    return basis


def coupled_completion(n: int, coupling: float, order: int) -> LiftedCompletion:
    r"""$z=(1,0,1,0,\dots)$, all entries of $zz^\top$ seen, those between two ones only weakly.

    $W_{ij}=\epsilon^2$ where $z_i=z_j=1$ and $i\ne j$, else 1. At $\epsilon=0$ each choice of
    the signs of the ones is a solution.

    Parameters
    ----------
    n : int
        Size, >= 3.
    coupling : float
        $\epsilon$, >= 0.
    order : int
        $l$, odd.
    """
    truth = 1.0 - np.arange(n) % 2
    weights = np.where(np.outer(truth, truth) * (1 - np.eye(n)), coupling**2, 1.0)
    return LiftedCompletion(weights, truth, order)


def _kronecker(A: np.ndarray, power: int) -> np.ndarray:
    return reduce(np.kron, [A] * power, np.ones((1, 1)))
