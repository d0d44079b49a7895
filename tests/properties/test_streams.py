"""Streams are named by their key alone, and summaries and intervals say what they should."""

import json
import re
import statistics
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from implicitreg.random_labels import two_clouds, zeroed_copies
from implicitreg.trials import Trial, independent_trials, mean_interval, summarize
from properties.strategies import NUMBERS, POSITIVE, SAMPLES, SEEDS

COUNTS = st.integers(0, 2**32 - 1)
PURPOSES = st.text("abcdefghijklmnopqrstuvwxyz -", max_size=12)
KEYS = st.tuples(COUNTS, COUNTS, PURPOSES, st.lists(COUNTS, max_size=3).map(tuple))


def draws(seed, index, purpose, keys):
    return Trial(seed, index).rng(purpose, *keys).random(3).tolist()


@given(key=KEYS, others=st.lists(KEYS, max_size=3))
def test_a_stream_depends_on_its_key_and_not_on_what_was_drawn_before(key, others):
    alone = draws(*key)
    for other in others:
        draws(*other)
    assert draws(*key) == alone


@given(one=KEYS, other=KEYS, at=st.integers(0, 3))
def test_streams_of_different_keys_differ(one, other, at):
    changed = (*one[:at], other[at], *one[at + 1 :])  # one entry of the key is another one
    assume(changed != one and (at != 2 or number(one[2]) != number(other[2])))
    assert draws(*changed) != draws(*one)


def number(purpose):
    """The 32 bits by which a purpose enters the key."""
    return zlib.crc32(purpose.encode())


def purposes():
    """Every purpose that a chapter names in so many letters."""
    notebooks = (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")
    cells = [cell for path in notebooks for cell in json.loads(path.read_text("utf-8"))["cells"]]
    return {purpose for cell in cells if cell["cell_type"] == "code"
            for purpose in re.findall(r'\.rng\("([^"]*)"', "".join(cell["source"]))}


def test_the_purposes_of_the_book_have_different_keys():
    words = purposes()
    assert len(words) > 20
    assert len({number(word) for word in words}) == len(words)


@given(seed=COUNTS, few=st.integers(1, 20), more=st.integers(0, 20))
def test_more_trials_change_no_earlier_ones(seed, few, more):
    trials = independent_trials(seed, few + more)
    assert trials[:few] == independent_trials(seed, few)
    assert [(trial.seed, trial.index) for trial in trials] == [(seed, i) for i in range(few + more)]


@given(seed=SEEDS, few=st.integers(1, 3), more=st.integers(0, 3))
def test_more_rows_and_more_copies_change_no_earlier_ones(seed, few, more):
    streams = lambda rows: [np.random.default_rng((seed, i)) for i in range(rows)]  # noqa: E731
    clouds = two_clouds(4, 0.3, streams(few + more))[0]
    np.testing.assert_array_equal(clouds[:few], two_clouds(4, 0.3, streams(few))[0])
    images = np.ones((few, 5, 8))
    copies = zeroed_copies(images, few + more, 0.5, streams(few))
    fewer = zeroed_copies(images, few, 0.5, streams(few))
    np.testing.assert_array_equal(copies[:, : 5 * few], fewer)


@given(values=SAMPLES, seed=SEEDS)
def test_a_summary_is_the_order_statistics_in_any_order_and_shape(values, seed):
    found = summarize(values)
    assert found == summarize(np.random.default_rng(seed).permutation(values)[None])
    assert (found.min, found.max, found.n) == (min(values), max(values), len(values))
    assert found.median == pytest.approx(statistics.median(values))
    assert found.min <= found.median <= found.max
    assert np.isnan([summarize([*values, np.nan]).min, summarize([np.nan, *values]).max]).all()


@given(values=st.lists(NUMBERS, min_size=2, max_size=8), level=st.floats(0.01, 0.99),
       c=POSITIVE, shift=NUMBERS)
def test_an_interval_is_students_and_moves_with_the_values(values, level, c, shift):
    mean, low, high = mean_interval(values, level)
    size = np.abs([*values, shift]).max()
    close = lambda x, scale=1.0: pytest.approx(x, rel=1e-9, abs=1e-9 * size * scale)  # noqa: E731
    spread = statistics.stdev(values) / len(values) ** 0.5
    half = stats.t.ppf((1 + level) / 2, len(values) - 1) * spread
    assert low <= mean <= high and mean == close(statistics.fmean(values))
    assert (high - mean, mean - low) == (close(half), close(half))
    moved = mean_interval([c * x + shift for x in values], level)
    assert moved == tuple(close(c * end + shift, max(c, 1)) for end in (mean, low, high))
    wider = mean_interval(values, (1 + level) / 2)
    assert wider[1] <= low and high <= wider[2]


@pytest.mark.parametrize("n", [2, 3, 5, 12])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_intervals_cover_as_often_as_they_say(n, level):
    samples = Trial(0, n).rng("cover").normal(3.0, 2.0, (2000, n))
    hits = np.mean([low <= 3 <= high for _, low, high in (mean_interval(x, level)
                                                          for x in samples)])
    assert abs(hits - level) < 4 * (level * (1 - level) / 2000) ** 0.5
