r"""One descent loop, and gradient flow. The update rules are in the room `rules`.

The state is one array whose first axis are *rows*: starts, methods or seeds that advance in
lockstep, each by its own step and coefficients if these are arrays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from implicitreg.record import Trajectory, log_schedule
from implicitreg.rules import Gradient, Rule, gd

STATUSES = ("converged", "budget", "diverged")


@dataclass(frozen=True)
class Result:
    """What a run ends with.

    Attributes
    ----------
    x : array, shape (rows, ...)
        The last iterate of each row; of a diverged row, its last finite one.
    status : array of str, shape (rows,)
        "converged" (the stopping test held), "budget" (steps used up), "diverged".
    steps : array of int, shape (rows,)
        Updates that each row took.
    evaluations : int
        Calls of the gradient.
    trajectory : Trajectory
        What was observed, with its recording points.
    """

    x: np.ndarray
    status: np.ndarray
    steps: np.ndarray
    evaluations: int
    trajectory: Trajectory

    def __str__(self) -> str:
        counts = ", ".join(f"{np.sum(self.status == s)} {s}" for s in STATUSES)
        return f"{len(self.status)} rows: {counts}; {self.evaluations} gradient evaluations"


def descend(
    gradient: Gradient,
    start: np.ndarray,
    *,
    step: float | np.ndarray | Callable[[int], float | np.ndarray],
    n_steps: int,
    rule: Rule = gd,
    until: Callable[[np.ndarray], np.ndarray] | None = None,
    every: int = 1,
    observe: Mapping[str, Callable[[np.ndarray], np.ndarray]] | None = None,
    schedule: Sequence[int] | np.ndarray | None = None,
) -> Result:
    r"""Run $x_{t+1} = \mathrm{rule}(x_t, x_{t-1}, \nabla f, \eta)$ on all rows, $x_{-1} = x_0$.

    Parameters
    ----------
    gradient : callable
        Maps an array like `start` to its gradient, of the same shape. It may draw (a minibatch).
    start : array, shape (rows, ...)
        The starts; not changed.
    step : float, array that broadcasts over the rows, or callable
        The step $\eta$, or a function of the step number.
    n_steps : int
        Most updates that a row may take, >= 1.
    rule : callable
        The update, from the room `rules`; `gd` is gradient descent.
    until : callable, optional
        Maps the state to a boolean (rows,); a row freezes where it is true.
    every : int
        `until` and divergence are looked at each `every` steps.
    observe : mapping of name to callable, optional
        Each maps the state to an array (rows, ...), recorded at the steps of `schedule`.
    schedule : sequence of int, optional
        Steps to record at; default `log_schedule(n_steps)`. The last recorded step is the one
        at which the last row froze.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If `n_steps` or `every` is < 1, or `start` is not finite.
    """
    if n_steps < 1 or every < 1:
        raise ValueError(f"n_steps = {n_steps!r}, every = {every!r}: both must be >= 1")
    x = np.array(start)
    if not np.isfinite(x).all():
        raise ValueError("start holds values that are not finite: give a finite start")
    step_at = step if callable(step) else lambda t: step
    recorder = _Recorder(observe or {}, log_schedule(n_steps) if schedule is None else schedule)
    rows = _Rows(x, until)
    previous, t, calls = x, 0, 0

    def counted(*arguments: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        return gradient(*arguments)

    rows.look(x, t)
    with np.errstate(over="ignore", invalid="ignore"):
        if t in recorder.schedule or not rows.moving:
            recorder.at(t, x)
        while t < n_steps and rows.moving:
            new = rows.keep_frozen(x, rule(x, previous, counted, step_at(t)))
            previous, x, t = x, new, t + 1
            if t % every == 0 or t == n_steps:
                x = rows.look(x, t)
            if t in recorder.schedule or t == n_steps or not rows.moving:
                recorder.at(t, x)
    return Result(x, rows.status, np.where(rows.alive, t, rows.steps), calls, recorder.trajectory())


class _Rows:
    """Which rows still move, and how the others ended."""

    def __init__(self, x: np.ndarray, until: Callable[[np.ndarray], np.ndarray] | None) -> None:
        self.until = until
        self.alive = np.ones(len(x), dtype=bool)
        self.moving = len(x)
        self.status = np.full(len(x), "budget", dtype="<U9")
        self.steps = np.zeros(len(x), dtype=int)
        self.last_finite = x

    def keep_frozen(self, old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return new if self.moving == len(self.alive) else _choose(self.alive, new, old)

    def look(self, x: np.ndarray, t: int) -> np.ndarray:
        # A sum of squares overflows before any entry does: one cheap test sees both.
        if not isfinite(np.vdot(x, x)):
            flat = x.reshape(len(x), -1)
            finite = np.isfinite(np.einsum("ij,ij->i", flat, flat))
            x = _choose(finite, x, self.last_finite)
            self._freeze(~finite, "diverged", t)
        self.last_finite = x
        if self.until is not None:
            self._freeze(np.asarray(self.until(x)), "converged", t)
        return x

    def _freeze(self, which: np.ndarray, status: str, t: int) -> None:
        which = which & self.alive
        if which.any():
            self.status[which], self.steps[which] = status, t
            self.alive &= ~which
            self.moving = np.count_nonzero(self.alive)


def _choose(mask: np.ndarray, x: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.where(mask.reshape((-1,) + (1,) * (x.ndim - 1)), x, other)


class _Recorder:
    """Evaluates the observed functions at the scheduled steps."""

    def __init__(self, observe: Mapping[str, Callable], schedule: Sequence[int]) -> None:
        self.observe, self.schedule = observe, {int(t) for t in schedule}
        self.columns: dict[str, list] = {"step": [], **{name: [] for name in observe}}

    def at(self, t: int, x: np.ndarray) -> None:
        self.columns["step"].append(t)
        for name, function in self.observe.items():
            self.columns[name].append(np.array(function(x)))

    def trajectory(self) -> Trajectory:
        return Trajectory(self.columns)


def averaged_descent(
    gradient: Gradient, start: np.ndarray, step: float, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    r"""Last iterate and mean of $w_0,\dots,w_{T-1}$ of $w_{t+1} = w_t - \eta g(w_t)$.

    For methods that answer with an average. `gradient` may draw. Both results have the shape of
    `start`, which is not changed.
    """
    w, total = np.array(start, dtype=float), np.zeros(np.shape(start))
    for _ in range(n_steps):
        total += w
        w = w - step * gradient(w)
    return w, total / n_steps


def gradient_flow(
    gradient: Gradient,
    start: np.ndarray,
    times: Sequence[float] | np.ndarray,
    rtol: float = 1e-8,
    atol: float = 1e-12,
) -> Result:
    r"""Integrate $\dot x = -\nabla f(x)$ from each row of `start` by LSODA.

    Parameters
    ----------
    gradient : callable
        Maps an array of the shape of one row to its gradient.
    start : array, shape (rows, ...)
        One start a row; each is integrated by itself, with steps of its own.
    times : array, shape (points,)
        Increasing times to record at, the first one the start's.
    rtol, atol : float
        Relative and absolute tolerance of the integrator.

    Returns
    -------
    Result
        `trajectory["x"]` has shape (points, rows, ...); `steps` counts evaluations by row. A row
        whose integration breaks down is "diverged" and NaN from there on.

    Raises
    ------
    ValueError
        If `times` has fewer than two points or does not increase.
    """
    from scipy.integrate import solve_ivp  # slow to import, and descents need none of it

    times = np.asarray(times, dtype=float)
    if times.size < 2 or not (np.diff(times) > 0).all():
        raise ValueError(f"times = {times!r}: give at least two increasing times")
    start = np.asarray(start, dtype=float)
    path = np.full((len(times), *start.shape), np.nan)
    status, steps = [], []
    for row, x0 in enumerate(start):
        velocity = lambda _, x, shape=x0.shape: -gradient(x.reshape(shape)).ravel()  # noqa: E731
        run = solve_ivp(
            velocity, times[[0, -1]], x0.ravel(), "LSODA", times, rtol=rtol, atol=atol
        )
        path[: run.y.shape[1], row] = run.y.T.reshape(-1, *x0.shape)
        status.append("budget" if run.success else "diverged")
        steps.append(run.nfev)
    trajectory = Trajectory({"time": times, "x": path})
    return Result(path[-1], np.array(status), np.array(steps), sum(steps), trajectory)
