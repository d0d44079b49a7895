"""The estimated chance of a flip, against simulated studies whose chance is known."""

import numpy as np
import pytest
from scipy import stats

from companion import flips


def part(margins, statistic="median", criterion="x is at least 1", **fields):
    return {"margins": list(margins), "statistic": statistic, "criterion": criterion, **fields}


def simulated(draw, true, **fields):
    """The median estimate over 200 studies of 25 seeds, divided by the `true` chance."""
    rng = np.random.default_rng(1)
    return np.median([flips.part(part(draw(rng), **fields)) for _ in range(200)]) / true


def test_normal_margins():
    true = stats.norm.cdf(-2.5)
    assert 0.5 < simulated(lambda rng: 0.5 + 0.2 * rng.standard_normal(25), true) < 4


@pytest.mark.parametrize("criterion, sign", [("x is at least 1", 1), ("x is at most 1", -1)])
def test_lognormal_values(criterion, sign):
    """Values with a heavy tail away from the threshold are not taken for normal ones."""
    true = stats.norm.cdf(-2.5)
    def draw(rng):
        return sign * (np.exp(sign * (2 + 0.8 * rng.standard_normal(25))) - 1)
    assert 0.3 < simulated(draw, true, criterion=criterion) < 5


def test_a_share_is_binomial():
    rng, n = np.random.default_rng(2), 30
    shares = 1 - rng.binomial(n, 0.03, 25) / n
    quota, allowed = 0.9, 3
    studied = part(shares / quota - 1, "share", values=list(shares), n=n)
    true = stats.binom.sf(allowed, n, 0.03)
    assert 0.3 < flips.part(studied) / true < 3
    perfect = part([1 / quota - 1] * 25, "share", values=[1.0] * 25, n=n)
    assert 0 < flips.part(perfect) < 1e-6


def test_a_quantity_of_one_sign_does_not_reach_zero():
    rng = np.random.default_rng(4)
    small = np.exp(-5 + 3 * rng.standard_normal(25))
    assert flips.part(part(small, criterion="det is at least 0")) == 0
    assert flips.part(part(0.5 + 0.2 * rng.standard_normal(25), criterion="x is at least 0")) > 1e-4


def test_nor_does_a_margin_that_a_theorem_keeps_above_it():
    rng = np.random.default_rng(5)
    tight = part(np.exp(-3 + 0.6 * rng.standard_normal(25)), criterion="x is at most 1")
    assert flips.part(tight) > 1e-3 and flips.part(tight, proven=True) == 0
    loose = part(0.5 + 0.2 * rng.standard_normal(25), criterion="x is at most 1")
    assert flips.claim([loose], proven=True) == flips.claim([loose]) > 1e-4


def test_no_spread_no_number_and_the_sum():
    assert flips.part(part([0.25] * 25)) == 0
    assert flips.part(part([-0.25] * 25)) == 1
    assert flips.part(part([0.25] * 24 + [None])) == pytest.approx(1.5 / 26)
    assert flips.claim([part([-0.25] * 25)] * 3) == 1
    one = part(0.5 + 0.2 * np.random.default_rng(3).standard_normal(25))
    assert flips.claim([one, one]) == pytest.approx(2 * flips.part(one))


def test_margins_on_a_grid_give_no_number():
    assert flips.part(part([0.4] * 24 + [0.0])) == 0
    assert flips.surprise(part([0.4] * 24 + [0.0])) is None
    assert flips.surprise(part([0.4] * 24 + [None])) is None


def test_a_surprise_is_as_rare_as_it_says():
    rng, draws = np.random.default_rng(6), 2000
    found = [flips.surprise(part(5 + rng.standard_normal(25))) for _ in range(draws)]
    assert 0.7 < np.mean(np.array(found) < 1e-3) / 0.025 < 1.4


def test_an_outlier_is_a_surprise():
    margins = np.append(1 + 0.1 * np.random.default_rng(7).standard_normal(24), 0.3)
    assert flips.surprise(part(margins)) < 1e-4
