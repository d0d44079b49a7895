"""Critical points of factored sensing, minibatches and isometry, against closed forms."""

import numpy as np
import pytest

from implicitreg.landscape import (
    SensingLandscape,
    planted_factor,
    plane_instance,
    tangent_isometry_bounds,
)
from implicitreg.sensing import SensingOperator, symmetric_gaussian


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(params=[9, 40])
def landscape(request, rng):
    operator = symmetric_gaussian(rng, request.param, 6)
    return SensingLandscape(operator, rng.standard_normal(request.param))


def test_measurements_may_differ_by_row(landscape, rng):
    U, y = rng.standard_normal((3, 6, 2)), rng.standard_normal((3, len(landscape.y)))
    together = SensingLandscape(landscape.operator, y).gradient(U)
    for u, b, g in zip(U, y, together, strict=True):
        alone = SensingLandscape(landscape.operator, b).gradient(u)
        np.testing.assert_allclose(g, alone, rtol=1e-10, atol=1e-12)


def test_a_minibatch_has_the_gradient_as_its_mean(landscape, rng):
    U = rng.standard_normal((6, 2))
    drawn = np.array([landscape.minibatch(rng, 5).gradient(U) for _ in range(4000)])
    spread = drawn.std(axis=0) / 4000**0.5
    assert (np.abs(drawn.mean(axis=0) - landscape.gradient(U)) < 5 * spread).all()
    assert landscape.minibatch(rng, 5).operator.n_measurements == 5


@pytest.mark.parametrize("missing", [[0], [1], [2], [0, 1], [0, 1, 2]])
def test_perfect_measurements_have_the_saddles_of_the_spectrum(rng, missing):
    spectrum = np.array([3.0, 2, 1])
    truth = planted_factor(rng, 5, spectrum)
    operator = SensingOperator(np.eye(15), (5, 5))
    landscape = SensingLandscape(operator, operator.forward(truth @ truth.T))
    kept = truth[:, np.delete(np.arange(3), missing)]
    found = landscape.critical_point(kept + 0.05 * rng.standard_normal(kept.shape))
    np.testing.assert_allclose(found @ found.T, kept @ kept.T, atol=1e-10)
    padded = np.c_[found, np.zeros((5, len(missing)))]
    assert np.linalg.norm(landscape.gradient(padded)) < 1e-12
    assert landscape.curvatures(padded)[0] == pytest.approx(-max(spectrum[missing]))


def test_rotations_are_flat_at_the_truth(rng):
    operator, truth = symmetric_gaussian(rng, 500, 6), planted_factor(rng, 6, [1, 1, 1])
    landscape = SensingLandscape(operator, operator.forward(truth @ truth.T))
    curvatures = landscape.curvatures(truth)
    np.testing.assert_allclose(curvatures[:3], 0, atol=1e-12)
    assert curvatures[3] > 0.5


def test_a_planted_factor_has_its_spectrum(rng):
    U = planted_factor(rng, 7, [2, 0.5])
    np.testing.assert_allclose(np.linalg.eigvalsh(U @ U.T)[-2:], [0.5, 2])


def test_the_tangent_space_is_within_the_whole_and_is_reached(rng):
    operator, U = symmetric_gaussian(rng, 60, 6), rng.standard_normal((6, 2))
    low, high = tangent_isometry_bounds(operator, U)
    whole = operator.isometry_bounds()
    assert whole[0] < low < high < whole[1]
    X = U @ (Z := rng.standard_normal((200, 2, 6))) + (U @ Z).mT
    ratios = np.linalg.norm(operator.forward(X), axis=-1) / np.linalg.norm(X, axis=(-2, -1))
    assert low <= min(ratios) ** 2 and max(ratios) ** 2 <= high
    # with r = n the tangent space is everything
    np.testing.assert_allclose(tangent_isometry_bounds(operator, np.eye(6)), whole)


@pytest.mark.parametrize("delta", [0.0, 0.3, 0.5, 0.8])
def test_the_plane_instance_has_its_constant_and_its_critical_point(delta):
    landscape, point = plane_instance(delta), np.array([[0.0], [delta**0.5]])
    np.testing.assert_allclose(landscape.operator.isometry_bounds(), [1 - delta, 1 + delta])
    assert np.linalg.norm(landscape.gradient(point)) < 1e-15
    expected = sorted([(2 * delta - 1) * (1 + delta), 2 * delta])
    np.testing.assert_allclose(landscape.curvatures(point), expected, atol=1e-15)
    assert landscape.residual(np.array([[-1.0], [0.0]])) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("delta", [-0.1, 1.1])
def test_a_bad_constant_is_refused(delta):
    with pytest.raises(ValueError, match=f"delta = {delta}: must be from 0 to 1"):
        plane_instance(delta)
