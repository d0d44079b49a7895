"""Losses of matrices, factors and signals, written out beside the library's gradients."""

from __future__ import annotations

from functools import reduce

import numpy as np

from implicitreg.balancedness import inner_gradient, outer_gradient
from implicitreg.factor_pair import FactorPair
from implicitreg.invariant_subspaces import narrow_gradient
from implicitreg.landscape import SensingLandscape
from implicitreg.lifted import LiftedCompletion
from implicitreg.operators import RankOneOperator
from implicitreg.parameterizations import deep_gradient, factored_gradient
from implicitreg.phase_retrieval import PhaseRetrieval
from implicitreg.sensing import SensingOperator
from implicitreg.weight_normalization import polar, weight_normalization
from properties.functions import Case, squares
from properties.strategies import Problem


def deep(p: Problem) -> Case:
    shape, layers = (p.depth, p.n, p.n), range(p.depth)
    product = lambda x: reduce(lambda W, j: x[..., j, :, :] @ W, layers, np.eye(p.n))  # noqa: E731
    target = product(p.normal(*shape))
    return Case(lambda x: squares(product(x) - target),
                lambda x: deep_gradient(x, lambda W: W - target), p.normal(*shape))


def factored(p: Problem) -> Case:
    target = p.normal(p.n, p.k) @ p.normal(p.k, p.n)
    return Case(lambda U: squares(U @ U.mT - target) / 2,
                lambda U: factored_gradient(U, lambda W: W - target), p.normal(p.n, p.k))


def pair(p: Problem) -> Case:
    target = p.normal(p.n, p.k) @ p.normal(p.k, p.m)
    return Case(lambda z: squares(z[..., : p.n, :] @ z[..., p.n :, :].mT - target),
                FactorPair(p.n).gradient(lambda W: W - target), p.normal(p.n + p.m, p.k))


def narrow(p: Problem) -> Case:
    n, k = p.n, p.k

    def product(x: np.ndarray) -> np.ndarray:
        cores = [x[..., i : i + k, :] for i in range(2 * n, x.shape[-2], k)]
        return x[..., :n, :] @ reduce(lambda W, C: C @ W, cores, x[..., n : 2 * n, :].mT)

    shape = (2 * n + p.depth * k, k)
    target = product(p.normal(*shape))
    return Case(lambda x: squares(product(x) - target),
                lambda x: narrow_gradient(x, n, lambda W: W - target), p.normal(*shape))


def sensing(p: Problem, symmetric: bool) -> Case:
    shape = (p.n, p.n if symmetric else p.k)
    A, X = p.standard(p.m * p.k, *shape), p.normal(*shape)
    operator = SensingOperator.from_matrices(A, symmetric)
    part = lambda X: (X + X.mT) / 2 if symmetric else X  # noqa: E731
    measure = lambda X: np.einsum("aij,...ij->...a", A, part(X))  # noqa: E731
    y = measure(p.normal(*shape))
    return Case(lambda X: squares(measure(X) - y, 1), operator.gradient(y), X)


def landscape(p: Problem) -> Case:
    operator = SensingOperator.from_matrices(p.standard(p.m * p.k, p.n, p.n))
    V = p.normal(p.n, p.k)
    problem = SensingLandscape(operator, operator.forward(V @ V.mT))
    return Case(lambda U: problem.residual(U) ** 2 / 4, problem.gradient, p.normal(p.n, p.k))


def phase(p: Problem) -> Case:
    A, truth = p.standard(p.m * p.k, p.n), p.scale * p.standard(p.n)
    return Case(lambda x: np.mean(((x @ A.T) ** 2 - (A @ truth) ** 2) ** 2, axis=-1) / 4,
                PhaseRetrieval(RankOneOperator(A), truth).gradient, p.normal(p.n))


def lifted(p: Problem) -> Case:
    order = (1, 3, 5)[p.depth % 3]
    n = min(p.n, 2 if order == 5 else 3)
    W = p.rng.random((n, n))
    problem = LiftedCompletion(W + W.T, p.scale * p.standard(n), order)

    def measured(w: np.ndarray) -> np.ndarray:
        """Both indices of each pair symmetrized, times the root of the weight."""
        T = problem.unfold(w[None]).reshape([n] * order)
        T = np.multiply.outer(T, T)
        for i in range(order):
            T = (T + T.swapaxes(i, order + i)) / 2
            T = np.moveaxis(np.moveaxis(T, (i, order + i), (-2, -1)) * problem.weights**0.5,
                            (-2, -1), (i, order + i))
        return T

    def value(w: np.ndarray) -> np.ndarray:
        target = measured(problem.lift(problem.truth[None])[0])
        return np.array([((measured(row) - target) ** 2).sum() / 4 for row in w])

    return Case(value, problem.gradient, p.normal(problem.lift(np.ones((1, n))).shape[1]))


def inner(p: Problem) -> Case:
    b = p.normal(1)[..., 0] * p.scale
    return Case(lambda z: ((z[:, 0] * z[:, 1]).sum(-1) - b) ** 2,
                lambda z: inner_gradient(z, b), p.normal(2, p.n))


def outer(p: Problem) -> Case:
    T = p.scale * p.normal(p.n, p.n)
    return Case(lambda z: 2 * squares(z[:, 0, :, None] * z[:, 1, None, :] - T),
                lambda z: outer_gradient(z, T), p.normal(2, p.n))


def sphere(p: Problem) -> Case:
    """Steps of weight normalization: how they begin, in units of the steps of r and of u."""
    A, y, ratio = p.standard(p.m, p.n), p.standard(p.m), 1 + p.rng.random((*p.batch, 1))
    unit = lambda s: s[..., 1:] / np.linalg.norm(s[..., 1:], axis=-1, keepdims=True)  # noqa: E731
    rule, h = weight_normalization(ratio), 1e-5
    moved = lambda s, step: rule(s, s, lambda x: (x @ A.T - y) @ A, step)  # noqa: E731
    rates = np.concatenate([np.ones_like(ratio), *[ratio] * p.n], axis=-1)
    return Case(lambda s: squares(s[..., :1] * unit(s) @ A.T - y, 1),
                lambda s: (moved(s, -h) - moved(s, h)) / (2 * h) / rates,
                polar(p.rng.standard_normal((*p.batch, p.n))))
