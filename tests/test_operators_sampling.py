"""Observation of entries: projection, counts, draws, refusals."""

import numpy as np
import pytest

from implicitreg.operators import EntrySampling, uniform_entries


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_forward_and_adjoint_are_one_orthogonal_projection(rng):
    sampling = uniform_entries(rng, (5, 7), 12)
    X, r = rng.standard_normal((2, 5, 7))
    assert np.sum(sampling.forward(X) * r) == pytest.approx(np.sum(X * sampling.adjoint(r)))
    np.testing.assert_array_equal(sampling.forward(sampling.forward(X)), sampling.forward(X))


def test_unobserved_entries_do_not_matter(rng):
    sampling = uniform_entries(rng, (4, 4), 6)
    X = rng.standard_normal((4, 4))
    other = np.where(sampling.mask == 1, X, 99.0)
    np.testing.assert_array_equal(sampling.forward(X), sampling.forward(other))


def test_a_batch_of_masks_acts_row_by_row(rng):
    masks = np.stack([uniform_entries(rng, (3, 3), 4).mask for _ in range(5)])
    X = rng.standard_normal((5, 3, 3))
    batch = EntrySampling(masks)
    assert (batch.shape, batch.n_measurements) == ((3, 3), 4)
    for i in range(5):
        np.testing.assert_array_equal(batch.forward(X)[i], EntrySampling(masks[i]).forward(X[i]))


def test_draws_observe_the_number_asked_for_and_all_entries_alike(rng):
    masks = np.stack([uniform_entries(rng, (3, 4), 6).mask for _ in range(2000)])
    assert (masks.sum((1, 2)) == 6).all()
    np.testing.assert_allclose(masks.mean(0), 0.5, atol=0.06)


@pytest.mark.parametrize("mask", [[1, 0], [[0, 2], [1, 1]], [[0, 0], [0, 0]], [[np.nan, 1]]])
def test_bad_masks_are_refused(mask):
    with pytest.raises(ValueError, match="mask"):
        EntrySampling(mask)


@pytest.mark.parametrize("count", [0, 13])
def test_bad_counts_are_refused(rng, count):
    with pytest.raises(ValueError, match=f"n_measurements = {count}: must be from 1 to 12"):
        uniform_entries(rng, (3, 4), count)
