r"""Two-layer networks with one output, one example at a time, and the shape of their graphs.

$$h(x,\theta) = \sum_{j=1}^m c_j\,\phi(a_j^\top x)\;\big(+\,p^\top x\big).$$

A bias is an input that is always 1. Everything broadcasts over leading axes, so that one call
serves one example for each of many networks, or all examples of each network.
"""

from dataclasses import dataclass

import numpy as np

ACTIVATIONS = ("tanh", "relu")


@dataclass(frozen=True)
class TwoLayer:
    r"""Value and gradient of $h(x,\theta)$; $\theta$ is flat, $a$ then $c$ then $p$.

    Parameters
    ----------
    inputs : int
        Dimension of $x$, >= 1.
    width : int
        Number $m$ of hidden units, >= 1.
    activation : str
        "tanh" or "relu"; the derivative of the latter at 0 is taken as 0.
    skip : bool
        Whether the linear part $p^\top x$ is there.

    Raises
    ------
    ValueError
        If a size is < 1 or the activation is another word.

    Examples
    --------
    >>> net = TwoLayer(inputs=2, width=1, activation="relu")
    >>> h, gradient = net(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0]))
    >>> float(h), gradient.tolist()
    (8.0, [2.0, 2.0, 4.0])
    """

    inputs: int
    width: int
    activation: str
    skip: bool = False

    def __post_init__(self) -> None:
        if self.inputs < 1 or self.width < 1:
            raise ValueError(f"inputs = {self.inputs!r}, width = {self.width!r}: must be >= 1")
        if self.activation not in ACTIVATIONS:
            allowed = " or ".join(ACTIVATIONS)
            raise ValueError(f"activation = {self.activation!r}: must be {allowed}")

    @property
    def size(self) -> int:
        """Number P of parameters."""
        return (self.inputs + 1) * self.width + self.inputs * self.skip

    def layers(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Views a (..., inputs, width), c (..., width) and p (..., inputs or 0) of `theta`."""
        split = (self.inputs + 1) * self.width
        units = theta[..., :split].reshape(*theta.shape[:-1], self.inputs + 1, self.width)
        return units[..., :-1, :], units[..., -1, :], theta[..., split:]

    def __call__(self, theta: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""$h(x,\theta)$ and $\nabla_\theta h(x,\theta)$.

        Parameters
        ----------
        theta : array, shape (..., P)
        x : array, shape (..., inputs)
            Its leading axes broadcast against those of `theta`.

        Returns
        -------
        h : array, shape (...)
        gradient : array, shape (..., P)
        """
        a, c, p = self.layers(theta)
        hidden = (a * x[..., None]).sum(-2)
        if self.activation == "tanh":
            hidden = np.tanh(hidden)
            slope = 1 - hidden * hidden
        else:
            slope = (hidden > 0).astype(float)
            hidden = hidden * slope
        gradient = np.empty((*hidden.shape[:-1], self.size))
        in_a, in_c, in_p = self.layers(gradient)
        np.multiply(x[..., None], (c * slope)[..., None, :], out=in_a)
        in_c[...] = hidden
        h = (c * hidden).sum(-1)
        if self.skip:
            in_p[...] = x
            h = h + (p * x).sum(-1)
        return h, gradient


def slope_variation(values: np.ndarray, spacing: float) -> np.ndarray:
    r"""Total variation $\sum_k|s_{k+1}-s_k|$ of the slopes of graphs on a regular grid.

    Of all functions through given points the piecewise linear one has the least; on a grid
    that holds these points no graph falls below it.

    Parameters
    ----------
    values : array, shape (..., points)
        The function on the grid.
    spacing : float
        Distance of neighbouring grid points.

    Examples
    --------
    >>> float(slope_variation(np.abs(np.array([-2.0, -1.0, 0.0, 1.0])), 1.0))
    2.0
    """
    return np.abs(np.diff(values, 2)).sum(-1) / spacing


def convexity_changes(values: np.ndarray, ignore: float = 0.01) -> np.ndarray:
    r"""How often a graph on a regular grid turns from convex to concave or back.

    Counted are the sign changes of the second differences, those left out whose size is below
    the fraction `ignore` of their sum of sizes: a bend that slight cannot be seen.

    Parameters
    ----------
    values : array, shape (..., points)
        The function on the grid.
    ignore : float
        What counts as straight.

    Returns
    -------
    array of int, shape (...)

    Examples
    --------
    >>> x = np.linspace(0, 4 * np.pi, 101)
    >>> int(convexity_changes(np.sin(x)))
    3
    """
    bends = np.diff(values, 2)
    size = np.abs(bends)
    signs = np.where(size < ignore * size.sum(-1, keepdims=True), 0, np.sign(bends))
    rows = signs.reshape(-1, signs.shape[-1])
    counts = [np.count_nonzero(np.diff(row[row != 0])) for row in rows]
    return np.array(counts).reshape(values.shape[:-1])
