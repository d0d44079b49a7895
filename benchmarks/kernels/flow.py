r"""Gradient flow of $\frac12\|\mathcal P_\Omega(W_N\cdots W_1)-y\|^2$, integrated at tolerances."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.integrate import solve_ivp

from benchmarks.case import OURS, Call, Kernel, Side, Solve
from benchmarks.kernels.deep_linear import gradient
from implicitreg.initialize import balanced_factors, orthogonal_factors, signed_gaussian
from implicitreg.operators import EntrySampling
from implicitreg.optimize import gradient_flow
from implicitreg.parameterizations import deep_gradient, deep_product

# data of a problem: start, mask, y, times, relative and absolute tolerance


def rank_one(rng: np.random.Generator, rows: int) -> Solve:
    mask, y = np.array([[1.0, 1], [1, 0]]), np.array([[1.0, 2], [2, 0]])
    start = 1e-10 * rng.standard_normal((rows, 2, 2, 2))
    return Solve((start, mask, y, np.array([0, 1e10]), 1e-10, 1e-18))


def diverging(rng: np.random.Generator, depth: int, rows: int) -> Solve:
    mask, y = np.array([[0.0, 1], [1, 1]]), np.array([[0.0, 1], [1, 0]])
    start = np.array([signed_gaussian(each, 2, 1e-3, 1) for each in rng.spawn(rows)])
    times = np.r_[0, 1e5 * np.logspace(-7, 0, 141)]
    return Solve((balanced_factors(start, depth), mask, y, times, 1e-8, 1e-12))


def completion(rng: np.random.Generator, n: int, depth: int, rank: int) -> Solve:
    truth = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, n))
    mask = (rng.random((n, n)) < 0.4).astype(float)
    start = orthogonal_factors(rng, depth, n, 1e-2)[None]
    y = mask * truth * n / np.linalg.norm(truth)
    return Solve((start, mask, y, np.linspace(0, 2, 601), 1e-8, 1e-12))


def ours(problem: Solve) -> Call:
    start, mask, y, *options = problem.data
    sampling = EntrySampling(mask)

    def slope(x: np.ndarray) -> np.ndarray:
        return deep_gradient(x, lambda W: sampling.forward(W) - y)

    return lambda: deep_product(gradient_flow(slope, start, *options).x)


def scipy(name: str, method: str, together: bool = False) -> Side:
    """SciPy as a student calls it, for each start or for all of them as one system."""

    def prepare(problem: Solve) -> Call:
        start, mask, y, times, rtol, atol = problem.data

        def velocity(t: float, x: np.ndarray) -> np.ndarray:
            return -gradient(np, x.reshape(-1, *start.shape[1:]), mask, y).ravel()

        def end(x: np.ndarray) -> np.ndarray:
            run = solve_ivp(velocity, (0, times[-1]), x.ravel(), method, times, rtol=rtol,
                            atol=atol)
            return deep_product(run.y[:, -1].reshape(-1, *start.shape[1:]))

        return lambda: np.concatenate([end(x) for x in ([start] if together else start)])

    return Side(name, "numpy", prepare)


def odeint(problem: Solve) -> Call:
    """The pair of Dormand and Prince with steps of its own, compiled."""
    import jax
    import jax.numpy as jnp
    from jax.experimental.ode import odeint

    start, mask, y, times, rtol, atol = problem.data
    start, mask, y, times = map(jnp.asarray, (start, mask, y, times))

    def velocity(x: jax.Array, t: jax.Array) -> jax.Array:
        return -gradient(jnp, x, mask, y)

    run = jax.jit(lambda x: odeint(velocity, x, times, rtol=rtol, atol=atol)[-1])
    return lambda: deep_product(np.asarray(run(start)))


def flow(name: str, draw: Callable[..., Solve], others: Sequence[Side], digits: int, tiny: dict,
         *chapters: tuple[str, dict]) -> Kernel:
    return Kernel(f"flow, {name}", draw, [Side(OURS, "numpy", ours), *others], chapters, digits,
                  unit="solve", tiny=tiny)


# an explicit method would need a step for each unit of time, up to 1e10 of them
STIFF = [scipy("SciPy LSODA, all starts at once", "LSODA", together=True),
         scipy("SciPy BDF", "BDF")]
SMOOTH = [scipy("SciPy RK45", "RK45"), Side("JAX odeint", "jax", odeint, ["jax"])]
KERNELS = [
    flow("rank one", rank_one, STIFF[:1], 6, {"rows": 2},
         ("connectivity-matrix-completion", {"rows": 30})),
    flow("diverging norm", diverging, STIFF, 5, {"depth": 3, "rows": 1},
         ("norms-diverging", {"depth": 3, "rows": 10})),
    flow("completion", completion, SMOOTH, 6, {"n": 4, "depth": 3, "rank": 1},
         ("deep-factorization-rank", {"n": 20, "depth": 3, "rank": 3})),
]
