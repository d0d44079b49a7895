"""What trials, summaries and intervals refuse, and how they print."""

import numpy as np
import pytest

from implicitreg.trials import independent_trials, mean_interval, summarize


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0", None])
def test_bad_seed_is_named(seed):
    with pytest.raises(ValueError, match=r"seed = .*integer >= 0"):
        independent_trials(seed, 3)


@pytest.mark.parametrize("trials", [0, -3, 2.0, True])
def test_bad_count_is_named(trials):
    with pytest.raises(ValueError, match=r"trials = .*integer >= 1"):
        independent_trials(0, trials)


def test_a_summary_prints_its_three_values_and_their_number():
    assert str(summarize([[3.0, 1.0], [2.0, 10.0]])) == "1 / 2.5 / 10 (n = 4)"


def test_mean_interval_of_one_value_says_nothing():
    assert mean_interval([3.0]) == (3.0, -np.inf, np.inf)
    with pytest.raises(ValueError, match="level"):
        mean_interval([1.0, 2.0], level=95)


@pytest.mark.parametrize("function", [summarize, mean_interval])
def test_no_values_have_no_summary(function):
    with pytest.raises(ValueError, match="at least one"):
        function([])
