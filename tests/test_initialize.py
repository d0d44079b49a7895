"""Starts: their product, scale, balance and sign."""

import numpy as np
import pytest

from implicitreg.initialize import (
    balanced_factors,
    gaussian_factors,
    orthogonal_factors,
    signed_gaussian,
    spectral_factor,
)
from implicitreg.parameterizations import deep_product


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def imbalance(factors):
    return np.abs(factors[1:].mT @ factors[1:] - factors[:-1] @ factors[:-1].mT).max(initial=0)


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_balanced_factors_multiply_to_the_matrix(rng, depth):
    matrices = rng.standard_normal((3, 4, 4))
    factors = balanced_factors(matrices, depth)
    assert factors.shape == (3, depth, 4, 4)
    np.testing.assert_allclose(deep_product(factors), matrices, atol=1e-13)
    assert max(imbalance(f) for f in factors) < 1e-13


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_orthogonal_factors_are_balanced_with_all_singular_values_at_the_scale(rng, depth):
    factors = orthogonal_factors(rng, depth, 5, 1e-3)
    assert factors.shape == (depth, 5, 5)
    assert imbalance(factors) < 1e-15
    values = np.linalg.svd(deep_product(factors), compute_uv=False)
    np.testing.assert_allclose(values, 1e-3, rtol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_gaussian_factors_give_products_of_one_size_at_each_depth(rng, depth):
    products = [deep_product(gaussian_factors(rng, depth, 20, 1e-3)) for _ in range(200)]
    assert np.std(products) == pytest.approx(1e-3 / 20**0.5, rel=0.05)


def test_gaussian_factors_are_not_balanced(rng):
    assert imbalance(gaussian_factors(rng, 3, 20, 1e-3)) > 1e-3


def test_signed_gaussian_has_the_sign_and_differs_in_one_row():
    for seed in range(20):
        plus, minus = (
            signed_gaussian(np.random.default_rng(seed), 2, 1e-3, sign) for sign in (1, -1)
        )
        assert np.linalg.det(plus) > 0 > np.linalg.det(minus)
        np.testing.assert_array_equal(plus[0], -minus[0])
        np.testing.assert_array_equal(plus[1], minus[1])


def test_sign_of_the_determinant_survives_the_factorization(rng):
    for sign in (1, -1):
        factors = balanced_factors(signed_gaussian(rng, 2, 1e-3, sign), 3)
        assert np.sign(np.linalg.det(factors).prod()) == sign


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: balanced_factors(np.eye(2), 0), "depth = 0: must be >= 1"),
        (lambda rng: balanced_factors(np.ones((2, 3)), 2), r"product.shape = \(2, 3\)"),
        (lambda rng: gaussian_factors(rng, 0, 2, 1.0), "depth = 0"),
        (lambda rng: gaussian_factors(rng, 2, 2, 0.0), "scale = 0.0: must be > 0"),
        (lambda rng: orthogonal_factors(rng, 2, 2, -1.0), "scale = -1.0"),
        (lambda rng: gaussian_factors(rng, 2, 2, np.nan), "scale = nan"),
        (lambda rng: signed_gaussian(rng, 2, 1.0, 0), "sign = 0: must be 1 or -1"),
        (lambda rng: signed_gaussian(rng, 2, 0.0, 1), "scale = 0.0"),
    ],
)
def test_bad_arguments_are_refused(rng, call, message):
    with pytest.raises(ValueError, match=message):
        call(rng)


def test_spectral_factor_is_the_best_semidefinite_approximation(rng):
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    U = spectral_factor(Q * [3, 1, -5, 0.5] @ Q.T, 3)
    np.testing.assert_allclose(U @ U.T, Q * [3, 1, 0, 0.5] @ Q.T, atol=1e-12)
    with pytest.raises(ValueError, match="rank = 5: must be from 1 to 4"):
        spectral_factor(np.eye(4), 5)
