r"""Small fully connected ReLU networks, many at once: one row, one network.

$$f(x) = W_L\,\sigma(W_{L-1}\cdots\sigma(W_1x + b_1)\cdots + b_{L-1}) + b_L, \qquad
\sigma(z) = \max(z, 0).$$

All parameters of a row are one flat vector, so that a state of shape (rows, P) goes through every
update rule of `optimize` unchanged; the layers are views of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Network:
    r"""The architecture; parameters are passed to each method as an array (rows, P).

    Inputs have shape (rows, samples, features), or (samples, features) where all rows share
    them; labels (rows, samples) or (samples,), integers from 0. The dtype is the parameters'.

    Parameters
    ----------
    widths : sequence of int
        Features, hidden widths, classes: at least two numbers, each >= 1.

    Raises
    ------
    ValueError
        If `widths` has fewer than two entries or one that is < 1.

    Examples
    --------
    >>> network = Network([2, 16, 3])
    >>> network.size
    99
    >>> params = network.start([np.random.default_rng(0)])
    >>> network.logits(params, np.zeros((5, 2))).shape
    (1, 5, 3)
    """

    widths: Sequence[int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(int(w) for w in self.widths))
        if len(self.widths) < 2 or min(self.widths) < 1:
            raise ValueError(f"widths = {self.widths!r}: give at least two numbers, each >= 1")

    @property
    def size(self) -> int:
        """Number P of parameters of one network."""
        return sum((m + 1) * n for m, n in pairwise(self.widths))

    def layers(self, params: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights (rows, out, in) and biases (rows, out) of each layer, as views of `params`."""
        if params.ndim != 2 or params.shape[1] != self.size:
            raise ValueError(f"params has shape {params.shape}: must be (rows, {self.size})")
        views, at = [], 0
        for m, n in pairwise(self.widths):
            weight = params[:, at : at + m * n].reshape(-1, n, m)
            at += m * n
            views.append((weight, params[:, at : at + n]))
            at += n
        return views

    def weights(self, params: np.ndarray) -> list[np.ndarray]:
        """The weight matrices alone, views of shape (rows, out, in)."""
        return [weight for weight, _ in self.layers(params)]

    def start(
        self, rngs: Sequence[np.random.Generator], dtype: np.dtype | type = np.float64
    ) -> np.ndarray:
        r"""He-normal start, weights $N(0, 2/\text{fan-in})$ and biases 0, one stream a row."""
        params = np.zeros((len(rngs), self.size), dtype)
        for weight in self.weights(params):
            for row, rng in zip(weight, rngs, strict=True):
                row[:] = rng.normal(0, (2 / row.shape[1]) ** 0.5, row.shape)
        return params

    def activations(self, params: np.ndarray, inputs: np.ndarray) -> list[np.ndarray]:
        """The input of each layer and, last, the logits; each (rows, samples, width)."""
        values = [np.asarray(inputs, params.dtype)]
        layers = self.layers(params)
        for weight, bias in layers:
            z = values[-1] @ weight.mT
            z += bias[:, None]
            values.append(np.maximum(z, 0, out=z) if len(values) < len(layers) else z)
        return values

    def logits(self, params: np.ndarray, inputs: np.ndarray) -> np.ndarray:
        """The outputs $f(x)$, shape (rows, samples, classes)."""
        return self.activations(params, inputs)[-1]

    def accuracy(self, params: np.ndarray, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Share of the samples whose largest logit is the label's, shape (rows,)."""
        return np.mean(self.logits(params, inputs).argmax(-1) == labels, -1)

    def loss(self, params: np.ndarray, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
        r"""Mean cross-entropy $\frac1m\sum_i\log\sum_ke^{f_k(x_i)}-f_{y_i}(x_i)$ of each row."""
        return _cross_entropy(self.logits(params, inputs), labels)[0]

    def gradient(self, params: np.ndarray, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Gradient of the loss, shape (rows, P)."""
        return self.loss_and_gradient(params, inputs, labels)[1]

    def loss_and_gradient(
        self, params: np.ndarray, inputs: np.ndarray, labels: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        r"""Loss and gradient by one forward and one backward pass.

        With $\delta_L = \partial\ell/\partial f$, each layer gives $\delta_l h_{l-1}^\top$ for
        its weights, $\delta_l$ for its bias, and
        $\delta_{l-1} = \sigma'(z_{l-1})\odot W_l^\top\delta_l$.
        """
        values = self.activations(params, inputs)
        loss, delta = _cross_entropy(values.pop(), labels)
        gradient = np.empty_like(params)
        layers = list(zip(self.weights(params), self.layers(gradient), values, strict=True))
        for weight, (weight_gradient, bias_gradient), value in reversed(layers):
            np.matmul(delta.mT, value, out=weight_gradient)
            np.sum(delta, axis=-2, out=bias_gradient)
            if value is not values[0]:
                delta = delta @ weight
                delta *= value > 0
        return loss, gradient


def _cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean cross-entropy (rows,) and its gradient in the logits."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels has dtype {labels.dtype}: must be integers from 0")
    hit = labels[..., None] == np.arange(logits.shape[-1])
    shifted = logits - logits.max(-1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(-1, keepdims=True)
    loss = np.log(totals[..., 0]) - (shifted * hit).sum(-1)
    return loss.mean(-1), (exponentials / totals - hit) / logits.dtype.type(logits.shape[-2])
