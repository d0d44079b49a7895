"""Arrays of other libraries: the same results, of the same kind, by no way through NumPy.

The reference of the standard is always there. PyTorch, and a GPU, take part where they are at hand.
"""

import importlib.util
import inspect
import sys
from types import SimpleNamespace

import array_api_strict
import numpy as np
import pytest

from implicitreg import metrics, operators, parameterizations
from implicitreg.arrays import floats, namespace
from implicitreg.metrics import (
    effective_rank,
    loglog_slope,
    mean_square_error,
    nuclear_norm,
    singular_values,
    subspace_sine,
)
from implicitreg.operators import EntrySampling, RankOneOperator
from implicitreg.parameterizations import (
    bifactored_gradient,
    deep_gradient,
    deep_product,
    depth_factor,
    factored_gradient,
)


class Strict:
    """The reference, on a device from which NumPy cannot read."""

    device = array_api_strict.Device("device1")

    def holds(self, array):
        return type(array) is type(self.of(0.0)) and array.device == self.device

    def of(self, values):
        return array_api_strict.asarray(values, device=self.device)

    def back(self, array):
        return np.asarray(array.to_device(array_api_strict.Device("CPU_DEVICE")))

    def lock(self, monkeypatch):
        """Nothing to do: `np.asarray` is refused as it is."""


class Torch:
    """PyTorch on a device; that NumPy cannot read from the CPU either is seen to by `lock`."""

    def __init__(self, device):
        import torch

        self.torch, self.device = torch, device

    def holds(self, array):
        return isinstance(array, self.torch.Tensor) and array.device.type == self.device

    def of(self, values):
        return self.torch.asarray(values, device=self.device)

    def back(self, array):
        return np.asarray(array.cpu().tolist(), str(array.dtype).removeprefix("torch."))

    def lock(self, monkeypatch):
        def refuse(*_):
            raise RuntimeError("a tensor became an array of NumPy")

        for name in ("__array__", "numpy"):
            monkeypatch.setattr(self.torch.Tensor, name, refuse)


def at_hand():
    found = {"strict": Strict()}
    if importlib.util.find_spec("torch"):
        import torch

        devices = ["cpu", *["cuda"] * torch.cuda.is_available()]
        found |= {f"torch {device}": Torch(device) for device in devices}
    return found


LIBRARIES = at_hand()


@pytest.fixture(params=LIBRARIES)
def library(request, monkeypatch):
    LIBRARIES[request.param].lock(monkeypatch)
    return LIBRARIES[request.param]


