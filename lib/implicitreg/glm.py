r"""Generalized linear models with a fixed design: loss, gradient, curvature, penalized solutions.

A family is a convex cumulant $b$. With predictors $u=X\theta$ the loss of responses $y$ is
$f(\theta)=\frac1n\sum_ib(u_i)-y_iu_i$, and the mean response is $b'(u)$.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

Elementwise = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Family:
    r"""A cumulant $b$ with $b'$ and $b''$, and how responses of given means are drawn.

    `cumulant`, `mean` and `curvature` are $b$, $b'$ and $b''$, elementwise; `draw` maps a
    generator and the means to responses.
    """

    name: str
    cumulant: Elementwise
    mean: Elementwise
    curvature: Elementwise
    draw: Callable[[np.random.Generator, np.ndarray], np.ndarray]


def linear(noise: float) -> Family:
    r"""Gaussian responses of standard deviation `noise`, $b(u)=u^2/2$.

    The loss is $\frac1{2n}\|y-X\theta\|^2$ up to a constant.
    """
    def draw(rng: np.random.Generator, mean: np.ndarray) -> np.ndarray:
        return mean + noise * rng.standard_normal(mean.shape)

    return Family("linear", lambda u: u * u / 2, lambda u: u, np.ones_like, draw)


LOGISTIC = Family(
    "logistic", lambda u: np.logaddexp(0, u), expit, lambda u: expit(u) * expit(-u),
    lambda rng, mean: (rng.random(mean.shape) < mean).astype(float),
)
POISSON = Family(
    "Poisson", np.exp, np.exp, np.exp, lambda rng, mean: rng.poisson(mean).astype(float)
)


@dataclass(frozen=True)
class GLM:
    r"""The loss $f$ of one problem, or of a stack of problems that are solved in lockstep.

    Parameters $\theta$ have shape (..., d): their leading axes broadcast against those of the
    stack, so that paths, penalties or reference points go in front of the problems.

    Parameters
    ----------
    family : Family
    X : array, shape (..., n, d)
        The design, a row a sample.
    y : array, shape (..., n)
        The responses.

    Raises
    ------
    ValueError
        If `y` has not one response a row of `X`.

    Examples
    --------
    >>> model = GLM(POISSON, np.eye(2), np.array([1.0, 3.0]))
    >>> model.gradient(np.zeros((2, 2)))
    array([[ 0., -1.],
           [ 0., -1.]])
    """

    family: Family
    X: np.ndarray
    y: np.ndarray

    def __post_init__(self) -> None:
        if self.X.shape[:-1] != self.y.shape:
            raise ValueError(f"y.shape = {self.y.shape}: must be {self.X.shape[:-1]}, as X has it")

    def predictors(self, theta: np.ndarray) -> np.ndarray:
        r"""$u = X\theta$, shape (..., n)."""
        return (self.X @ theta[..., None])[..., 0]

    def value(self, theta: np.ndarray) -> np.ndarray:
        r"""$f(\theta)$, shape (...)."""
        u = self.predictors(theta)
        return (self.family.cumulant(u) - self.y * u).mean(-1)

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        r"""$\nabla f(\theta) = \frac1nX^\top(b'(u) - y)$, shape (..., d)."""
        residual = self.family.mean(self.predictors(theta)) - self.y
        return (self.X.mT @ residual[..., None])[..., 0] / self.y.shape[-1]

    def hessian(self, theta: np.ndarray) -> np.ndarray:
        r"""$\nabla^2f(\theta) = \frac1nX^\top\mathrm{diag}(b''(u))X$, shape (..., d, d)."""
        weight = self.family.curvature(self.predictors(theta)) / self.y.shape[-1]
        return (self.X.mT * weight[..., None, :]) @ self.X

    def divergence(self, theta: np.ndarray, other: np.ndarray) -> np.ndarray:
        r"""$f(\theta)-f(\theta')-\langle\nabla f(\theta'),\theta-\theta'\rangle$, shape (...).

        At the true $\theta'$ of a fixed design this is the excess risk: the expected loss of
        fresh responses, less its minimum. The responses `y` cancel.
        """
        u, v = self.predictors(theta), self.predictors(other)
        b = self.family
        return (b.cumulant(u) - b.cumulant(v) - b.mean(v) * (u - v)).mean(-1)

    def curvature_at_zero(self) -> np.ndarray:
        r"""$L_0=b''(0)\|X\|^2/n$, the largest eigenvalue of $\nabla^2f(0)$, shape (...).

        For linear and logistic models no $\theta$ has a larger one.
        """
        top = np.linalg.norm(self.X, 2, axis=(-2, -1)) ** 2 / self.y.shape[-1]
        return self.family.curvature(np.zeros(())) * top


def respond(
    family: Family, X: np.ndarray, truth: np.ndarray, rngs: Sequence[np.random.Generator]
) -> GLM:
    r"""Problems with responses drawn from the model at `truth`, one generator a problem.

    `X` has shape (problems, n, d), `truth` broadcasts to (problems, d). Raises ValueError
    unless there are as many generators as problems.
    """
    means = family.mean((X @ truth[..., None])[..., 0])
    responses = [family.draw(rng, mean) for rng, mean in zip(rngs, means, strict=True)]
    return GLM(family, X, np.array(responses))


def penalized(
    model: GLM,
    penalty: float | np.ndarray,
    start: np.ndarray,
    tilt: float | np.ndarray = 0.0,
    *,
    tol: float = 1e-10,
    max_iterations: int = 60,
) -> tuple[np.ndarray, np.ndarray]:
    r"""$\mathrm{argmin}_\theta\; f(\theta)+\langle c,\theta\rangle+\lambda\|\theta\|^2$ by Newton.

    A Newton step $s$ is damped by $t=\log(1+r)/r$, $r=\max_i|x_i^\top s|$. Since $|b'''|\le b''$
    in our families, the curvature along $s$ grows at most like $e^{rt}$, and this $t$ minimizes
    the resulting bound on the objective: no line search, and full steps near the end [1]_.

    Parameters
    ----------
    model : GLM
    penalty : float or array that broadcasts against the leading axes of `start`
        $\lambda\ge0$; with 0 and no unique minimizer, the one of least norm.
    start : array, shape (..., d)
        Where to start; its leading axes give those of the result. NaN stays NaN.
    tilt : array that broadcasts against `start`
        $c$, in the row space of $X$: the work is done there, in at most n coordinates.
    tol : float
        Stop when all gradients are shorter than this.
    max_iterations : int
        Most Newton steps.

    Returns
    -------
    theta : array, shape (..., d)
    residual : array, shape (...)
        Length of the gradient there. The minimum is at least the value less
        residual² / (4 λ), by strong convexity.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a Hessian is singular: without a penalty the minimizer may be at infinity.

    References
    ----------
    .. [1] T. Sun and Q. Tran-Dinh, Generalized self-concordant functions: a recipe for
       Newton-type methods, Mathematical Programming 178, 2019.
    """
    u, s, vt = np.linalg.svd(model.X, full_matrices=False)
    inner = GLM(model.family, u * s[..., None, :], model.y)
    into = lambda x: (vt @ np.broadcast_to(x, start.shape)[..., None])[..., 0]  # noqa: E731
    w, c, ridge = into(start), into(tilt), 2 * np.asarray(penalty, dtype=float)[..., None]
    for iteration in range(max_iterations + 1):
        gradient = inner.gradient(w) + c + ridge * w
        residual = np.linalg.norm(gradient, axis=-1)
        if not (residual > tol).any() or iteration == max_iterations:
            break
        hessian = inner.hessian(w) + ridge[..., None] * np.eye(w.shape[-1])
        hessian[np.isnan(residual)] = np.eye(w.shape[-1])
        move = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        r = np.abs(inner.predictors(move)).max(-1, keepdims=True) + 1e-300
        w = w - np.log1p(r) / r * move
    return (vt.mT @ w[..., None])[..., 0], residual
