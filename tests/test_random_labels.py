"""Zeroed copies, two clouds, and starts of a given scale."""

import numpy as np
import pytest

from implicitreg.networks import Network
from implicitreg.random_labels import two_clouds, with_norms_of, zeroed_copies


def rngs(rows):
    return [np.random.default_rng(i) for i in range(rows)]


def test_a_copy_is_the_image_with_some_entries_zeroed():
    images = np.random.default_rng(9).uniform(1, 2, (2, 40, 50))
    copies = zeroed_copies(images, 3, 0.3, rngs(2))
    assert copies.shape == (2, 120, 50)
    repeated = np.concatenate(3 * [images], axis=1)
    assert ((copies == 0) | (copies == repeated)).all()
    assert np.mean(copies == 0, axis=(1, 2)) == pytest.approx([0.3, 0.3], abs=0.03)
    first, second = copies[:, :40] == 0, copies[:, 40:80] == 0
    assert (first != second).any(axis=(1, 2)).all() and (first[0] != first[1]).any()


def test_copies_refused():
    images = np.ones((2, 5, 8))
    with pytest.raises(ValueError, match="copies = 0"):
        zeroed_copies(images, 0, 0.3, rngs(2))
    with pytest.raises(ValueError, match=r"share = 1\.0"):
        zeroed_copies(images, 1, 1.0, rngs(2))
    with pytest.raises(ValueError, match="shorter"):
        zeroed_copies(images, 1, 0.3, rngs(1))


def test_clouds_lie_on_their_sides():
    points, sides = two_clouds(1000, 0.35, rngs(2))
    assert points.shape == (2, 1000, 2) and sides.sum(axis=1).tolist() == [500, 500]
    for row in range(2):
        for side in (0, 1):
            cloud = points[row, sides[row] == side]
            assert cloud.mean(axis=0) == pytest.approx([0, 2 * side - 1], abs=0.05)
            assert cloud.std(axis=0) == pytest.approx([0.35, 0.35], rel=0.1)
    assert (points[0] == two_clouds(1000, 0.35, rngs(1))[0][0]).all()


def test_clouds_refused():
    with pytest.raises(ValueError, match="samples = 3"):
        two_clouds(3, 0.1, rngs(1))
    with pytest.raises(ValueError, match="spread = -1"):
        two_clouds(4, -1, rngs(1))


def test_norms_are_taken_over_and_directions_kept():
    network = Network([3, 5, 2])
    params, like = network.start(rngs(2)), 3 * network.start(rngs(4)[2:]) + 1
    before = params.copy()
    scaled = with_norms_of(network, params, like)
    assert (params == before).all()
    layers = zip(network.layers(scaled), network.layers(like), network.layers(params), strict=True)
    for (weight, bias), (other, _), (old, old_bias) in layers:
        norms, wanted = (np.linalg.norm(w, axis=(1, 2)) for w in (weight, other))
        assert norms == pytest.approx(wanted)
        cosine = np.sum(weight * old, axis=(1, 2)) / norms / np.linalg.norm(old, axis=(1, 2))
        assert cosine == pytest.approx([1, 1]) and (bias == old_bias).all()
