r"""The graph of the observed entries: one vertex a row, one a column, one edge an entry.

The flow of a factored matrix moves each connected component of this graph by itself, so the
graph says which entries can learn from which [1]_.

References
----------
.. [1] Z. Bai, J. Zhao, Y. Zhang, "Connectivity shapes implicit regularization in matrix
   factorization models for matrix completion", NeurIPS 2024, arXiv:2405.13721.
"""

import numpy as np
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

CONNECTED = "connected"
COMPLETE = "disconnected, each component complete"
INCOMPLETE = "disconnected, some component incomplete"


def components(mask: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows and columns of each connected component; those without an observation belong to none.

    Parameters
    ----------
    mask : array, shape (n, m)
        Not 0 where the entry is observed.

    Returns
    -------
    list of (rows, columns)
        Index arrays, in the order of the first row.

    Raises
    ------
    ValueError
        If `mask` is no matrix, or observes nothing.

    Examples
    --------
    >>> [(rows.tolist(), columns.tolist()) for rows, columns in components(np.eye(2))]
    [([0], [0]), ([1], [1])]
    """
    mask = np.asarray(mask) != 0
    if mask.ndim != 2 or not mask.any():
        raise ValueError("mask: must be a matrix that observes some entry")
    label = connected_components(_adjacency(mask), directed=False)[1]
    rows, columns = np.split(label, [len(mask)])
    seen = dict.fromkeys(rows[mask.any(1)])
    return [(np.flatnonzero(rows == c), np.flatnonzero(columns == c)) for c in seen]


def connectivity(mask: np.ndarray) -> str:
    """Which of three classes the graph is in: `CONNECTED`, `COMPLETE` or `INCOMPLETE`.

    A component is complete (bipartite) if every entry where one of its rows meets one of its
    columns is observed. With a single component the graph is connected, complete or not.

    Raises
    ------
    ValueError
        If `mask` is no matrix, or observes nothing.

    Examples
    --------
    >>> connectivity([[1, 1], [1, 0]])
    'connected'
    """
    mask, parts = np.asarray(mask), components(mask)
    if len(parts) == 1:
        return CONNECTED
    complete = all(mask[np.ix_(rows, columns)].all() for rows, columns in parts)
    return COMPLETE if complete else INCOMPLETE


def spanning_tree(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Mask of a random spanning tree: connected by n + m - 1 entries, the fewest that do.

    The minimum spanning tree of independent uniform weights (it is not a uniform tree). Where
    the matrix has rank 1 and no zeros, these entries determine it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the weights.
    shape : (int, int)
        Shape (n, m) of the mask.

    Returns
    -------
    array of 0. and 1., shape (n, m)

    Examples
    --------
    >>> float(spanning_tree(np.random.default_rng(0), (4, 5)).sum())
    8.0
    """
    # a weight of 0 would be no edge
    tree = minimum_spanning_tree(_adjacency(1 + rng.random(shape))).toarray()
    return (tree[: shape[0], shape[0] :] > 0).astype(float)


def _adjacency(weights: np.ndarray) -> np.ndarray:
    """Rows first, then columns; each edge once."""
    n, m = weights.shape
    matrix = np.zeros((n + m, n + m))
    matrix[:n, n:] = weights
    return matrix
