"""Components, the three classes and random trees of observed entries."""

import numpy as np
import pytest

from implicitreg.observation_graph import (
    COMPLETE,
    CONNECTED,
    INCOMPLETE,
    components,
    connectivity,
    spanning_tree,
)


def as_lists(parts):
    return [(rows.tolist(), columns.tolist()) for rows, columns in parts]


def test_components_are_found_whatever_the_order_of_rows_and_columns():
    mask = np.array([[0, 1, 0, 1], [1, 0, 0, 0], [0, 1, 0, 1]])
    assert as_lists(components(mask)) == [([0, 2], [1, 3]), ([1], [0])]


def test_a_row_or_column_without_observation_belongs_to_no_component():
    mask = np.zeros((3, 3))
    mask[1, 2] = mask[2, 2] = 1
    assert as_lists(components(mask)) == [([1, 2], [2])]
    assert connectivity(mask) == CONNECTED


@pytest.mark.parametrize("mask, expected", [
    (np.ones((2, 3)), CONNECTED),
    ([[1, 1, 0], [0, 1, 1], [0, 0, 1]], CONNECTED),
    (np.eye(4), COMPLETE),
    ([[1, 0, 0], [0, 1, 1], [0, 1, 1]], COMPLETE),
    ([[1, 0, 0], [0, 1, 1], [0, 1, 0]], INCOMPLETE),
])
def test_the_class_of_a_pattern(mask, expected):
    assert connectivity(mask) == expected


def test_a_permutation_does_not_change_the_class():
    rng = np.random.default_rng(0)
    blocks = np.kron(np.eye(3), np.ones((2, 2)))
    for _ in range(20):
        shuffled = blocks[rng.permutation(6)][:, rng.permutation(6)]
        assert connectivity(shuffled) == COMPLETE and len(components(shuffled)) == 3
        shuffled[tuple(np.argwhere(shuffled)[rng.integers(12)])] = 0
        assert connectivity(shuffled) == INCOMPLETE


def test_a_tree_is_connected_and_loses_that_with_any_edge():
    rng = np.random.default_rng(0)
    trees = [spanning_tree(rng, (4, 3)) for _ in range(30)]
    assert len({tree.tobytes() for tree in trees}) > 20
    for tree in trees:
        assert connectivity(tree) == CONNECTED and tree.sum() == 6
        for edge in np.argwhere(tree):
            less = tree.copy()
            less[tuple(edge)] = 0
            rows, columns = map(np.concatenate, zip(*components(less)))
            assert len(components(less)) == 2 or rows.size + columns.size == 6


@pytest.mark.parametrize("mask", [np.zeros((2, 2)), np.ones(3)])
def test_bad_masks_are_refused(mask):
    with pytest.raises(ValueError, match="mask: must be a matrix that observes"):
        components(mask)
