r"""The masked norm: a stochastic convex problem that no symmetric regularizer learns.

$$f(w;x,y) = y\,\|(w-e_0)\odot x\|_2$$

on the unit ball, $x$ a vector of fair bits, $y=\pm1$ with mean $\varepsilon > 0$. The population
risk $\varepsilon\,E\|(w-e_0)\odot x\|_2$ is convex, with minimum 0 at $e_0$. A coordinate $b$ is
*bad* for a sample if $x_{ib} = 1$ exactly where $y_i = -1$. Ours, in the manner of [1]_.

References
----------
.. [1] A. Sekhari, K. Sridharan, S. Kale, "SGD: the role of implicit regularization, batch-size
   and multiple-epochs", NeurIPS 2021.
"""

import numpy as np

# A distance below this counts as 0: sums of steps meet the kink only up to rounding.
KINK = 1e-9


def masked_norms(w: np.ndarray, x: np.ndarray) -> np.ndarray:
    r"""$\|(w-e_0)\odot x_i\|_2$ of each $w$ and sample, shape (..., rows, n).

    Parameters
    ----------
    w : array, shape (..., rows, d)
        Points.
    x : array, shape (..., n, d)
        Bits, 0 or 1, as floats.

    Examples
    --------
    >>> masked_norms(np.zeros((1, 3)), np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]))
    array([[1., 0.]])
    """
    return np.sqrt(_error(w) ** 2 @ x.mT)


def masked_gradient(w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    r"""Mean over the samples of the gradients of $y_i\|(w-e_0)\odot x_i\|_2$ at each $w$.

    The gradient is $y_i\,(w-e_0)\odot x_i$ over the norm, and 0 at the kink.

    Parameters
    ----------
    w : array, shape (..., rows, d)
        Points.
    x : array, shape (..., n, d)
        Bits, 0 or 1, as floats; one sample for SGD, all of them for gradient descent.
    y : array, shape (..., n)
        Labels.

    Returns
    -------
    array, shape (..., rows, d)
    """
    norms = masked_norms(w, x)
    weights = y[..., None, :] / np.where(norms > KINK, norms, np.inf)
    return _error(w) * (weights @ x) / x.shape[-2]


def _error(w: np.ndarray) -> np.ndarray:
    error = np.array(w, dtype=float)
    error[..., 0] -= 1
    return error


def masked_walk(pushes: np.ndarray, step: float) -> np.ndarray:
    r"""One pass of SGD from 0 on the masked norm: mean of $1 - w_{t,0}$ over $t < n$.

    All other coordinates stay 0, and $w_0$ moves by $\eta y_tx_{t,0}$ until it reaches 1, where
    the gradient is 0: a walk on $[-1, 1]$ that stops at 1. The risk of the averaged iterate is
    $\varepsilon/2$ times the mean that is returned.

    Parameters
    ----------
    pushes : array, shape (runs, n)
        The products $y_tx_{t,0}$, each 1, 0 or -1.
    step : float
        The step $\eta$.

    Returns
    -------
    array, shape (runs,)
    """
    w, total = np.zeros((2, len(pushes)))
    for push in pushes.T:
        total += 1 - w
        w = np.where(w < 1 - KINK, np.clip(w + step * push, -1, 1), 1)
    return total / pushes.shape[1]


def plane_risk(shares: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    r"""Empirical masked risk at $ue_0 + ve_b$, $b$ a bad coordinate.

    $$\hat F(u,v) = p\,|1-u| - q_1\sqrt{(1-u)^2+v^2} - q_0|v|$$

    Parameters
    ----------
    shares : array, shape (..., 3)
        $p, q_1, q_0$: the shares of the samples with $(y, x_0) = (1,1), (-1,1), (-1,0)$.
    u, v : arrays, shape (points,)

    Returns
    -------
    array, shape (..., points)

    Examples
    --------
    >>> plane_risk(np.array([0.25, 0.0, 0.5]), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    array([-0.25,  0.  ])
    """
    return shares @ np.stack([np.abs(1 - u), -np.hypot(1 - u, v), -np.abs(v)])