def draw(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


MASK = draw(3, 4) > 0
NOT_FINITE = np.where(np.arange(40).reshape(2, 5, 4) == 7, np.nan, draw(2, 5, 4))


def toward(target):
    return lambda W: W - target


# a computation, and the arrays it takes
CASES = {
    "EntrySampling.forward": (lambda mask, X: EntrySampling(mask).forward(X), MASK, draw(2, 3, 4)),
    "EntrySampling.adjoint": (lambda mask, r: EntrySampling(mask).adjoint(r), MASK, MASK * 2.0),
    "EntrySampling, a batch": (lambda mask, X: EntrySampling(mask).forward(X),
                               np.stack([MASK, ~MASK]) * 1.0, draw(2, 3, 4)),
    "RankOneOperator.forward": (lambda A, X: RankOneOperator(A).forward(X),
                                draw(9, 4), draw(2, 4, 4)),
    "RankOneOperator.adjoint": (lambda A, r: RankOneOperator(A).adjoint(r), draw(9, 4), draw(2, 9)),
    "RankOneOperator.forward_rows": (lambda A, x: RankOneOperator(A).forward_rows(x),
                                     draw(9, 4), draw(3, 4)),
    "RankOneOperator.gradient_rows": (lambda A, x, y: RankOneOperator(A).gradient_rows(x, y),
                                      draw(9, 4), draw(3, 4), draw(9)),
    "RankOneOperator, many vectors": (lambda A, x, y: RankOneOperator(A).gradient_rows(x, y),
                                      draw(400, 700), draw(2, 700) / 30, draw(400)),
    "deep_product": (deep_product, draw(2, 3, 4, 4)),
    "deep_gradient": (lambda x, M: deep_gradient(x, toward(M)), draw(2, 3, 4, 4), draw(4, 4)),
    "deep_gradient, one factor": (deep_gradient, draw(1, 4, 4), draw(4, 4)),
    "depth_factor": (lambda sigma: depth_factor(sigma, 3), draw(5) ** 2),
    "factored_gradient": (lambda U, M: factored_gradient(U, toward(M)), draw(2, 4, 3), draw(4, 4)),
    "bifactored_gradient": (lambda U, V, M: bifactored_gradient(U, V, toward(M)),
                            draw(2, 4, 3), draw(2, 5, 3), draw(4, 5)),
    "singular_values": (singular_values, draw(4, 3)),
    "singular_values, not finite": (singular_values, NOT_FINITE),
    "nuclear_norm": (nuclear_norm, NOT_FINITE),
    "effective_rank": (effective_rank, draw(2, 4, 4) * [[[1.0]], [[0.0]]]),
    "mean_square_error": (mean_square_error, draw(2, 4, 3), draw(4, 3)),
    "loglog_slope": (loglog_slope, draw(6, 2) ** 2, 1 + draw(6, 2) ** 2),
    "subspace_sine": (subspace_sine, draw(2, 6, 3), draw(2, 6, 2)),
}
# why not is said in the room `arrays`
NUMPY_ONLY = {"uniform_entries", "singular_value_motion"}


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("name", CASES)
def test_the_result_is_that_of_numpy_and_stays_where_it_was(library, name):
    call, *given = CASES[name]
    results = as_tuple(call(*map(library.of, given)))
    for result, expected in zip(results, as_tuple(call(*given)), strict=True):
        assert library.holds(result)
        np.testing.assert_allclose(library.back(result), expected, rtol=1e-12, atol=1e-12)
        assert library.back(result).dtype == np.float64


def test_every_function_of_the_rooms_is_tried():
    defined = {name: each for room in (metrics, operators, parameterizations)
               for name, each in vars(room).items()
               if not name.startswith("_") and getattr(each, "__module__", "") == room.__name__}
    public = set()
    for name, each in defined.items():
        methods = inspect.getmembers(each, inspect.isfunction) if inspect.isclass(each) else []
        named = {f"{name}.{method}" for method, _ in methods if not method.startswith("_")}
        public |= named or {name}
    assert public - NUMPY_ONLY == {name for name in CASES if "," not in name}


def test_numbers_about_an_operator_are_python_s(library):
    sampling, operator = EntrySampling(library.of(MASK)), RankOneOperator(library.of(draw(9, 4)))
    counts = (sampling.n_measurements, operator.n_measurements, *sampling.shape)
    assert counts == (MASK.sum(), 9, 3, 4) and all(type(count) is int for count in counts)


def test_single_precision_stays_single(library):
    single = library.of(draw(9, 4).astype(np.float32))
    assert floats(single) is single
    gradient = RankOneOperator(single).gradient_rows(single[:2, :], single[:, 0])
    assert library.back(gradient).dtype == np.float32
    masked = EntrySampling(library.of(np.eye(4, dtype=np.float32))).forward(single[:4, :])
    assert library.back(masked).dtype == np.float32


@pytest.mark.parametrize("mask", [[[0.0, 2.0]], [[0.0, 0.0]], [[1.0, np.nan]]])
def test_bad_input_is_refused_as_before(library, mask):
    with pytest.raises(ValueError, match="mask: must be a matrix of 0 and 1"):
        EntrySampling(library.of(np.array(mask)))
    with pytest.raises(ValueError, match=r"vectors of shape \(3,\)"):
        RankOneOperator(library.of(draw(3)))
    with pytest.raises(ValueError, match=r"factors.shape = .*2, 3, 4.*: must be"):
        deep_product(library.of(draw(2, 3, 4)))
    with pytest.raises(ValueError, match="must be positive"):
        loglog_slope(library.of(np.ones(2)), library.of(np.array([1.0, 0.0])))


def test_a_list_goes_with_the_array_beside_it(library):
    assert namespace([1.0], library.of(np.ones(1)), 2, np.float64(1)) \
        is namespace(library.of(np.ones(1)))
    assert namespace([1.0], 2, np.float64(1)) is namespace(np.ones(1), np.ones(2)) is np


def test_arrays_of_two_libraries_are_refused(library):
    with pytest.raises(TypeError, match=r"arrays of \S+ and \S+: must be of one library"):
        mean_square_error(library.of(np.ones((2, 2))), np.ones((2, 2)))


def test_what_is_missing_for_another_library_is_named(monkeypatch):
    other = type("Tensor", (), {"__dlpack__": None, "__module__": "other.tensors"})()
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with pytest.raises(ModuleNotFoundError,
                       match="arrays of other need the package array-api-compat; install it"):
        singular_values(other)
    there = SimpleNamespace(array_namespace=lambda array: np)
    monkeypatch.setitem(sys.modules, "array_api_compat", there)
    assert namespace(other) is np
