"""A chapter's parameters: the literals it declares, and what may take their place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from companion.errors import CompanionError

Value = int | float | str | bool | list
TAG = "parameters"


class Text(str):
    """A value as typed on a command line; its type is that of the parameter it is for."""


def read(notebook: Mapping, name: str) -> dict[str, Value]:
    """Return the literals that the one cell tagged ``parameters`` assigns.

    Parameters
    ----------
    notebook : Mapping
        A parsed notebook.
    name : str
        What messages call it.
    """
    cells = [cell for cell in notebook["cells"] if TAG in cell["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise CompanionError(
            f"{name}: {len(cells)} cells are tagged {TAG!r}; exactly one is allowed"
        )
    values = dict(_literals(cells[0]["source"], name))
    for required in ("seed", "trials"):
        if required not in values:
            raise CompanionError(f"{name}: the {TAG} cell does not set {required!r}; it must")
    for parameter, value in values.items():
        _check_range(parameter, value, name)
    return values


def _literals(source: str, name: str) -> list[tuple[str, Value]]:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise CompanionError(f"{name}: the {TAG} cell is not Python: {error.msg}") from None
    return [_literal(statement, name) for statement in statements]


def _literal(statement: ast.stmt, name: str) -> tuple[str, Value]:
    """Return the name and the value of one assignment."""
    allowed = "allowed: NAME = int, float, str, bool or a list of these"
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    target = targets[0] if len(targets) == 1 else None
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or not isinstance(target, ast.Name):
        raise CompanionError(
            f"{name}: {ast.unparse(statement)!r} in the {TAG} cell is no assignment; {allowed}"
        )
    try:
        value = ast.literal_eval(statement.value)
    except (ValueError, TypeError):
        value = None
    if not _is_value(value):
        raise CompanionError(f"{name}: parameter {target.id!r} is no literal; {allowed}")
    return target.id, value


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, int | float | str) for item in value)
    return isinstance(value, int | float | str)


def override(
    book: Mapping[str, Value], overrides: Mapping[str, Any], name: str
) -> dict[str, Value]:
    """Return the `book` values with `overrides` in their place, each of the same type.

    An int may stand for a float; a bool is no int. A `Text` is read as the parameter's type.
    """
    values = dict(book)
    for parameter, value in overrides.items():
        if parameter not in book:
            raise CompanionError(
                f"{name} has no parameter {parameter!r}; allowed: {', '.join(book)}"
            )
        if isinstance(value, Text):
            value = from_text(value, book[parameter])
        if not _same_type(value, book[parameter]):
            raise CompanionError(
                f"{name}: {parameter} = {value!r} is {_kind(value)}; allowed: "
                f"{_kind(book[parameter])}, such as {book[parameter]!r}"
            )
        _check_range(parameter, value, name)
        values[parameter] = float(value) if type(book[parameter]) is float else value
    return values


def _same_type(value: Any, like: Value) -> bool:
    if isinstance(like, list):
        if not isinstance(value, list) or not _is_value(value):
            return False
        return not like or all(any(_same_type(v, item) for item in like) for v in value)
    return type(value) is type(like) or (type(like) is float and type(value) is int)


def _kind(value: Any) -> str:
    if isinstance(value, list) and value:
        return f"a list of {' and '.join(sorted({type(item).__name__ for item in value}))}"
    article = "an" if isinstance(value, int) and not isinstance(value, bool) else "a"
    return f"{article} {type(value).__name__}"


def _check_range(parameter: str, value: Any, name: str) -> None:
    """Refuse a seed below 0 and fewer than one trial, and either as another type."""
    least = {"seed": 0, "trials": 1}.get(parameter)
    if least is not None and (type(value) is not int or value < least):
        raise CompanionError(f"{name}: {parameter} = {value!r}; allowed: an int >= {least}")


def from_text(text: str, like: Value) -> Any:
    """Return the value that `text`, typed on a command line, stands for beside `like`.

    >>> from_text("3", 20), from_text("3", "name"), from_text("true", False)
    (3, '3', True)
    """
    if isinstance(like, str):
        return str(text)
    if text in ("true", "false"):
        return text == "true"
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return str(text)
