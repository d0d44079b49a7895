"""Stochastic gradient descent in shuffled epochs, one network a row."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from implicitreg.networks import Network
from implicitreg.optimize import Result
from implicitreg.record import Trajectory
from implicitreg.rules import Rule, gd


def train(
    network: Network,
    start: np.ndarray,
    inputs: np.ndarray,
    labels: np.ndarray,
    rngs: Sequence[np.random.Generator],
    *,
    step: float | Callable[[int], float],
    epochs: int,
    batch: int = 32,
    rule: Rule = gd,
    decay: float | np.ndarray = 0.0,
    jitter: float = 0.0,
    loss_below: float | None = None,
) -> Result:
    r"""Minimize $\frac1m\sum_i\ell(f(x_i), y_i) + \frac\lambda2\sum_l\|W_l\|_F^2$ row by row.

    An epoch visits each sample once, in an order drawn anew, `batch` at a time; a short last
    batch is kept.

    Parameters
    ----------
    network : Network
        The architecture.
    start : array, shape (rows, P)
        The starts; not changed. Their dtype is the arithmetic's.
    inputs : array, shape (rows, samples, features)
        Training inputs of each row.
    labels : array of int, shape (rows, samples)
        Their labels.
    rngs : sequence of Generator
        One stream a row: orders and jitter.
    step : float or callable
        The step, or a function of the epoch 0, 1, ...
    epochs : int
        Most epochs that a row may take, >= 1.
    batch : int
        Samples a step, >= 1.
    rule : callable
        An update of `optimize` with the same coefficients in all rows.
    decay : float or array, shape (rows,)
        Weight decay $\lambda \ge 0$; on weights only, not on biases.
    jitter : float
        Standard deviation of fresh Gaussian noise on the inputs of each step.
    loss_below : float, optional
        At the end of an epoch a row whose mean loss over the epoch's batches is smaller *and*
        whose training accuracy is 1 stops there. Without it no row stops early.

    Returns
    -------
    Result
        `trajectory["loss"]` has shape (epochs, rows): the mean loss over the batches of each
        epoch, NaN once a row has stopped; "step" counts updates.

    Raises
    ------
    ValueError
        If a count is < 1, a coefficient negative, a label no class, or rows, samples and streams
        do not match.
    """
    if epochs < 1 or batch < 1:
        raise ValueError(f"epochs = {epochs!r}, batch = {batch!r}: both must be >= 1")
    if np.min(decay) < 0 or jitter < 0:
        raise ValueError(f"decay = {decay!r}, jitter = {jitter!r}: both must be >= 0")
    if not len(start) == len(inputs) == len(labels) == len(rngs):
        raise ValueError(
            f"{len(start)} starts, {len(inputs)} rows of inputs, {len(labels)} of labels, "
            f"{len(rngs)} streams: one of each for every row"
        )
    if inputs.shape[:2] != labels.shape:
        raise ValueError(f"inputs {inputs.shape} and labels {labels.shape} differ in samples")
    if np.min(labels) < 0 or np.max(labels) >= network.widths[-1]:
        raise ValueError(f"labels must lie in 0, ..., {network.widths[-1] - 1}")
    step_at = step if callable(step) else lambda epoch: step
    run = _Run(network, start, inputs, labels, rngs, decay)
    for epoch in range(epochs):
        run.epoch(rule, step_at(epoch), batch, jitter)
        run.look(loss_below)
        if not run.alive.size:
            break
    return run.result()


class _Run:
    """The rows still in training, kept together: a stopped row costs nothing more."""

    def __init__(self, network, start, inputs, labels, rngs, decay) -> None:
        self.network, self.rngs = network, rngs
        self.final, self.status = np.array(start), np.full(len(start), "budget", dtype="<U9")
        self.steps, self.evaluations = np.zeros(len(start), dtype=int), 0
        self.columns: dict[str, list] = {"step": [], "loss": []}
        self.alive = np.arange(len(start))
        self.x = self.previous = self.final
        self.inputs, self.labels = np.asarray(inputs, start.dtype), np.asarray(labels)
        self.decay = np.zeros_like(self.final) if np.any(decay) else None
        if self.decay is not None:
            for weight in network.weights(self.decay):
                weight[:] = np.reshape(decay, (-1, 1, 1))

    def epoch(self, rule: Rule, step: float, batch: int, jitter: float) -> None:
        """One pass over the samples of each row."""
        inputs, labels = self.shuffled(jitter)
        cuts = [slice(at, at + batch) for at in range(0, labels.shape[1], batch)]
        self.losses = []
        with np.errstate(over="ignore", invalid="ignore"):
            for cut in cuts:
                gradient = partial(self.gradient, inputs[:, cut], labels[:, cut])
                self.x, self.previous = rule(self.x, self.previous, gradient, step), self.x
        self.evaluations += len(cuts)
        self.steps[self.alive] += len(cuts)

    def shuffled(self, jitter: float) -> tuple[np.ndarray, np.ndarray]:
        """The samples of each row in a fresh order, with fresh noise on the inputs."""
        order = np.stack([self.rngs[row].permutation(self.labels.shape[1]) for row in self.alive])
        inputs = np.take_along_axis(self.inputs, order[..., None], axis=1)
        if jitter:
            for row, values in zip(self.alive, inputs, strict=True):
                values += jitter * self.rngs[row].standard_normal(values.shape, values.dtype)
        return inputs, np.take_along_axis(self.labels, order, axis=1)

    def gradient(self, inputs: np.ndarray, labels: np.ndarray, x: np.ndarray) -> np.ndarray:
        loss, gradient = self.network.loss_and_gradient(x, inputs, labels)
        self.losses.append(loss)
        return gradient if self.decay is None else gradient + self.decay * x

    def look(self, loss_below: float | None) -> None:
        """At the end of an epoch: record it, take out the rows that fit or have diverged."""
        loss = np.mean(self.losses, axis=0)
        finite, fits = np.isfinite(self.x).all(axis=1), np.zeros(len(loss), dtype=bool)
        low = finite & (loss < loss_below if loss_below is not None else False)
        if low.any():
            fits[low] = self.network.accuracy(self.x[low], self.inputs[low], self.labels[low]) == 1
        self.columns["step"].append(self.evaluations)
        self.columns["loss"].append(np.full(len(self.final), np.nan))
        self.columns["loss"][-1][self.alive] = loss
        self.final[self.alive[finite]] = self.x[finite]
        self.status[self.alive[fits]], self.status[self.alive[~finite]] = "converged", "diverged"
        self.keep(finite & ~fits)

    def keep(self, moving: np.ndarray) -> None:
        if moving.all():
            return
        for name in ("alive", "x", "previous", "inputs", "labels", "decay"):
            values = getattr(self, name)
            setattr(self, name, None if values is None else values[moving])

    def result(self) -> Result:
        trajectory = Trajectory(self.columns)
        return Result(self.final, self.status, self.steps, self.evaluations, trajectory)
