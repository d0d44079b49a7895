"""Losses of models and networks, written out beside the library's gradients."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from implicitreg.adapters import Adapters
from implicitreg.glm import GLM, Family
from implicitreg.hidden_kink import DRIFT, GAP, kink_gradient
from implicitreg.label_noise import FreshLabels
from implicitreg.masked_norm import masked_gradient
from implicitreg.networks import Network
from implicitreg.two_layer import TwoLayer
from properties.functions import Case, Function
from properties.strategies import Problem

CUMULANTS = {"linear": lambda u: u**2 / 2, "logistic": lambda u: np.log1p(np.exp(u)),
             "Poisson": np.exp}


def glm(p: Problem, family: Family) -> Case:
    X, b = p.normal(p.m * p.k, p.n) / p.scale, CUMULANTS[family.name]
    model = GLM(family, X, p.normal(p.m * p.k))

    def value(theta: np.ndarray) -> np.ndarray:
        u = np.einsum("...ij,...j->...i", X, theta)
        return (b(u) - model.y * u).mean(-1)

    return Case(value, model.gradient, p.normal(p.n))


def cross_entropy(layers: list, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean cross-entropy of the ReLU network with the given weights and biases."""
    value = inputs
    for i, (weight, bias) in enumerate(layers):
        value = (np.maximum(value, 0) if i else value) @ weight.mT + bias[:, None]
    hit = np.take_along_axis(value, labels[..., None], -1)[..., 0]
    return (logsumexp(value, -1) - hit).mean(-1)


def supervised(p: Problem) -> tuple[Network, np.ndarray, np.ndarray, np.ndarray]:
    """Networks, one a row, each with data of its own."""
    network = Network([p.n, *[p.m] * (p.depth - 1), p.k])
    inputs = p.rng.standard_normal((*p.batch, 5, p.n))
    return network, p.normal(network.size) / 3, inputs, p.rng.integers(p.k, size=(*p.batch, 5))


def network(p: Problem) -> Case:
    model, params, *data = supervised(p)
    return Case(lambda x: cross_entropy(model.layers(x), *data),
                lambda x: model.gradient(x, *data), params)


def adapters(p: Problem) -> Case:
    model, frozen, *data = supervised(p)
    adapter = Adapters(model, frozen, rank=2)

    def value(x: np.ndarray) -> np.ndarray:
        layers = zip(model.layers(frozen), adapter.factors(x), strict=True)
        return cross_entropy([(W + B @ A, b) for (W, b), (B, A) in layers], *data)

    return Case(value, lambda x: adapter.gradient(x, *data), p.normal(adapter.size) / 3)


def unit(p: Problem, activation: str, skip: bool) -> tuple[TwoLayer, np.ndarray, Function]:
    """A two-layer network, one input for each state, and its value, written out."""
    net, x = TwoLayer(p.n, p.m, activation, skip), p.rng.standard_normal((*p.batch, p.n))
    bend = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[activation]

    def value(theta: np.ndarray) -> np.ndarray:
        a = theta[..., : p.n * p.m].reshape(*p.batch, p.n, p.m)
        c, rest = np.split(theta[..., p.n * p.m :], [p.m], axis=-1)
        h = (c * bend(np.einsum("...i,...ij->...j", x, a))).sum(-1)
        return h + (rest * x).sum(-1) if skip else h

    return net, x, value


def two_layer(p: Problem, activation: str, skip: bool) -> Case:
    net, x, value = unit(p, activation, skip)
    return Case(value, lambda theta: net(theta, x)[1], p.normal(net.size))


def one_example(p: Problem) -> Case:
    net, x, value = unit(p, "tanh", True)
    y, rngs = p.normal(1), [p.rng] * p.batch[0]
    return Case(lambda theta: (value(theta) - y[:, 0]) ** 2 / 2,
                lambda theta: FreshLabels(net, x[:, None], y, 0.0, rngs)(theta), p.normal(net.size))


def masked(p: Problem) -> Case:
    """Points in pairs: each pair has a sample of its own."""
    x = p.rng.integers(0, 2, (*p.batch, p.m, p.n)).astype(float)
    y, corner = p.rng.standard_normal((*p.batch, p.m)), np.eye(p.n)[0]

    def value(w: np.ndarray) -> np.ndarray:
        seen = (w - corner)[..., None, :] * x[..., None, :, :]
        return (y[..., None, :] * np.linalg.norm(seen, axis=-1)).mean(-1).sum(-1)

    return Case(value, lambda w: masked_gradient(w, x, y), p.normal(2, p.n))


def kink(p: Problem) -> Case:
    z = p.rng.integers(0, 2, (*p.batch, p.n)).astype(bool)

    def value(w: np.ndarray) -> np.ndarray:
        drift = DRIFT * (np.where(z, 1, -1 / (2 * p.m)) * w).sum(-1)
        hidden = np.linalg.norm(z * np.minimum(w + GAP, 0), axis=-1)
        return hidden + drift + np.maximum(w.max(-1), 0)

    return Case(value, lambda w: kink_gradient(w, z, p.m), p.normal(p.n))
