"""Every gradient of the library beside its function, which is written out a second time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from implicitreg.glm import LOGISTIC, POISSON, linear
from implicitreg.mirror import exponential, hyperbolic, power
from properties.functions import Case
from properties.matrix_cases import (
    deep, factored, inner, landscape, lifted, narrow, outer, pair, phase, sensing, sphere,
)
from properties.network_cases import adapters, glm, kink, masked, network, one_example, two_layer
from properties.strategies import Problem


def conjugate(p: Problem, kind: Callable) -> Case:
    link, g = kind(p), -np.abs(p.normal(p.n))
    return Case(lambda g: link(g)[0].sum(-1), lambda g: link(g)[1], g)


LINKS = {
    "exponential": lambda p: exponential(0.3),
    "hyperbolic": lambda p: hyperbolic(0.3, 0.1 * p.m),
    "power": lambda p: power(0.3, p.depth + 2),
}
FAMILIES = {family.name: family for family in (linear(0.5), LOGISTIC, POISSON)}

# of any leading axes
CASES = {
    "deep": deep, "factored": factored, "pair": pair, "narrow": narrow, "landscape": landscape,
    "sensing": partial(sensing, symmetric=False),
    "sensing symmetric": partial(sensing, symmetric=True),
    **{f"glm {name}": partial(glm, family=family) for name, family in FAMILIES.items()},
    **{f"two-layer {bend}{' skip' * skip}": partial(two_layer, activation=bend, skip=skip)
       for bend in ("tanh", "relu") for skip in (False, True)},
    "hidden kink": kink, "masked norm": masked, "sphere": sphere,
    **{f"link {name}": partial(conjugate, kind=kind) for name, kind in LINKS.items()},
}
# of one leading axis, the rows
BY_ROW = {"phase": phase, "lifted": lifted, "network": network, "adapters": adapters,
          "one example": one_example, "inner": inner, "outer": outer}
