"""Observation of entries: batches of masks, refusals."""

import numpy as np
import pytest

from implicitreg.operators import EntrySampling, uniform_entries


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_batch_of_masks_acts_row_by_row(rng):
    masks = np.stack([uniform_entries(rng, (3, 3), 4).mask for _ in range(5)])
    X = rng.standard_normal((5, 3, 3))
    batch = EntrySampling(masks)
    assert (batch.shape, batch.n_measurements) == ((3, 3), 4)
    for i in range(5):
        np.testing.assert_array_equal(batch.forward(X)[i], EntrySampling(masks[i]).forward(X[i]))


@pytest.mark.parametrize("mask", [[1, 0], [[0, 2], [1, 1]], [[0, 0], [0, 0]], [[np.nan, 1]]])
def test_bad_masks_are_refused(mask):
    with pytest.raises(ValueError, match="mask"):
        EntrySampling(mask)


@pytest.mark.parametrize("count", [0, 13])
def test_bad_counts_are_refused(rng, count):
    with pytest.raises(ValueError, match=f"n_measurements = {count}: must be from 1 to 12"):
        uniform_entries(rng, (3, 4), count)
