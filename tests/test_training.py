"""Shuffled epochs: every sample once, rows that stop and stay, decay on weights only."""

import numpy as np
import pytest

from implicitreg.networks import Network
from implicitreg.rules import gd, heavy_ball
from implicitreg.training import train

NETWORK = Network([2, 8, 2])


def rngs(rows, first=0):
    return [np.random.default_rng(first + i) for i in range(rows)]


def two_clouds(rows, samples=21):
    """Points that a network fits in a few epochs; each row has its own."""
    labels = np.tile(np.arange(samples) % 2, (rows, 1))
    inputs = np.stack([rng.normal(0, 0.3, (samples, 2)) for rng in rngs(rows, 50)])
    inputs[..., 1] += 2 * labels - 1
    return inputs, labels


class Watch(Network):
    """A network that keeps the inputs that it is shown."""

    def loss_and_gradient(self, params, inputs, labels):
        self.__dict__.setdefault("seen", []).append(inputs.copy())
        return super().loss_and_gradient(params, inputs, labels)


def test_an_epoch_visits_each_sample_once_in_a_new_order():
    network, (inputs, labels) = Watch([2, 8, 2]), two_clouds(2)
    train(network, network.start(rngs(2)), inputs, labels, rngs(2), step=0.1, epochs=3, batch=8)
    assert [seen.shape[1] for seen in network.seen] == 3 * [8, 8, 5]
    epochs = [np.concatenate(network.seen[i : i + 3], axis=1) for i in (0, 3, 6)]
    for epoch in epochs:
        for row in range(2):
            assert sorted(epoch[row].tolist()) == sorted(inputs[row].tolist())
    assert not (epochs[0] == epochs[1]).all() and not (epochs[0][0] == epochs[0][1]).all()


def test_full_batch_is_gradient_descent():
    inputs, labels = two_clouds(2)
    start = NETWORK.start(rngs(2))
    run = train(NETWORK, start, inputs, labels, rngs(2), step=0.1, epochs=5, batch=21)
    x = start
    for _ in range(5):
        x = gd(x, x, lambda p: NETWORK.gradient(p, inputs, labels), 0.1)
    assert run.x == pytest.approx(x, rel=1e-12)
    assert run.steps.tolist() == [5, 5] and run.evaluations == 5


def test_rows_are_independent():
    inputs, labels = two_clouds(3)
    start = NETWORK.start(rngs(3))
    settings = dict(step=0.1, epochs=30, batch=4, rule=heavy_ball(0.5), jitter=0.1)
    decay = np.array([0.0, 0.1, 0.2])
    together = train(NETWORK, start, inputs, labels, rngs(3), decay=decay, **settings)
    for i in range(3):
        at = slice(i, i + 1)
        data = inputs[at], labels[at], rngs(3)[at]
        alone = train(NETWORK, start[at], *data, decay=decay[at], **settings)
        assert alone.x == pytest.approx(together.x[at], rel=1e-9, abs=1e-12)


def test_a_stopped_row_stays_where_it_stopped():
    inputs, labels = two_clouds(4)
    start = NETWORK.start(rngs(4))
    settings = dict(step=0.1, batch=4, loss_below=0.1)
    run = train(NETWORK, start, inputs, labels, rngs(4), epochs=400, **settings)
    shortest = int(run.steps.min()) // 6
    assert (run.status == "converged").all() and len(set(run.steps.tolist())) > 1
    assert (NETWORK.accuracy(run.x, inputs, labels) == 1).all()
    first = run.steps.argmin()
    short = train(NETWORK, start, inputs, labels, rngs(4), epochs=shortest, **settings)
    assert (short.x[first] == run.x[first]).all() and short.status[first] == "converged"
    losses = run.trajectory["loss"]
    for row, steps in enumerate(run.steps):
        last = steps // 6 - 1
        assert losses[last, row] < 0.1 and np.isnan(losses[last + 1 :, row]).all()


def test_low_loss_alone_does_not_stop():
    inputs, labels = two_clouds(1)
    inputs[0, 0], labels[0, 0] = inputs[0, 1], 1 - labels[0, 1]  # the same point, both labels
    start, settings = NETWORK.start(rngs(1)), dict(step=0.1, epochs=20, loss_below=5.0)
    run = train(NETWORK, start, inputs, labels, rngs(1), **settings)
    assert run.status.tolist() == ["budget"]


def test_decay_shrinks_weights_not_biases():
    start = NETWORK.start(rngs(1)) + 0.3
    inputs, labels = two_clouds(1)
    plain, decayed = (
        train(NETWORK, start, inputs, labels, rngs(1), step=0.1, epochs=1, batch=21, decay=decay).x
        for decay in (0.0, 0.5)
    )
    for (W, b), (V, c), (W0, _) in zip(*map(NETWORK.layers, (plain, decayed, start)), strict=True):
        assert W - V == pytest.approx(0.1 * 0.5 * W0) and (b == c).all()


def test_step_may_depend_on_the_epoch():
    inputs, labels = two_clouds(1)
    start = NETWORK.start(rngs(1))
    halt = train(NETWORK, start, inputs, labels, rngs(1), step=lambda e: 0.1 * (e < 2), epochs=6)
    two = train(NETWORK, start, inputs, labels, rngs(1), step=0.1, epochs=2)
    assert (halt.x == two.x).all()


def test_float32_stays_float32():
    inputs, labels = two_clouds(2)
    start = NETWORK.start(rngs(2), np.float32)
    run = train(NETWORK, start, inputs, labels, rngs(2), step=0.1, epochs=2, decay=0.1, jitter=0.1)
    assert run.x.dtype == np.float32


def test_a_diverged_row_keeps_its_last_finite_epoch():
    inputs, labels = two_clouds(2)
    inputs[1] *= 1e200
    start = NETWORK.start(rngs(2))
    run = train(NETWORK, start, inputs, labels, rngs(2), step=1.0, epochs=5, decay=0.1)
    assert run.status.tolist() == ["budget", "diverged"] and np.isfinite(run.x).all()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"epochs": 0}, "epochs = 0"),
        ({"batch": 0}, "batch = 0"),
        ({"decay": -0.1}, "decay = -0.1"),
        ({"jitter": -1.0}, "jitter = -1.0"),
        ({"rngs": rngs(1)}, "1 streams"),
        ({"labels": np.zeros((2, 5), int)}, "differ in samples"),
        ({"labels": np.full((2, 21), 2)}, "labels must lie in 0, ..., 1"),
    ],
)
def test_refusals(change, match):
    inputs, labels = two_clouds(2)
    arguments = dict(inputs=inputs, labels=labels, rngs=rngs(2), step=0.1, epochs=1) | change
    with pytest.raises(ValueError, match=match):
        train(NETWORK, NETWORK.start(rngs(2)), **arguments)
