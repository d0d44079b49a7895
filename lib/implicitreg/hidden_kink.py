r"""The hidden kink: a stochastic convex problem that SGD survives and gradient descent does not.

With fair bits $z$, a small gap $\gamma$ and a far smaller drift $\gamma'$,

$$f(w;z) = \sqrt{\textstyle\sum_j z_j h(w_j)^2} + \gamma'\langle v_z, w\rangle
           + \max(0, \max_j w_j), \qquad h(a) = \min(a + \gamma, 0),$$

where $v_{z,j} = 1$ if $z_j = 1$ and $-1/(2n)$ if not. Ours, in the manner of [1]_.

References
----------
.. [1] I. Amir, T. Koren, R. Livni, "SGD generalizes better than GD (and regularization doesn't
   help)", COLT 2021.
"""

from collections.abc import Callable

import numpy as np

# The scales must be apart: a drift over all steps has to stay far below the gap.
GAP, DRIFT = 1e-5, 1e-10


def kink_gradient(w: np.ndarray, z: np.ndarray, n: int) -> np.ndarray:
    r"""Subgradient of the hidden-kink loss; the maximum pushes its first coordinate, if > 0.

    Parameters
    ----------
    w : array, shape (..., d)
        Points.
    z : array of bool, shape (..., d), or False
        Bits of one sample for each point.
    n : int
        Sample size, which sets the drift of a coordinate with bit 0.

    Returns
    -------
    array, shape (..., d)
    """
    seen = z * np.minimum(w + GAP, 0)
    norm = np.sqrt((seen**2).sum(-1, keepdims=True))
    gradient = seen / np.where(norm > 0, norm, 1) + DRIFT * np.where(z, 1, -1 / (2 * n))
    top = w.argmax(-1)[..., None]
    push = np.take_along_axis(gradient, top, -1) + (np.take_along_axis(w, top, -1) > 0)
    np.put_along_axis(gradient, top, push, -1)
    return gradient


def unseen_until_pushed(
    rngs: list[np.random.Generator], n: int
) -> Callable[[np.ndarray], np.ndarray]:
    r"""Stochastic `kink_gradient` of the coordinates that matter when $d\gg n2^n$.

    Only the maximum moves a coordinate that was 0 so far, and it picks one whose bits have all
    been 0, since the others have drifted below 0. Such coordinates never run out. So columns
    stand for them: the bits of a column are 0 until it is pushed, and fair from then on.

    Parameters
    ----------
    rngs : list of Generator
        One stream a row.
    n : int
        Sample size.

    Returns
    -------
    callable
        Maps $w$, shape (rows, columns), to one subgradient a row, with fresh bits at each call.
    """
    pushed: list[np.ndarray] = []

    def gradient(w: np.ndarray) -> np.ndarray:
        first = np.arange(w.shape[1]) == w.argmax(1)[:, None]
        pushed[:] = [first & (w > 0) | (pushed[0] if pushed else False)]
        bits = np.stack([rng.integers(0, 2, w.shape[1], dtype=bool) for rng in rngs])
        return kink_gradient(w, bits & pushed[0], n)

    return gradient


def kink_risk(rng: np.random.Generator, w: np.ndarray, draws: int = 2000) -> np.ndarray:
    r"""Population risk of the hidden kink, without the drift, by a mean over `draws` of $z$.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the bits, the same for all rows.
    w : array, shape (rows, d)
        Points.
    draws : int
        Number of $z$.

    Returns
    -------
    array, shape (rows,)
    """
    h = np.minimum(w + GAP, 0)
    squares = h[:, h.any(0)] ** 2
    z = rng.integers(0, 2, (draws, squares.shape[1])).astype(float)
    return np.sqrt(z @ squares.T).mean(0) + np.maximum(w.max(1), 0)
