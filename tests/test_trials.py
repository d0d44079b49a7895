"""Streams by key, and summaries."""

import numpy as np
import pytest

from implicitreg.trials import Trial, independent_trials, mean_interval, summarize


def test_streams_depend_on_their_key_alone():
    trial = Trial(seed=4, index=2)
    trial.rng("noise").standard_normal(7)
    again = Trial(seed=4, index=2)
    assert (trial.rng("start").random(3) == again.rng("start").random(3)).all()


def test_streams_differ_by_seed_index_purpose_and_keys():
    keys = [(0, 0, "a", ()), (1, 0, "a", ()), (0, 1, "a", ()), (0, 0, "b", ()), (0, 0, "a", (1,))]
    draws = {Trial(seed, index).rng(purpose, *more).random() for seed, index, purpose, more in keys}
    assert len(draws) == len(keys)


def test_more_trials_change_no_earlier_ones():
    few, many = independent_trials(0, 2), independent_trials(0, 5)
    assert many[:2] == few
    assert [t.index for t in many] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0", None])
def test_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match=r"seed = .*integer >= 0"):
        independent_trials(seed, 3)


@pytest.mark.parametrize("trials", [0, -3, 2.0, True])
def test_bad_count_is_named(trials):
    with pytest.raises(ValueError, match=r"trials = .*integer >= 1"):
        independent_trials(0, trials)


def test_summary():
    s = summarize([[3.0, 1.0], [2.0, 10.0]])
    assert (s.min, s.median, s.max, s.n) == (1, 2.5, 10, 4)
    assert np.isnan(summarize([1.0, np.nan]).min)
    with pytest.raises(ValueError, match="at least one"):
        summarize([])


def test_mean_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        _, low, high = mean_interval(rng.standard_normal(5))
        hits += low <= 0 <= high
    assert abs(hits / 2000 - 0.95) < 0.015


def test_mean_interval_of_one_value_says_nothing():
    assert mean_interval([3.0]) == (3.0, -np.inf, np.inf)
    with pytest.raises(ValueError, match="level"):
        mean_interval([1.0, 2.0], level=95)
