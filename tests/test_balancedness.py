"""Balancedness: what conserves it, what moves it, and how fast."""

import numpy as np
import pytest

from implicitreg.balancedness import (
    balancedness,
    decay_strength,
    inner_gradient,
    nbar,
    obar,
    outer_gradient,
    sam_strength,
    squared_norm,
)
from implicitreg.optimize import descend
from implicitreg.rules import sam_gradient

ROWS = 6


@pytest.fixture
def z():
    return np.random.default_rng(0).standard_normal((ROWS, 2, 3))


@pytest.fixture
def targets():
    rng = np.random.default_rng(1)
    return rng.standard_normal(ROWS), rng.standard_normal((ROWS, 3, 3))


def blocks(z):
    return [(z[:, 0], z[:, 1])]


def rate(z, d):
    return (z[:, 1] * d[:, 1]).sum(-1) - (z[:, 0] * d[:, 0]).sum(-1)


def test_norms_and_balancedness_are_by_row_over_all_further_axes(z):
    x, y = np.ones((2, 3, 4)), np.zeros((2, 5, 4))
    assert squared_norm(x).tolist() == [12, 12]
    assert balancedness(x, y).tolist() == [6, 6] and balancedness(y, x).tolist() == [-6, -6]


def test_closed_form_of_sam_on_the_inner_problem(z, targets):
    b, rho = targets[0], 0.3
    w, N = (z[:, 0] * z[:, 1]).sum(-1), np.sqrt(squared_norm(z))
    slope = 2 * (w - b)
    bracket = np.abs(slope) + 2 * rho * N + 2 * rho**2 * np.sign(slope) * w / N**2
    expected = -2 * rho / N * bracket * balancedness(z[:, 0], z[:, 1])
    measured = rate(z, sam_gradient(lambda z: inner_gradient(z, b), z, rho))
    np.testing.assert_allclose(measured, expected, rtol=1e-11)


def test_nbar_of_sams_strength_is_the_first_order_of_sam(z, targets):
    T, step, rho = targets[1], 1e-9, 0.01
    gradient = lambda z: outer_gradient(z, T)  # noqa: E731
    g = gradient(z)
    gx, gy = squared_norm(g[:, 0]), squared_norm(g[:, 1])
    new = nbar(blocks, sam_strength(rho))(z, z, gradient, step)
    moved = balancedness(new[:, 0], new[:, 1]) - balancedness(z[:, 0], z[:, 1])
    np.testing.assert_allclose(moved / step, rho * (gx - gy) / np.sqrt(gx + gy), atol=1e-5)


def test_obar_balances_and_keeps_the_product(z):
    product = (z[:, 0] * z[:, 1]).sum(-1)
    run = descend(lambda z: 0 * z, z, step=1e-3, n_steps=8000, rule=obar(blocks, lambda *_: 1.0))
    assert np.abs(balancedness(run.x[:, 0], run.x[:, 1])).max() < 0.01
    np.testing.assert_allclose((run.x[:, 0] * run.x[:, 1]).sum(-1), product, rtol=0.01)
    assert run.evaluations == 8000


def test_decay_strength_on_the_inner_problem_is_the_slope_over_the_norm(z, targets):
    g, N = inner_gradient(z, targets[0]), np.sqrt(squared_norm(z))
    slope = 2 * np.abs((z[:, 0] * z[:, 1]).sum(-1) - targets[0])
    norms = [squared_norm(block) for block in (z[:, 0], z[:, 1], g[:, 0], g[:, 1])]
    np.testing.assert_allclose(decay_strength(0.2)(*norms), 0.2 * slope / N, rtol=1e-12)


def test_bar_without_a_gradient_has_no_strength(z):
    for strength in (sam_strength(0.1), decay_strength(0.1)):
        run = descend(lambda z: 0 * z, z, step=0.1, n_steps=3, rule=nbar(blocks, strength))
        assert (run.x == z).all()


def test_bar_scales_each_pair_by_its_own_norms():
    state = np.array([[3.0, 1.0, 1.0, 3.0]])
    pairs = lambda z: [(z[:, :1], z[:, 1:2]), (z[:, 2:3], z[:, 3:])]  # noqa: E731
    new = obar(pairs, lambda *_: 1.0)(state, state, lambda z: 0 * z, 0.1)
    np.testing.assert_allclose(new, [[2.7, 1.1, 1.1, 2.7]])
    assert (state == [[3.0, 1.0, 1.0, 3.0]]).all()
