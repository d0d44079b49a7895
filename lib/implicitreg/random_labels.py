r"""Data and starts for training that begins with random labels.

References
----------
.. [1] S. Liu, D. Papailiopoulos, D. Achlioptas, "Bad global minima exist and SGD can reach them",
   NeurIPS 2020.
"""

from collections.abc import Sequence

import numpy as np

from implicitreg.networks import Network


def zeroed_copies(
    images: np.ndarray, copies: int, share: float, rngs: Sequence[np.random.Generator]
) -> np.ndarray:
    r"""Copies $x\odot b$ of each image, the entries of each mask $b$ being 0 with chance `share`.

    The masks let a network tell the copies of one image apart, so that each copy can be given
    a label of its own. An image with few entries that are not 0 can yield two equal copies.

    Parameters
    ----------
    images : array, shape (rows, samples, features)
        The images of each row.
    copies : int
        Copies R of each image, >= 1.
    share : float
        Chance of an entry to be set to 0, in [0, 1).
    rngs : sequence of Generator
        One stream a row; from equal streams the first copies are the same for every R.

    Returns
    -------
    array, shape (rows, copies * samples, features)
        First one copy of all images, then the next.

    Raises
    ------
    ValueError
        If `copies` is < 1, `share` outside [0, 1), or streams and rows do not match.
    """
    if copies < 1 or not 0 <= share < 1:
        raise ValueError(f"copies = {copies!r}, share = {share!r}: need >= 1 and in [0, 1)")
    shape = (copies * images.shape[1], images.shape[2])
    repeated = np.tile(images, (1, copies, 1))
    for row, rng in zip(repeated, rngs, strict=True):
        row *= rng.random(shape) >= share
    return repeated


def two_clouds(
    samples: int, spread: float, rngs: Sequence[np.random.Generator]
) -> tuple[np.ndarray, np.ndarray]:
    r"""Points $N((0, \pm1), \text{spread}^2I)$ in the plane and their side, 0 below and 1 above.

    The first half of the `samples` lies below. The best rule is the sign of the second coordinate.

    Returns
    -------
    points : array, shape (rows, samples, 2)
    sides : array of int, shape (rows, samples)

    Raises
    ------
    ValueError
        If `samples` is not even and >= 2, or `spread` is negative.
    """
    if samples < 2 or samples % 2 or spread < 0:
        raise ValueError(f"samples = {samples!r}, spread = {spread!r}: need an even number, >= 0")
    sides = np.tile(np.repeat([0, 1], samples // 2), (len(rngs), 1))
    points = np.stack([rng.normal(0, spread, (samples, 2)) for rng in rngs])
    points[..., 1] += 2 * sides - 1
    return points, sides


def with_norms_of(network: Network, params: np.ndarray, like: np.ndarray) -> np.ndarray:
    r"""Each $W_l$ of `params` times $\|V_l\|_F/\|W_l\|_F$, $V_l$ the same layer of `like`.

    What is left of `like` is its scale, layer by layer; the directions and the biases are those
    of `params`, which is not changed.
    """
    scaled = np.array(params)
    for weight, other in zip(network.weights(scaled), network.weights(like), strict=True):
        ratio = np.linalg.norm(other, axis=(1, 2)) / np.linalg.norm(weight, axis=(1, 2))
        weight *= ratio[:, None, None]
    return scaled
