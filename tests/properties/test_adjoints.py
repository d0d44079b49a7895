"""Measurements are linear, their adjoints are adjoint, and random ones see all directions alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from implicitreg.operators import EntrySampling, RankOneOperator, uniform_entries
from implicitreg.sensing import SensingOperator, rectangular_gaussian, symmetric_gaussian
from properties.strategies import NUMBERS, problems


def entries(p):
    mask = p.rng.integers(0, 2, (*p.batch, p.n, p.m))
    mask[..., 0, 0] = 1
    return EntrySampling(mask), (p.n, p.m), (p.n, p.m)


def rank_one(p):
    return RankOneOperator(p.standard(p.m * p.k, p.n)), (p.n, p.n), (p.m * p.k,)


def sensing(p, symmetric):
    shape, m = (p.n, p.n if symmetric else p.k), p.m * p.k
    return SensingOperator.from_matrices(p.standard(m, *shape), symmetric), shape, (m,)


OPERATORS = {"entries": entries, "rank one": rank_one,
             "symmetric": lambda p: sensing(p, True), "rectangular": lambda p: sensing(p, False)}
EACH = pytest.mark.parametrize("name", OPERATORS)


def inner(x, y, batch):
    return (x * y).sum(tuple(range(len(batch), x.ndim)))


@EACH
@given(problem=problems())
def test_the_adjoint_is_adjoint_on_all_matrices(name, problem):
    operator, inside, outside = OPERATORS[name](problem)
    X, r = problem.normal(*inside), problem.normal(*outside)
    left = inner(operator.forward(X), r, problem.batch)
    right = inner(X, operator.adjoint(r), problem.batch)
    np.testing.assert_allclose(left, right, atol=1e-12 * np.linalg.norm(X) * np.linalg.norm(r))


@EACH
@given(problem=problems(), a=NUMBERS, b=NUMBERS)
def test_measurements_and_adjoints_are_linear(name, problem, a, b):
    operator, inside, outside = OPERATORS[name](problem)
    for apply, shape in ((operator.forward, inside), (operator.adjoint, outside)):
        x, y = problem.normal(*shape), problem.normal(*shape)
        expected = a * apply(x) + b * apply(y)
        np.testing.assert_allclose(apply(a * x + b * y), expected, rtol=1e-9,
                                   atol=1e-12 * (abs(a) + abs(b)))


@EACH
@given(problem=problems())
def test_a_matrix_of_a_batch_is_measured_as_if_alone(name, problem):
    operator, inside, outside = OPERATORS[name](problem)
    X, r = problem.normal(*inside), problem.normal(*outside)
    together, back = operator.forward(X), operator.adjoint(r)
    for i in np.ndindex(problem.batch):
        alone = EntrySampling(operator.mask[i]) if name == "entries" else operator
        np.testing.assert_allclose(together[i], alone.forward(X[i]), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(back[i], alone.adjoint(r[i]), rtol=1e-12, atol=1e-14)


@given(problem=problems())
def test_observing_entries_is_a_projection_that_ignores_the_others(problem):
    sampling, shape, _ = entries(problem)
    X = problem.normal(*shape)
    hidden = np.where(sampling.mask == 1, X, 99.0)
    np.testing.assert_array_equal(sampling.forward(sampling.forward(X)), sampling.forward(hidden))


@given(problem=problems(), symmetric=st.booleans())
def test_coordinates_keep_inner_products_and_are_undone(problem, symmetric):
    operator, shape, _ = sensing(problem, symmetric)
    X, Y = problem.normal(*shape), problem.normal(*shape)
    if symmetric:
        X, Y = X + X.mT, Y + Y.mT
    x, y = operator.coordinates(X), operator.coordinates(Y)
    size = np.linalg.norm(X) * np.linalg.norm(Y)
    np.testing.assert_allclose((x * y).sum(-1), (X * Y).sum((-2, -1)), atol=1e-13 * size)
    np.testing.assert_allclose(operator.matrix(x), X, rtol=1e-13)


@given(problem=problems())
def test_rank_one_measurements_of_a_state_are_those_of_its_matrix(problem):
    operator, _, _ = rank_one(problem)
    x = problem.scale * problem.standard(problem.depth, problem.n)
    direct = np.einsum("ai,ri->ra", operator.vectors, x) ** 2 / operator.n_measurements**0.5
    for found in (operator.forward_rows(x), operator.forward(x[:, :, None] * x[:, None])):
        np.testing.assert_allclose(found, direct, rtol=1e-9, atol=1e-12 * problem.scale**2)


@pytest.mark.parametrize("kind", ["symmetric", "rectangular"])
@given(problem=problems(st.just(())))
def test_gaussian_measurements_are_chi_square_whatever_the_matrix(kind, problem):
    """m |A(X)|^2 / |X|^2 is a sum of m squares of normal numbers: its mean and its variance."""
    n, m, draws = problem.n, problem.m, 400
    X = problem.normal(n, n if kind == "symmetric" else problem.k)
    X = X + X.T if kind == "symmetric" else X
    make = symmetric_gaussian if kind == "symmetric" else rectangular_gaussian
    shape = n if kind == "symmetric" else X.shape
    ratios = np.array([np.sum(make(problem.rng, m, shape).forward(X) ** 2) for _ in range(draws)])
    ratios *= m / np.sum(X**2)
    assert abs(ratios.mean() - m) < 5 * (2 * m / draws) ** 0.5
    assert abs(ratios.var() / (2 * m) - 1) < 5 * ((2 + 12 / m) / draws) ** 0.5


@given(problem=problems(st.just(())))
def test_gaussian_vectors_see_a_state_more_than_its_complement(problem):
    r"""E A*(A(xx^T)) = |x|^2 I + 2 xx^T, which is what a spectral start rests on."""
    n, draws = problem.n, 40_000
    x = problem.standard(n)
    operator = RankOneOperator(problem.standard(draws, n))
    found = operator.adjoint(operator.forward_rows(x[None])[0])
    expected = x @ x * np.eye(n) + 2 * np.outer(x, x)
    np.testing.assert_allclose(found, expected, atol=5 * (105 / draws) ** 0.5 * (x @ x))


@given(problem=problems(st.just(())), count=st.integers(1, 16))
def test_entries_are_drawn_alike_and_as_many_as_asked_for(problem, count):
    shape, size, draws = (problem.n, problem.m), problem.n * problem.m, 300
    count = min(count, size)
    masks = np.array([uniform_entries(problem.rng, shape, count).mask for _ in range(draws)])
    assert (masks.sum((1, 2)) == count).all()
    spread = (count / size * (1 - count / size) / draws) ** 0.5
    np.testing.assert_allclose(masks.mean(0), count / size, atol=5 * spread + 1e-12)
