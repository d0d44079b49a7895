"""The JSON Schemas: of records and ledger, of an interactive figure's data, of teaching.yml."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from math import isfinite
from types import NoneType
from typing import Any

from jsonschema import Draft202012Validator, validators
from referencing import Registry, Resource

NAMES = ("ledger.schema.json", "verdict.schema.json")  # published with the site
KNOB = "knob.schema.json"
TEACHING = "teaching.schema.json"
NUMBERS, PLAIN = {"type": ["number", "null"]}, {int, float, NoneType}  # what figures consist of


def text(name: str) -> str:
    """Return the schema called `name`, as it is published."""
    return resources.files("companion").joinpath("schema", name).read_text(encoding="utf-8")


def _items(validator: Any, items: Any, instance: Any, schema: Any) -> Any:
    """Check the items of a list; where all must be numbers or null, and are, none by itself."""
    if items != NUMBERS or type(instance) is not list or not PLAIN.issuperset(map(type, instance)):
        yield from Draft202012Validator.VALIDATORS["items"](validator, items, instance, schema)


Validator = validators.extend(Draft202012Validator, {"items": _items})


@cache
def _validator(name: str) -> Validator:
    schemas = {each: json.loads(text(each)) for each in (*NAMES, KNOB, TEACHING)}
    registry = Registry().with_resources(
        (each, Resource.from_contents(schema)) for each, schema in schemas.items()
    )
    return Validator(schemas[name], registry=registry)


def findings(content: Any, name: str) -> list[str]:
    """Return what in `content` is not as the schema `name` says; NaN is no number."""
    errors = sorted(_validator(name).iter_errors(content), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message}" for error in errors] + _not_finite(content, "$")


def _not_finite(content: Any, place: str) -> list[str]:
    if isinstance(content, float) and not isfinite(content):
        return [f"{place}: {content} is not a finite number"]
    items = content.items() if isinstance(content, dict) else (
        enumerate(content) if isinstance(content, list) else ())
    return [found for name, item in items for found in _not_finite(item, f"{place}.{name}")]
