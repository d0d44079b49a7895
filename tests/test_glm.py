"""Generalized linear models: stacks, excess risk, and Newton's penalized solutions."""

import numpy as np
import pytest
from scipy.special import expit

from implicitreg.glm import GLM, LOGISTIC, POISSON, linear, penalized, respond

FAMILIES = pytest.mark.parametrize("family", [linear(0.5), LOGISTIC, POISSON], ids=lambda f: f.name)


def draw(family, n, d, problems=2):
    rngs = [np.random.default_rng(k) for k in range(problems)]
    X = np.array([rng.standard_normal((n, d)) for rng in rngs])
    truth = np.array([rng.standard_normal(d) for rng in rngs]) / d**0.5
    return respond(family, X, truth, rngs), truth


@FAMILIES
def test_problems_in_a_stack_equal_problems_alone(family):
    model, theta = draw(family, 7, 3, problems=3)
    points = np.random.default_rng(9).standard_normal((5, 3, 3))
    for k in range(3):
        alone = GLM(family, model.X[k], model.y[k])
        np.testing.assert_allclose(model.value(points)[:, k], alone.value(points[:, k]))
        np.testing.assert_allclose(model.gradient(points)[:, k], alone.gradient(points[:, k]))


@FAMILIES
def test_the_divergence_is_that_of_the_loss_and_ignores_the_responses(family):
    model, truth = draw(family, 9, 3)
    theta = truth + 0.3
    linear_part = (model.gradient(truth) * (theta - truth)).sum(-1)
    expected = model.value(theta) - model.value(truth) - linear_part
    np.testing.assert_allclose(model.divergence(theta, truth), expected, rtol=1e-10)
    other = GLM(family, model.X, model.y + 1)
    np.testing.assert_array_equal(other.divergence(theta, truth), model.divergence(theta, truth))


@FAMILIES
def test_curvature_at_zero_is_the_top_of_the_hessian(family):
    model, truth = draw(family, 9, 12)
    top = np.linalg.eigvalsh(model.hessian(0 * truth))[:, -1]
    np.testing.assert_allclose(model.curvature_at_zero(), top, rtol=1e-12)


@FAMILIES
def test_responses_have_the_means_of_the_family(family):
    X = np.full((1, 200_000, 1), 0.5)
    model = respond(family, X, np.ones((1, 1)), [np.random.default_rng(3)])
    mean = {"linear": 0.5, "logistic": expit(0.5), "Poisson": np.exp(0.5)}[family.name]
    assert model.y.mean() == pytest.approx(mean, abs=0.02)
    assert family.name == "linear" or (model.y == model.y.round()).all()


def test_ridge_against_the_normal_equations():
    model, truth = draw(linear(0.5), 30, 6)
    n, penalties = 30, np.array([[1e-3], [0.1], [10.0]])
    theta, residual = penalized(model, penalties, np.zeros((3, *truth.shape)))
    for penalty, row in zip(penalties.ravel(), theta):
        gram = model.X.mT @ model.X + 2 * penalty * n * np.eye(6)
        exact = np.linalg.solve(gram, (model.X.mT @ model.y[..., None]))[..., 0]
        np.testing.assert_allclose(row, exact, atol=1e-9)
    assert (residual <= 1e-10).all()


@FAMILIES
@pytest.mark.parametrize("n, d", [(25, 5), (6, 15)])
def test_newton_ends_at_a_stationary_point_from_a_far_start(family, n, d):
    model, truth = draw(family, n, d)
    tilt = 0.1 * model.gradient(truth)
    theta, residual = penalized(model, 0.05, 4 * truth, tilt)
    gradient = model.gradient(theta) + tilt + 0.1 * theta
    np.testing.assert_allclose(np.linalg.norm(gradient, axis=-1), 0, atol=2e-10)
    assert (residual <= 1e-10).all()


def test_with_few_samples_and_no_penalty_the_solution_has_the_least_norm():
    model, truth = draw(linear(0.5), 6, 15)
    theta, _ = penalized(model, 0.0, truth)
    exact = np.array([np.linalg.pinv(X) @ y for X, y in zip(model.X, model.y)])
    np.testing.assert_allclose(theta, exact, atol=1e-9)


@FAMILIES
def test_strong_convexity_certifies_the_minimum(family):
    model, truth = draw(family, 20, 4)
    objective = lambda x: model.value(x) + 0.1 * (x**2).sum(-1)  # noqa: E731
    rough, residual = penalized(model, 0.1, truth, max_iterations=1)
    best = objective(penalized(model, 0.1, truth)[0])
    assert (residual > 1e-6).any() or family.name == "linear"
    assert (best <= objective(rough) + 1e-14).all()
    assert (objective(rough) - residual**2 / 0.4 <= best + 1e-14).all()


def test_a_start_that_is_not_finite_spoils_its_own_problem_only():
    model, truth = draw(LOGISTIC, 20, 4)
    start = truth.copy()
    start[0] = np.nan
    theta, residual = penalized(model, 0.1, start)
    assert np.isnan(theta[0]).all() and np.isnan(residual[0])
    np.testing.assert_allclose(theta[1], penalized(model, 0.1, truth)[0][1], atol=1e-9)


def test_bad_shapes_are_named():
    with pytest.raises(ValueError, match="y.shape"):
        GLM(LOGISTIC, np.zeros((3, 2)), np.zeros(4))
