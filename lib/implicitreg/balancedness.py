r"""Balancedness of two blocks $x, y$ whose loss does not change under $(cx, y/c)$.

$$\mathcal B = \tfrac12(\|x\|^2 - \|y\|^2).$$

Gradient flow conserves it, sharpness-aware minimization does not; balancedness-aware
regularization (BAR) moves it directly, at the price of one gradient a step [1]_. In general the
*pairs* of blocks are given by a function of the state that returns views of it.

References
----------
.. [1] B. Li, L. Zhang, N. He, "Implicit regularization of sharpness-aware minimization for
   scale-invariant problems", NeurIPS 2024, arXiv:2410.14802.
"""

from collections.abc import Callable

import numpy as np

from implicitreg.parameterizations import bifactored_gradient
from implicitreg.rules import Gradient, Rule

Pairs = Callable[[np.ndarray], list[tuple[np.ndarray, np.ndarray]]]
# Of four squared norms, of x, y and of their gradients, each of shape (rows,).
Strength = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray | float]


def squared_norm(x: np.ndarray) -> np.ndarray:
    r"""$\|x\|^2$ of each row, over all its further axes."""
    flat = x.reshape(len(x), -1)
    return np.einsum("ij,ij->i", flat, flat)


def balancedness(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    r"""$\mathcal B = \tfrac12(\|x\|^2 - \|y\|^2)$ of each row.

    Examples
    --------
    >>> balancedness(np.array([[2.0, 0.0]]), np.array([[1.0, 1.0]]))
    array([1.])
    """
    return (squared_norm(x) - squared_norm(y)) / 2


def inner_gradient(z: np.ndarray, target: np.ndarray) -> np.ndarray:
    r"""Gradient of $(x^\top y - b)^2$ in $z = (x, y)$: $f'\cdot(y, x)$, $f' = 2(x^\top y - b)$.

    `z` has shape (rows, 2, n), the targets $b$ (rows,).
    """
    slope = 2 * (np.einsum("ij,ij->i", z[:, 0], z[:, 1]) - target)
    return slope[:, None, None] * z[:, ::-1]


def outer_gradient(z: np.ndarray, target: np.ndarray) -> np.ndarray:
    r"""Gradient of $\|xy^\top - T\|_F^2$ in $z = (x, y)$: $(Gy, G^\top x)$, $G = 2(xy^\top - T)$.

    `z` has shape (rows, 2, n), the targets $T$ (rows, n, n).
    """
    blocks = bifactored_gradient(z[:, 0, :, None], z[:, 1, :, None], lambda W: 2 * (W - target))
    return np.stack(blocks, axis=1)[..., 0]


def decay_strength(rho: float) -> Strength:
    r"""$\beta = \rho\|g\|/(\|x\|^2+\|y\|^2)$: the rate of SAM's weight decay on $x^\top y$."""
    return lambda x2, y2, gx2, gy2: rho * np.sqrt(gx2 + gy2) / (x2 + y2)


def sam_strength(rho: float) -> Strength:
    r"""$\beta = \rho\,|\|g_x\|^2-\|g_y\|^2|\,/\,(\|g\|(\|x\|^2+\|y\|^2))$.

    With it `nbar` moves $\mathcal B$ as SAM of radius $\rho$ does, to first order in $\rho$.
    """
    return lambda x2, y2, gx2, gy2: rho * np.abs(gx2 - gy2) / (
        np.sqrt(np.maximum(gx2 + gy2, 1e-300)) * (x2 + y2))


def obar(pairs: Pairs, strength: Strength) -> Rule:
    r"""Overall BAR: the longer block of each pair is scaled by $1-\eta\beta$, the other $1+\eta\beta$.

    As weight decay does, it acts beside a gradient step, $z_{t+1} = (1\mp\eta\beta)z_t - \eta g$;
    $\dot{\mathcal B} = -\beta(\|x\|^2+\|y\|^2)\,\mathrm{sign}\,\mathcal B$.

    Parameters
    ----------
    pairs : callable
        Maps a state (rows, ...) to the list of its pairs of blocks, as views.
    strength : callable
        $\beta$ of each row from the squared norms of $x$, $y$, $g_x$, $g_y$.
    """
    return _bar(pairs, strength, lambda x2, y2, gx2, gy2: x2 >= y2)


def nbar(pairs: Pairs, strength: Strength) -> Rule:
    r"""Noise BAR: as `obar`, but the block with the *shorter* gradient shrinks."""
    return _bar(pairs, strength, lambda x2, y2, gx2, gy2: gx2 < gy2)


def _bar(pairs: Pairs, strength: Strength, first_shrinks: Callable[..., np.ndarray]) -> Rule:
    def rule(z: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
        g, new = gradient(z), z.copy()
        for (x, y), blocks in zip(pairs(new), pairs(g), strict=True):
            norms = [squared_norm(block) for block in (x, y, *blocks)]
            shrink = step * strength(*norms) * np.where(first_shrinks(*norms), 1, -1)
            shrink = shrink.reshape((-1,) + (1,) * (x.ndim - 1))
            x *= 1 - shrink
            y *= 1 + shrink
        return new - step * g

    return rule
