"""What a function does not see, its gradient turns along with."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from implicitreg.balancedness import inner_gradient, outer_gradient
from implicitreg.complexity import jacobian_norm, path_norm, spectral_product
from implicitreg.factor_pair import FactorPair
from implicitreg.initialize import balanced_factors
from implicitreg.landscape import SensingLandscape
from implicitreg.lifted import LiftedCompletion
from implicitreg.networks import Network
from implicitreg.operators import RankOneOperator
from implicitreg.parameterizations import deep_gradient, deep_product
from implicitreg.phase_retrieval import PhaseRetrieval
from implicitreg.sensing import SensingOperator
from implicitreg.weight_normalization import cartesian, polar
from properties.strategies import ROWS, SCALES, orthogonal, problems

ONE = problems(st.just(()))


def close(one, other, scale=1.0):
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11 * scale)


def size(*arrays):
    return max(np.abs(array).max() for array in arrays)


@given(p=ONE)
def test_a_rotation_of_the_columns_of_a_factor_turns_its_gradient(p):
    operator = SensingOperator.from_matrices(p.standard(p.m * p.k, p.n, p.n))
    landscape = SensingLandscape(operator, p.scale**2 * p.standard(p.m * p.k))
    U, Q = p.normal(p.n, p.depth), orthogonal(p.seed, p.depth)
    close(landscape.residual(U @ Q), landscape.residual(U), p.scale**2)
    slope = landscape.gradient(U)
    close(landscape.gradient(U @ Q), slope @ Q, 100 * p.scale**3)
    # the turn of the columns has no slope
    close(np.sum(slope * (U @ (Q - Q.T))), 0, 100 * p.scale**4)


@given(p=problems(), step=SCALES)
def test_the_imbalance_of_a_step_is_added_whatever_the_loss(p, step):
    pair, z, slope = FactorPair(p.n), p.normal(p.n + p.m, p.k), p.normal(p.n, p.m)
    d = step * pair.gradient(lambda W: slope)(z)
    Q = orthogonal(p.seed, p.k)
    close(pair.imbalance(z + d), pair.imbalance(z) + pair.imbalance(d), 10 * size(z, d) ** 2)
    close(pair.imbalance(z @ Q), Q.T @ pair.imbalance(z) @ Q, 10 * size(z) ** 2)


@given(p=problems(ROWS))
def test_a_scaling_of_one_block_against_the_other_has_no_slope(p):
    z, b, T = p.normal(2, p.n), p.normal(1)[..., 0], p.normal(p.n, p.n)
    for g in (inner_gradient(z, b), outer_gradient(z, T)):
        rate = (z[:, 0] * g[:, 0]).sum(-1) - (z[:, 1] * g[:, 1]).sum(-1)
        close(rate, 0, p.n * size(z) * size(g))


@given(p=problems(), scale=SCALES)
def test_balanced_factors_have_the_product_and_their_flow_stays_balanced(p, scale):
    W = p.normal(p.n, p.n)
    factors = balanced_factors(W, p.depth)
    close(deep_product(factors), W, size(W))
    upper, lower = factors[..., 1:, :, :], factors[..., :-1, :, :]
    close(upper.mT @ upper, lower @ lower.mT, size(factors) ** 2)
    slope = deep_gradient(factors, scale * p.normal(p.n, p.n))
    gain, loss = upper.mT @ slope[..., 1:, :, :], slope[..., :-1, :, :] @ lower.mT
    close(gain, loss, max(size(factors) * size(slope), 1e-300))


@given(p=problems(ROWS))
def test_both_signs_of_a_signal_look_alike(p):
    problem = PhaseRetrieval(RankOneOperator(p.standard(p.m * p.k, p.n)), p.standard(p.n))
    x = p.normal(p.n)
    close(problem.gradient(-x), -problem.gradient(x))
    close(problem.distance(-x), problem.distance(x))
    assert (problem.distance(x) <= np.linalg.norm(x - problem.truth, axis=1) + 1e-12).all()
    n = min(p.n, 3)
    W = p.rng.random((n, n))
    lifted = LiftedCompletion(W + W.T, p.standard(n), order=3)
    w = lifted.lift(x[:, :n])
    close(lifted.lift(-x[:, :n]), -w)
    close(lifted.gradient(-w), -lifted.gradient(w))
    close(lifted.distance(-w), lifted.distance(w))


@given(p=problems(ROWS))
def test_length_and_direction_make_a_point(p):
    x = p.normal(p.n)
    state = polar(x)
    close(cartesian(state), x)
    close(state[..., 0], np.linalg.norm(x, axis=-1))
    close(polar(3 * x), state * np.r_[3, np.ones(p.n)], 10)


def measures(network, params, inputs):
    """Everything that is said of the functions of some networks."""
    return [network.logits(params, inputs), path_norm(network, params),
            jacobian_norm(network, params, inputs)]


@given(p=problems(ROWS), c=st.sampled_from([0.25, 1.0, 8.0]))
def test_hidden_units_have_no_order_and_no_unit_of_their_own(p, c):
    """Relabel the units of a layer; scale what goes into each by c, and what comes out by 1 / c."""
    network = Network([p.n, p.m, p.depth, p.k])
    params, inputs = p.normal(network.size), p.rng.standard_normal((5, p.n))
    changed, order = params.copy(), p.rng.permutation(p.m)
    (W, b), (V, _), _ = network.layers(changed)
    W[:], b[:], V[:] = c * W[:, order], c * b[:, order], V[:, :, order] / c
    for found, wanted in zip(measures(network, changed, inputs), measures(network, params, inputs),
                             strict=True):
        close(found, wanted, size(wanted))
    if c == 1:
        close(spectral_product(network, changed), spectral_product(network, params), p.scale**3)


@given(p=problems(ROWS), c=SCALES)
def test_norms_of_a_network_are_homogeneous_in_its_weights_and_bound_its_slope(p, c):
    network = Network([p.n, *[p.m] * (p.depth - 1), p.k])
    params, inputs = p.normal(network.size), p.rng.standard_normal((5, p.n))
    for norm in (path_norm, spectral_product, lambda *x: jacobian_norm(*x, inputs)):
        homogeneous = params.copy()
        for _, bias in network.layers(homogeneous):
            bias[:] = 0
        close(norm(network, c * homogeneous), c**p.depth * norm(network, homogeneous))
    bound = min(network.widths) ** 0.5 * spectral_product(network, params)
    assert (jacobian_norm(network, params, inputs) <= bound * (1 + 1e-9)).all()
