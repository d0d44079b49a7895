"""Gradients are the slopes of their functions, row by row, and Hessians those of gradients."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from implicitreg.glm import GLM
from implicitreg.label_noise import projected_gradient, regularizer
from implicitreg.landscape import SensingLandscape
from implicitreg.lifted import LiftedCompletion
from implicitreg.sensing import SensingOperator
from implicitreg.two_layer import TwoLayer
from properties.cases import BY_ROW, CASES, FAMILIES, LINKS
from properties.strategies import BATCHES, ROWS, problems

STEP = 1e-6
EACH = pytest.mark.parametrize("name", [*CASES, *BY_ROW])
ONE = problems(st.just(()))


def posed(name):
    """Draw a problem, and the case `name` of it."""
    batches, case = (ROWS, BY_ROW[name]) if name in BY_ROW else (BATCHES, CASES[name])
    return problems(batches).map(lambda problem: (problem, case(problem)))


def slope(function, x, direction):
    """The central difference along `direction`, and the rounding error that it may have."""
    ahead, behind = function(x + STEP * direction), function(x - STEP * direction)
    return (ahead - behind) / (2 * STEP), 1e-14 * np.abs(ahead + behind) / STEP


@EACH
@given(data=st.data())
def test_a_gradient_is_the_slope_in_every_direction(name, data):
    problem, case = data.draw(posed(name))
    x, gradient = case.states, case.gradient(case.states)
    d = np.sqrt(np.mean(x**2)) * problem.rng.standard_normal(x.shape)
    measured, rounding = slope(case.value, x, d)
    assert gradient.shape == x.shape and measured.shape == problem.batch
    axes = tuple(range(len(problem.batch), x.ndim))
    length = np.sqrt((gradient**2).sum(axes) * (d**2).sum(axes))
    assert (np.abs((gradient * d).sum(axes) - measured) <= 1e-6 * length + rounding).all()


@EACH
@given(data=st.data())
def test_no_state_sees_another(name, data):
    problem, case = data.draw(posed(name))
    x, one = case.states, tuple(data.draw(st.integers(0, n - 1)) for n in problem.batch)
    others = problem.normal(*x.shape[len(problem.batch) :])
    others[one] = x[one]
    np.testing.assert_allclose(case.gradient(others)[one], case.gradient(x)[one], rtol=1e-12)


def glm(p):
    model = GLM(FAMILIES[["linear", "logistic", "Poisson"][p.depth % 3]],
                p.standard(p.m * p.k, p.n), p.normal(p.m * p.k))
    return model.gradient, model.hessian, p.normal(p.n)


def landscape(p):
    operator = SensingOperator.from_matrices(p.standard(p.m * p.k, p.n, p.n))
    problem = SensingLandscape(operator, p.scale**2 * p.standard(p.m * p.k))
    return problem.gradient, problem.hessian, p.normal(p.n, p.depth)


def lifted(p):
    order = (1, 3, 5)[p.depth % 3]
    n = min(p.n, 2 if order == 5 else 3)
    W = p.rng.random((n, n))
    problem = LiftedCompletion(W + W.T, p.normal(n), order)
    size = problem.lift(np.ones((1, n))).shape[1]
    return lambda w: problem.gradient(w[None])[0], problem.hessian, p.normal(size)


def link(p, name):
    conjugate = LINKS[name](p)
    return lambda g: conjugate(g)[1], lambda g: np.diag(conjugate(g)[2]), -np.abs(p.normal(p.n))


HESSIANS = {"glm": glm, "landscape": landscape, "lifted": lifted,
            **{f"link {name}": partial(link, name=name) for name in LINKS}}


@pytest.mark.parametrize("name", HESSIANS)
@given(problem=ONE)
def test_a_hessian_is_symmetric_and_the_slope_of_the_gradient(name, problem):
    gradient, hessian, x = HESSIANS[name](problem)
    H, d = hessian(x), problem.normal(*x.shape)
    measured, rounding = slope(gradient, x, d)
    size = np.linalg.norm(H) * np.linalg.norm(d)
    np.testing.assert_allclose(H, H.T, rtol=1e-12, atol=1e-12 * np.abs(H).max())
    assert (np.abs(H @ d.ravel() - measured.ravel()) <= 1e-6 * size + rounding.ravel()).all()


@given(problem=ONE, skip=st.booleans())
def test_the_projected_gradient_is_the_slope_of_reg_along_the_zero_loss_set(problem, skip):
    net = TwoLayer(problem.n, problem.m + problem.k, "tanh", skip)
    X, theta = problem.standard(problem.k, problem.n), problem.standard(net.size)
    J, found = net(theta[None], X)[1], projected_gradient(net, theta, X)
    d = problem.standard(net.size)
    tangent = d - np.linalg.pinv(J) @ (J @ d)
    measured, rounding = slope(lambda theta: regularizer(net, theta, X), theta, tangent)
    assert found @ tangent == pytest.approx(measured, rel=1e-4, abs=1e-5 * np.linalg.norm(tangent))
    np.testing.assert_allclose(J @ found, 0, atol=1e-7 * (1 + np.abs(found).max()))
