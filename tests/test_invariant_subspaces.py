"""Directions that learn and those that do not, and networks of small width."""

import numpy as np
import pytest

from implicitreg.initialize import orthogonal_factors
from implicitreg.invariant_subspaces import (
    narrow_product, split_directions, stack_narrow, transported,
)
from implicitreg.parameterizations import deep_gradient, deep_product


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def problems(rng):
    """Four targets of rank 2 and four orthogonal starts of depth 3, of size 9."""
    A, B = rng.standard_normal((2, 4, 9, 2))
    return A @ B.mT, np.array([orthogonal_factors(rng, 3, 9, 1.0) for _ in range(4)])


def test_the_bulk_is_in_both_kernels_and_the_core_is_the_rest(problems):
    M, factors = problems
    Q = deep_product(factors)
    core, bulk = split_directions(M, Q, 2)
    np.testing.assert_allclose(M @ bulk, 0, atol=1e-12)
    np.testing.assert_allclose(M.mT @ Q @ bulk, 0, atol=1e-12)
    basis = np.concatenate([core, bulk], axis=-1)
    np.testing.assert_allclose(basis.mT @ basis, np.broadcast_to(np.eye(9), M.shape), atol=1e-12)
    assert core.shape == (4, 9, 4) and bulk.shape == (4, 9, 5)


def test_the_first_gradient_is_a_multiple_of_the_start_on_the_bulk(problems):
    M, factors = problems
    Q = deep_product(factors)
    _, bulk = split_directions(M, Q, 2)
    bases = transported(bulk, factors)
    np.testing.assert_allclose(bases[-1], Q @ bulk, atol=1e-12)
    gradient = deep_gradient(0.7 * factors, lambda W: W - M)
    for j in range(3):
        # the three layers share the factor (0.7)^5
        np.testing.assert_allclose(gradient[:, j] @ bases[j], 0.7**5 * bases[j + 1], atol=1e-12)
        np.testing.assert_allclose(gradient[:, j].mT @ bases[j + 1], 0.7**5 * bases[j], atol=1e-12)


def test_of_a_full_rank_matrix_the_leading_directions_are_taken(rng):
    M = np.diag([3.0, 2.0, 1.0, 0.5])
    core, _ = split_directions(M, np.eye(4)[::-1], 1)
    np.testing.assert_allclose(np.abs(core.sum(-1)), [1, 0, 0, 1], atol=1e-12)


@pytest.mark.parametrize("rank", [0, 5])
def test_a_rank_without_room_is_refused(rng, rank):
    M = rng.standard_normal((9, 9))
    with pytest.raises(ValueError, match=f"rank = {rank}: must be from 1 to 4"):
        split_directions(M, M, rank)


def test_the_product_is_taken_in_order_and_cores_are_shared(rng):
    U, V = rng.standard_normal((2, 5, 7, 3))
    first, second = rng.standard_normal((2, 3, 3))
    product = narrow_product(stack_narrow(U, V, [first, second]), 7)
    np.testing.assert_allclose(product, U @ second @ first @ V.mT, rtol=1e-10)


@pytest.mark.parametrize("height", [14, 16])
def test_a_state_that_is_no_stack_is_refused(height):
    with pytest.raises(ValueError, match="x.shape"):
        narrow_product(np.ones((height, 3)), 7)
