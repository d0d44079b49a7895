"""Lifted completion: the factored problem, Gram matrix, solutions, basis."""

from itertools import product
from math import comb

import numpy as np
import pytest

from implicitreg.lifted import LiftedCompletion, coupled_completion, symmetric_basis
from implicitreg.parameterizations import factored_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def random_problem(rng, n, order):
    W = rng.random((n, n))
    return LiftedCompletion(W + W.T, rng.standard_normal(n), order)


def tensor(problem, w):
    return problem.unfold(w[None]).reshape([len(problem.truth)] * problem.order)


def dense_loss(problem, w):
    """Every measurement of a product of symmetrized unit matrices, one after the other."""
    n, order = len(problem.truth), problem.order
    target = problem.truth
    T, Z, total = tensor(problem, w), target, 0.0
    for _ in range(order - 1):
        Z = np.multiply.outer(Z, target)
    for pairs in product(product(range(n), repeat=2), repeat=order):
        weight = np.prod([problem.weights[pair] for pair in pairs])
        seen = [X[tuple(p[k] for p, k in zip(pairs, side, strict=True))]
                * X[tuple(p[1 - k] for p, k in zip(pairs, side, strict=True))]
                for side in product((0, 1), repeat=order) for X in (T, Z)]
        total += weight * (np.mean(seen[::2]) - np.mean(seen[1::2])) ** 2
    return total / 4


def test_order_one_is_the_factored_problem(rng):
    problem = random_problem(rng, 5, 1)
    x, z = rng.standard_normal((3, 5)), problem.truth
    factored = factored_gradient(
        x[:, :, None], lambda M: problem.weights * (M - np.outer(z, z)))[..., 0]
    np.testing.assert_allclose(problem.gradient(problem.lift(x)), factored, rtol=1e-12)


@pytest.mark.parametrize(("n", "order"), [(3, 3), (2, 5)])
def test_the_gram_matrix_to_the_power_is_the_loss_along_a_line(rng, n, order):
    problem = random_problem(rng, n, order)
    x, u = rng.standard_normal((2, 1, n))
    gram = problem.gram(x[0], u[0]) ** order
    for t in (-0.7, 0.0, 1.3):
        tau = np.array([1, 2 * t, t * t, -1])
        dense = dense_loss(problem, (problem.lift(x) + t * problem.lift(u))[0])
        assert tau @ gram @ tau / 4 == pytest.approx(dense, rel=1e-9)


def test_lifted_vectors_are_rank_one_tensors_with_powers_of_inner_products(rng):
    problem = random_problem(rng, 3, 3)
    x = rng.standard_normal((2, 3))
    w = problem.lift(x)
    expected = np.einsum("ra,rb,rc->rabc", x, x, x).reshape(2, 3, 9)
    np.testing.assert_allclose(problem.unfold(w), expected, atol=1e-12)
    np.testing.assert_allclose(w @ w.T, (x @ x.T) ** 3, rtol=1e-12)


def test_both_signs_are_solutions_and_have_distance_zero():
    problem = coupled_completion(5, 0.3, 3)
    both = problem.lift(np.array([problem.truth, -problem.truth]))
    assert np.abs(problem.gradient(both)).max() < 1e-12
    np.testing.assert_array_equal(problem.distance(both), 0)
    assert problem.distance(2 * both) == pytest.approx([27**0.5] * 2)
    assert np.linalg.eigvalsh(problem.hessian(both[0]))[0] > 1


@pytest.mark.parametrize(("n", "order"), [(5, 1), (5, 3), (3, 5), (2, 4)])
def test_the_basis_is_orthonormal_symmetric_and_complete(rng, n, order):
    basis = symmetric_basis(n, order)
    flat = basis.reshape(len(basis), -1)
    assert basis.shape == (comb(n + order - 1, order), *[n] * order)
    np.testing.assert_allclose(flat @ flat.T, np.eye(len(flat)), atol=1e-14)
    for axis in range(1, order):
        np.testing.assert_array_equal(basis, basis.swapaxes(axis, axis + 1))


def test_without_coupling_each_choice_of_signs_is_a_solution():
    problem = coupled_completion(5, 0.0, 1)
    signs = np.array([[a, 0, b, 0, c] for a, b, c in product((1.0, -1.0), repeat=3)])
    assert np.abs(problem.gradient(signs)).max() == 0
    coupled = coupled_completion(5, 0.3, 1).gradient(signs)
    assert np.sum(np.abs(coupled).max(1) < 1e-12) == 2


@pytest.mark.parametrize("order", [0, 2, -1])
def test_even_orders_are_refused(order):
    with pytest.raises(ValueError, match=f"order = {order}: must be odd and positive"):
        coupled_completion(3, 0.3, order)


@pytest.mark.parametrize("weights", [np.ones((3, 2)), -np.eye(3), np.triu(np.ones((3, 3)))])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights: must be a symmetric"):
        LiftedCompletion(weights, np.ones(3), 1)
