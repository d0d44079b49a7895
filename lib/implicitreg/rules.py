r"""Update rules of `descend`: gradient descent, momentum, sharpness-aware and mirror steps.

A rule maps the present state, the previous one, the gradient and the step to the next state.
Rows, the first axis of the state, advance by themselves.
"""

from collections.abc import Callable, Iterable

import numpy as np

Gradient = Callable[[np.ndarray], np.ndarray]
Rule = Callable[[np.ndarray, np.ndarray, Gradient, np.ndarray | float], np.ndarray]


def gd(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
    r"""Gradient descent, $x_{t+1} = x_t - \eta\nabla f(x_t)$."""
    return x - step * gradient(x)


def momentum(beta: float | np.ndarray, lookahead: float | np.ndarray) -> Rule:
    r"""$z = x_t + \gamma(x_t - x_{t-1})$, $x_{t+1} = x_t + \beta(x_t - x_{t-1}) - \eta\nabla f(z)$.

    With $\gamma = 0$ this is Polyak's heavy ball, with $\gamma = \beta$ Nesterov's method, with
    both 0 gradient descent; arrays of shape (rows, 1, ...) run several of them in lockstep.
    """

    def rule(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
        velocity = x - previous
        return x + beta * velocity - step * gradient(x + lookahead * velocity)

    return rule


def heavy_ball(beta: float | np.ndarray) -> Rule:
    r"""Polyak's momentum, $x_{t+1} = x_t + \beta(x_t - x_{t-1}) - \eta\nabla f(x_t)$."""
    return momentum(beta, 0.0)


def nesterov(beta: float | np.ndarray) -> Rule:
    r"""Nesterov's momentum, the gradient taken at $z = x_t + \beta(x_t - x_{t-1})$."""
    return momentum(beta, beta)


def contraction(
    step: float, beta: float, lookahead: float, curvature: float | np.ndarray
) -> np.ndarray:
    r"""Asymptotic factor per step of `momentum` on a quadratic of curvature $\lambda$.

    The error obeys $e_{t+1} = (1+\beta-\eta\lambda(1+\gamma))e_t - (\beta-\eta\lambda\gamma)e_{t-1}$;
    the factor is the larger modulus of the two roots of its characteristic polynomial.

    Examples
    --------
    >>> round(float(contraction(0.1, 0.0, 0.0, 1.0)), 12)
    0.9
    """
    half = (1 + beta - step * np.asarray(curvature) * (1 + lookahead)) / 2
    root = np.sqrt((half**2 - beta + step * np.asarray(curvature) * lookahead).astype(complex))
    return np.maximum(np.abs(half + root), np.abs(half - root))


def sam_gradient(gradient: Gradient, x: np.ndarray, rho: float | np.ndarray) -> np.ndarray:
    r"""$\nabla f(x + \rho\,g/\|g\|)$ with $g = \nabla f(x)$, one norm $\|g\|$ a row [1]_.

    Two calls of the gradient. Where $g = 0$ nothing is perturbed.

    References
    ----------
    .. [1] P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, "Sharpness-aware minimization for
       efficiently improving generalization", ICLR 2021.
    """
    g = gradient(x)
    norm = np.sqrt(np.einsum("ij,ij->i", *[g.reshape(len(g), -1)] * 2))
    shape = (-1,) + (1,) * (g.ndim - 1)
    return gradient(x + rho * g / np.maximum(norm, 1e-300).reshape(shape))


def sam(rho: float | np.ndarray) -> Rule:
    r"""Sharpness-aware minimization, $x_{t+1} = x_t - \eta\nabla f(x_t + \rho\,g/\|g\|)$.

    $\rho$ is a number or an array that broadcasts over the rows.
    """

    def rule(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
        return x - step * sam_gradient(gradient, x, rho)

    return rule


def on_samples(rule: Rule, samples: Iterable) -> Rule:
    r"""`rule` for $f(x) = \mathbb E\,\ell(x, s)$, with one sample $s_t$ for the whole of step $t$.

    The gradient given to `descend` maps (x, sample) to $\nabla_x\ell$. All its calls within a
    step see the same sample, and two rules on the same samples are paired. Good for one run.
    """
    stream = iter(samples)

    def sampled(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
        sample = next(stream)
        return rule(x, previous, lambda z: gradient(z, sample), step)

    return sampled


def scaled_gd(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
    r"""Scaled gradient descent, $X_{t+1} = X_t - \eta\nabla f(X_t)(X_t^\top X_t)^\dagger$.

    `x` has shape (rows, n, r). The pseudo-inverse drops singular values of $X$ below $10^{-12}$
    of the largest: with more columns than the rank of the target $X^\top X$ is singular.
    """
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    keep = s > 1e-12 * s[..., :1]
    inverse = np.where(keep, 1 / np.where(keep, s, 1) ** 2, 0)
    right = vt.swapaxes(-1, -2)
    return x - step * (gradient(x) @ right * inverse[..., None, :]) @ vt


def gd_in_ball(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
    r"""A rule for `descend`: a gradient step, then projection on the unit ball of the last axis."""
    x = x - step * gradient(x)
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1)


def exponentiated_gradient(
    x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float | np.ndarray
) -> np.ndarray:
    r"""Exponentiated gradient on the simplex, $x_{t+1}\propto x_te^{-\eta\nabla f(x_t)}$.

    Mirror descent with the entropy; the last axis of `x` sums to 1. Entries stay above
    $10^{-300}$, so that their logarithms exist.
    """
    exponent = -step * gradient(x)
    x = x * np.exp(exponent - exponent.max(-1, keepdims=True))
    return np.maximum(x / x.sum(-1, keepdims=True), 1e-300)


def adam(beta1: float = 0.9, beta2: float = 0.999, floor: float = 1e-8) -> Rule:
    r"""Adam [1]_, entry by entry, $x_{t+1} = x_t - \eta\,\hat m_t/(\sqrt{\hat v_t} + \text{floor})$.

    $\hat m$ and $\hat v$ are running means of the gradient and of its square, with weights
    $\beta_1$ and $\beta_2$ on the past, divided by the sum of their weights. The rule keeps them:
    take a new one for each run.

    References
    ----------
    .. [1] D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015.
    """
    t, m, v = 0, 0.0, 0.0

    def rule(x: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float) -> np.ndarray:
        nonlocal t, m, v
        slope = gradient(x)
        t, m, v = t + 1, beta1 * m + (1 - beta1) * slope, beta2 * v + (1 - beta2) * slope**2
        mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
        return x - step * mean / (np.sqrt(square) + floor)

    return rule
