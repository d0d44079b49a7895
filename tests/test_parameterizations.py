"""Products of factors: their gradients by definition, what they cost, and what flow keeps."""

import numpy as np
import pytest

from implicitreg.initialize import balanced_factors
from implicitreg.optimize import descend, gradient_flow
from implicitreg.parameterizations import (
    bifactored_gradient,
    deep_gradient,
    deep_product,
    depth_factor,
    factored_gradient,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def target(rng):
    return rng.standard_normal((4, 4))


def half_square(W, target):
    return np.sum((W - target) ** 2) / 2


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_deep_gradient_is_the_definition(rng, target, depth):
    factors = rng.standard_normal((depth, 4, 4))
    G = deep_product(factors) - target
    for j, gradient in enumerate(deep_gradient(factors, G)):
        above = np.linalg.multi_dot([np.eye(4), np.eye(4), *factors[:j:-1]])
        below = np.linalg.multi_dot([np.eye(4), np.eye(4), *factors[:j][::-1]])
        np.testing.assert_allclose(gradient, above.T @ G @ below.T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_deep_gradient_costs_3N_minus_3_products(rng, depth, monkeypatch):
    class Counting(np.ndarray):
        count = 0

        def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
            Counting.count += ufunc is np.matmul
            plain = [np.asarray(x) for x in inputs]
            into = {} if out is None else {"out": tuple(np.asarray(x) for x in out)}
            return getattr(ufunc, method)(*plain, **into, **kwargs).view(Counting)

    deep_gradient(rng.standard_normal((depth, 3, 3)).view(Counting), lambda W: W)
    assert Counting.count == 3 * depth - 3


def test_gradients_accept_a_function_or_its_value(rng, target):
    factors, U, V = rng.standard_normal((3, 4, 4)), *rng.standard_normal((2, 4, 2))
    G = lambda W: W - target  # noqa: E731
    np.testing.assert_array_equal(
        deep_gradient(factors, G), deep_gradient(factors, G(deep_product(factors)))
    )
    np.testing.assert_array_equal(factored_gradient(U, G), factored_gradient(U, G(U @ U.T)))
    for one, other in zip(
        bifactored_gradient(U, V, G), bifactored_gradient(U, V, G(U @ V.T)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_factored_flow_is_that_of_transposed_factors(rng, target):
    U, symmetric = rng.standard_normal((4, 4)), target + target.T
    pair = deep_gradient(np.stack([U.T, U]), lambda W: W - symmetric)
    np.testing.assert_allclose(pair[1], factored_gradient(U, lambda W: W - symmetric), rtol=1e-12)


def test_flow_keeps_the_imbalance(rng, target):
    def imbalance(x):
        return x[:, 1:].mT @ x[:, 1:] - x[:, :-1] @ x[:, :-1].mT

    starts = np.stack([balanced_factors(target / 9, 3), rng.standard_normal((3, 4, 4)) / 2])
    flow = gradient_flow(lambda x: deep_gradient(x, lambda W: W - target), starts, [0, 1, 20])
    np.testing.assert_allclose(imbalance(starts)[0], 0, atol=1e-14)
    for x in flow.trajectory["x"]:
        np.testing.assert_allclose(imbalance(x), imbalance(starts), atol=1e-5)
    assert np.all(half_square(deep_product(flow.x[0]), target) < 1e-8)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_depth_factor_is_the_curvature_at_a_minimum(target, depth):
    """The largest eigenvalue of the Hessian, here by descent just below and above 2/L."""
    factors = balanced_factors(target, depth)[None]
    sigma = np.linalg.norm(target, 2)
    start = factors + 1e-6 * np.random.default_rng(1).standard_normal(factors.shape)
    for c, shrinks in ((1.95, True), (2.05, False)):
        end = descend(
            lambda x: deep_gradient(x, lambda W: W - target),
            start,
            step=c / depth_factor(sigma, depth),
            n_steps=100,
        ).x
        errors = [half_square(deep_product(x), target) for x in (start, end)]
        assert (errors[1] < errors[0]) == shrinks


@pytest.mark.parametrize("shape", [(3, 4), (0, 4, 4), (2, 3, 4), (4,)])
def test_factors_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="factors.shape = "):
        deep_product(np.zeros(shape))
    with pytest.raises(ValueError, match="factors.shape = "):
        deep_gradient(np.zeros(shape), lambda W: W)


def test_depth_below_one_is_refused():
    with pytest.raises(ValueError, match="depth = 0"):
        depth_factor(1.0, 0)
