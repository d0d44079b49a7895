"""A criterion holds if and only if its inequality does; its margin is the distance to flipping."""

import statistics
from math import isfinite

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from implicitreg.cards import bound
from implicitreg.criteria import Part, every, mean, median, share, value
from properties.strategies import NUMBERS, POSITIVE, SAMPLES, SEEDS

SPECIAL = st.sampled_from([np.nan, np.inf, -np.inf])
THRESHOLDS = NUMBERS.filter(bool)
CASES = st.lists(st.booleans(), min_size=1, max_size=8)
LEVELS = st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0])


def interval(values):
    """The 95 % interval of the mean by Student's t; of one value the whole line."""
    if len(values) == 1:
        return -np.inf, np.inf
    half = stats.t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return statistics.fmean(values) - half, statistics.fmean(values) + half


# what >= and <= look at, by definitions that are not the library's
ENDS = {
    every: lambda values: (min(values), max(values)),
    median: lambda values: (statistics.median(values),) * 2,
    mean: interval,
}
SAMPLED = pytest.mark.parametrize("statistic", ENDS)
MONOTONE = pytest.mark.parametrize("statistic", [every, median])


@given(margin=st.one_of(st.none(), st.floats()))
def test_a_part_holds_if_and_only_if_its_margin_is_a_number_that_is_not_negative(margin):
    part = Part("x", {}, margin)
    assert part.holds is (margin is not None and isfinite(margin) and margin >= 0)
    assert part.margin == (margin if margin is not None and isfinite(margin) else None)


@SAMPLED
@given(values=SAMPLES, threshold=THRESHOLDS)
def test_an_inequality_is_decided_at_the_right_end(statistic, values, threshold):
    low, high = ENDS[statistic](values)
    seen, slack = statistic("x", values), 1e-9 * np.abs([*values, threshold]).max()
    at_least, at_most = seen >= threshold, seen <= threshold
    for part, distance in ((at_least, low - threshold), (at_most, threshold - high)):
        if not isfinite(distance):
            assert not part.holds and part.margin is None
            continue
        assert part.margin == pytest.approx(distance / abs(threshold), abs=slack / abs(threshold))
        compared = {every: {"value": low if part is at_least else high}}.get(statistic, {})
        assert part.observed.items() >= compared.items()
        # at the end of an interval rounding decides
        assert part.holds is bool(distance >= 0) or statistic is mean and abs(distance) <= slack


@given(x=NUMBERS, threshold=THRESHOLDS, scale=POSITIVE)
def test_a_value_is_compared_exactly(x, threshold, scale):
    seen, equal = value("x", x), value("x", threshold)
    assert (seen >= threshold).holds is (x >= threshold)
    assert (seen <= threshold).holds is (x <= threshold)
    above, below = seen.at_least(threshold, scale), seen.at_most(threshold, scale)
    assert above.margin == (x - threshold) / scale and below.margin == -above.margin
    assert seen.at_least(0, scale).margin == x / scale
    assert above.observed == below.observed == {
        "name": "x", "statistic": "value", "value": x, "min": x, "median": x, "max": x, "n": 1}
    assert (equal >= threshold).margin == 0 == (equal <= threshold).margin


@SAMPLED
@given(values=SAMPLES, low=NUMBERS, width=POSITIVE)
def test_within_is_both_inequalities_in_units_of_half_the_width(statistic, values, low, width):
    high = low + width
    assume(low < high)
    seen, part = statistic("x", values), statistic("x", values).within(low, high)
    sides = [seen.at_least(low, scale=(high - low) / 2), seen.at_most(high, scale=(high - low) / 2)]
    assert part.holds is all(side.holds for side in sides)
    if None in (sides[0].margin, sides[1].margin):
        assert part.margin is None
    else:
        decided = min(sides, key=lambda side: side.margin)
        assert (part.margin, part.observed) == (decided.margin, decided.observed)
        assert part.margin <= 1 + 1e-9


@SAMPLED
@given(values=SAMPLES, bad=SPECIAL, at=st.integers(0, 8), threshold=THRESHOLDS)
def test_nothing_holds_of_values_of_which_one_is_not_finite(statistic, values, bad, at, threshold):
    seen = statistic("x", [*values[:at], bad, *values[at:]])
    for part in (seen >= threshold, seen <= threshold, seen.within(-1e300, 1e300)):
        assert part.margin is None and part.holds is False
        numbers = {k: v for k, v in part.observed.items() if k not in ("name", "statistic")}
        assert numbers.pop("n") == len(values) + 1 and set(numbers.values()) == {None}


