r"""Arrays of NumPy, and of other libraries that follow the array API standard.

The rooms `operators`, `parameterizations` and `metrics` take both: an array of PyTorch, CuPy or
another library passes through and stays on its device. Two of their functions stay with NumPy:
`uniform_entries` draws from its generator; `singular_value_motion` differentiates on a grid of
unequal steps and picks points by a mask of two axes, for which the standard has no function.
`deep_gradient` writes into an array, which JAX does not allow.
"""

from types import ModuleType
from typing import Any

import numpy as np


def namespace(*arrays: Any) -> ModuleType:
    """The module that has the standard's functions for these arrays.

    Numbers and lists go with the arrays beside them; alone they are NumPy's.

    Raises
    ------
    TypeError
        If the arrays belong to two libraries.
    ModuleNotFoundError
        If a library does not say itself where its functions are, as PyTorch, and the package
        array-api-compat, which knows it, is missing.

    Examples
    --------
    >>> namespace(np.ones(2), 3.0).__name__
    'numpy'
    """
    for array in arrays:  # an array of NumPy takes a microsecond to name its library
        if type(array) is not np.ndarray:
            break
    else:
        return np
    found = {_library(array) for array in arrays if hasattr(array, "__dlpack__")} or {np}
    if len(found) > 1:
        names = " and ".join(sorted(each.__name__ for each in found))
        raise TypeError(f"arrays of {names}: must be of one library")
    return found.pop()


def floats(values: Any) -> Any:
    """`values` as an array of floats: in double precision for NumPy, else in the one they have.

    Integers and booleans of another library get its default precision.

    Examples
    --------
    >>> floats([[0, 1]])
    array([[0., 1.]])
    """
    xp = namespace(values)
    if xp is np:
        return np.asarray(values, dtype=float, order="C")
    if xp.isdtype(values.dtype, "real floating"):
        return values
    return xp.astype(values, xp.__array_namespace_info__().default_dtypes()["real floating"])


def _library(array: Any) -> ModuleType:
    if hasattr(array, "__array_namespace__"):
        return array.__array_namespace__()
    try:
        from array_api_compat import array_namespace
    except ModuleNotFoundError:
        library = type(array).__module__.partition(".")[0]
        raise ModuleNotFoundError(
            f"arrays of {library} need the package array-api-compat; install it, "
            "or the extra `arrays`", name="array_api_compat") from None
    return array_namespace(array)
