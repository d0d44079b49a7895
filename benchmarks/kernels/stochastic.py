r"""Problems of stochastic convex optimization: all samples at once, and one pass over them."""

from __future__ import annotations

import numpy as np

from benchmarks import sides
from benchmarks.case import OURS, PLAIN, Call, Descent, Kernel, Side, Solve
from benchmarks.floors import Piece, numbers
from implicitreg.masked_norm import masked_gradient
from implicitreg.optimize import averaged_descent
from implicitreg.rules import gd_in_ball


def draw(rng: np.random.Generator, n: int, d: int, starts: int, problems: int) -> Descent:
    x = rng.integers(0, 2, (problems, n, d)).astype(float)
    y = np.where(rng.random((problems, 1, n)) < 0.6, 1.0, -1.0)
    start = rng.standard_normal((problems, starts, d)) / d**0.5
    return Descent(start, (x, y, np.eye(d)[0]), 0.1)


def norms(xp, error, x):
    return xp.sqrt(xp.clip(error * error @ x.mT, 1e-18, None))  # the kink is at 0


def gradient(xp, w, x, y, center):
    error = w - center
    return error * ((y / norms(xp, error, x)) @ x) / x.shape[-2]


def loss(xp, w, x, y, center):
    return (y * norms(xp, w - center, x)).sum() / x.shape[-2]


def ball(xp, w):
    return w / xp.clip(xp.sqrt((w * w).sum(-1)), 1, None)[..., None]


def ours(problem: Descent) -> Call:
    x, y, _ = problem.data
    return sides.ours(lambda w: masked_gradient(w, x, y[:, 0]), problem, rule=gd_in_ball)


def pieces(n: int, d: int, starts: int, problems: int) -> list[Piece]:
    return [Piece("product", (starts, d, n), problems), Piece("product", (starts, n, d), problems)]


def stream(rng: np.random.Generator, n: int, d: int, noises: int, problems: int) -> Solve:
    x = rng.standard_normal((n, problems, d)) * np.arange(1, d + 1) ** -0.75
    y = x.sum(-1, keepdims=True) / d + 0.1 * rng.standard_normal((n, problems, noises))
    return Solve((x, y, 0.2))


def slope(w, x, y):
    """Of half the square at one sample of each problem."""
    return ((w @ x[..., None])[..., 0] - y)[..., None] * x[:, None]


def our_pass(problem: Solve) -> Call:
    x, y, step = problem.data
    start = np.zeros((*y.shape[1:], x.shape[-1]))

    def call() -> np.ndarray:
        samples = zip(x, y)
        return averaged_descent(lambda w: slope(w, *next(samples)), start, step, len(x))[1]

    return call


def plain_pass(problem: Solve) -> Call:
    x, y, step = problem.data

    def call() -> np.ndarray:
        w, total = np.zeros((2, *y.shape[1:], x.shape[-1]))
        for sample in zip(x, y):
            total += w
            w = w - step * slope(w, *sample)
        return total / len(x)

    return call


def jax_pass(problem: Solve) -> Call:
    import jax
    import jax.numpy as jnp

    x, y, step = problem.data
    x, y = map(jnp.asarray, (x, y))

    @jax.jit
    def run(x: jax.Array, y: jax.Array) -> jax.Array:
        def advance(state, sample):
            w, total = state
            return (w - step * slope(w, *sample), total + w), None

        zero = jnp.zeros((*y.shape[1:], x.shape[-1]))
        return jax.lax.scan(advance, (zero, zero), (x, y))[0][1] / len(x)

    return lambda: run(x, y).block_until_ready()


def scikit_pass(problem: Solve) -> Call:
    """Its mean begins after the first step, so it ends one sample earlier."""
    from sklearn.linear_model import SGDRegressor

    x, y, step = problem.data
    n = len(x)
    X, Y = (np.ascontiguousarray(np.moveaxis(a[:-1], 0, -1).swapaxes(-1, -2)) for a in (x, y))
    model = SGDRegressor(penalty=None, fit_intercept=False, learning_rate="constant", eta0=step,
                         average=True, max_iter=1, tol=None, shuffle=False)

    def fit(X: np.ndarray, y: np.ndarray) -> np.ndarray:
        return model.fit(X, y).coef_ * (n - 1) / n

    return lambda: np.array([[fit(X[k], y) for y in Y[k].T] for k in range(len(X))])


ERM = "sgd-vs-erm"
KERNELS = [
    Kernel("masked norm", draw, sides.descents(ours, gradient, loss, ball), digits=10,
           chapters=[(ERM, {"n": 6400, "d": 20, "starts": 4, "problems": 10})],
           pieces=pieces, tiny={"n": 5, "d": 4, "starts": 2, "problems": 2}, slope=1,
           numbers=lambda n, d, starts, problems: numbers((problems, n, d + 1),
                                                          (2 * problems, starts, d)),
           sweep=[{"n": n, "d": 20, "starts": 4, "problems": 10}
                  for n in (25, 100, 400, 1600, 6400)]),
    Kernel("one pass of SGD", stream,
           [Side(OURS, "numpy", our_pass), Side(PLAIN, "numpy", plain_pass),
            Side(sides.JAX, "jax", jax_pass, ["jax"]),
            Side("scikit-learn", "scikit", scikit_pass, ["sklearn"])],
           unit="solve", digits=10, tiny={"n": 5, "d": 3, "noises": 2, "problems": 2},
           chapters=[(ERM, {"n": 400, "d": 100, "noises": 4, "problems": 120})]),
]