@SAMPLED
@given(values=SAMPLES, threshold=THRESHOLDS, c=st.sampled_from([2.0**-20, 0.5, 2.0, 2.0**20]))
def test_the_margin_has_no_unit_and_a_sign_exchanges_the_sides(statistic, values, threshold, c):
    seen, scaled = statistic("x", values), statistic("x", [c * x for x in values])
    assert (scaled >= c * threshold).margin == (seen >= threshold).margin
    assert (scaled <= c * threshold).margin == (seen <= threshold).margin
    mirrored = statistic("x", [-x for x in values])
    assert (mirrored <= -threshold).margin == (seen >= threshold).margin
    assert mirrored.within(-7, -3).margin == seen.within(3, 7).margin


@MONOTONE
@given(values=SAMPLES, at=st.integers(0, 7), push=POSITIVE, threshold=THRESHOLDS)
def test_a_larger_value_never_lowers_the_margin_of_at_least(statistic, values, at, push, threshold):
    moved = list(values)
    moved[at % len(values)] += push
    before, after = statistic("x", values), statistic("x", moved)
    assert (after >= threshold).margin >= (before >= threshold).margin
    assert (after <= threshold).margin <= (before <= threshold).margin


@given(values=st.lists(NUMBERS, min_size=2, max_size=8), push=POSITIVE, threshold=THRESHOLDS)
def test_of_a_mean_all_values_must_move(values, push, threshold):
    before, after = mean("x", values), mean("x", [x + push for x in values])
    slack = 1e-9 * np.abs([*values, push]).max() / abs(threshold)
    assert (after >= threshold).margin >= (before >= threshold).margin - slack


@given(cases=CASES, at=st.integers(0, 7), level=LEVELS)
def test_a_share_counts_and_grows_with_each_case(cases, at, level):
    wanted = sum(cases) / len(cases)
    part = share("solved", cases) >= level
    seen = {"name": "solved", "statistic": "share", "value": wanted, "n": len(cases)}
    assert part.observed.items() >= seen.items()
    assert part.holds is (wanted >= level)
    assert part.margin == pytest.approx((wanted - level) / level)
    more = list(cases)
    more[at % len(cases)] = True
    assert (share("solved", more) >= level).margin >= part.margin
    rest = share("not solved", [not case for case in cases]).at_most(1 - level, scale=level)
    assert rest.margin == pytest.approx(part.margin, abs=1e-12)


@SAMPLED
@given(values=SAMPLES, seed=SEEDS)
def test_order_and_shape_of_the_values_do_not_matter(statistic, values, seed):
    mixed = np.random.default_rng(seed).permutation(values)[:, None]
    one, other = statistic("x", values), statistic("x", mixed)
    ends = pytest.approx((one.low, one.high), abs=1e-9 * np.abs(values).max())
    assert (other.low, other.high) == ends


@SAMPLED
@given(values=SAMPLES)
def test_what_was_observed_is_said(statistic, values):
    seen, close = (statistic("x", values) >= 1).observed, 1e-8 * np.abs(values).max()
    decided = {every: min, median: statistics.median, mean: statistics.fmean}[statistic](values)
    exact = {"name": "x", "statistic": statistic.__name__, "n": len(values),
             "min": min(values), "max": max(values)}
    numbers = {"median": statistics.median(values), "value": decided}
    if statistic is mean:
        numbers |= dict(zip(("low", "high"), interval(values), strict=True))
    assert set(seen) == {*exact, *numbers} and {k: seen[k] for k in exact} == exact
    for k, number in numbers.items():
        assert seen[k] == (pytest.approx(number, abs=close) if isfinite(number) else None)


PHRASES = {every: "every x", median: "median x", mean: "95 % interval of x"}


@pytest.mark.parametrize("statistic", [*PHRASES, share, value])
@given(threshold=THRESHOLDS)
def test_a_criterion_is_a_sentence_with_its_bounds(statistic, threshold):
    seen = statistic("x", {share: [True], value: 1.0}.get(statistic, [1.0, 2.0]))
    subject = {**PHRASES, share: "share of x", value: "x"}[statistic]
    assert (seen >= threshold).criterion == f"{subject} is at least {bound(threshold)}"
    assert (seen <= threshold).criterion == f"{subject} is at most {bound(threshold)}"
    low, high = sorted((threshold, -threshold))
    assert seen.within(low, high).criterion == f"{subject} lies in [{bound(low)}, {bound(high)}]"
