"""What the data of an interactive figure must be before a page carries them.

The schema says of what kind each part is; here its parts are held against one another. The script
of the site takes for granted what is checked here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any

from companion import schemas

MOST_BYTES = 256_000  # more would make the page slow; those with panels keep to 64 kB themselves


def findings(record: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the `record` of an interactive figure."""
    found = schemas.findings(record, schemas.KNOB)
    if found:
        return [fault if len(fault) < 300 else f"{fault[:150]} … {fault[-140:]}" for fault in found]
    size = len(json.dumps(record["frames"], ensure_ascii=False).encode())
    if size > MOST_BYTES:
        return [f"its frames take {size} bytes: at most {MOST_BYTES}"]
    return list(_counts(record)) or list(_contents(record))


def _counts(record: Mapping[str, Any]) -> Iterator[str]:
    """There is a frame for each value of the controls, and in it one content for each panel."""
    controls = record["controls"] if "panels" in record else [record["knob"]]
    for control in controls:
        if control["initial"] >= len(control["values"]):
            yield f"{control['label']!r} begins at value {control['initial']}, which is not there"
    wanted = prod(len(control["values"]) for control in controls)
    if len(record["frames"]) != wanted:
        yield f"{len(record['frames'])} frames for {wanted} values"
    for k, frame in enumerate(record["frames"]):
        if len(frame.get("panels", [])) != len(record.get("panels", [])):
            yield f"frame {k} has {len(frame['panels'])} panels, not {len(record['panels'])}"


def _contents(record: Mapping[str, Any]) -> Iterator[str]:
    """Each frame holds what its panel draws."""
    if "panels" not in record:
        look = {"x": record["x"], "y": record["y"], "series": []}
        for k, frame in enumerate(record["frames"]):
            yield from (f"frame {k}: {fault}" for fault in _curves(look, frame, record))
        return
    for number, look in enumerate(record["panels"]):
        for k, frame in enumerate(record["frames"]):
            check = KINDS[look["kind"]]
            yield from (f"frame {k}, panel {number}: {fault}"
                        for fault in check(look, frame["panels"][number], record))


def _curves(look: Mapping, content: Mapping, record: Mapping) -> Iterator[str]:
    yield from _axes(look)
    if "series" not in content:
        yield "no curves"
    yield from _lengths([*look["series"], *content.get("series", [])])


def _axes(look: Mapping) -> Iterator[str]:
    for name in ("x", "y"):
        low, high = look[name]["range"]
        if not low < high or (look[name]["scale"] == "log" and low <= 0):
            yield f"the range of its {name} axis is {low} to {high}"


def _lengths(curves: list[Mapping]) -> Iterator[str]:
    for curve in curves:
        if len({len(curve[name]) for name in ("x", "y", "low", "high") if name in curve}) > 1:
            yield f"the curve {curve['name']!r} has not as many x as y"


def _cells(look: Mapping, content: Mapping, record: Mapping) -> Iterator[str]:
    matrices = [content.get("values", []), record["frames"][0]["panels"][
        record["panels"].index(look)].get("values", []), look.get("observed", content.get("values"))]
    if len({_shape(matrix) for matrix in matrices}) != 1 or not _shape(matrices[0]):
        yield "its cells are no matrix of the shape of the others"


def _shape(matrix: list[list]) -> tuple[int, int] | None:
    """Return rows and columns, or None if the rows differ."""
    widths = {len(row) for row in matrix or []}
    return (len(matrix), *widths) if len(widths) == 1 else None


def _field(look: Mapping, content: Mapping, record: Mapping) -> Iterator[str]:
    yield from _axes(look)
    shape, levels = _shape(content.get("rows", [])), look["levels"]
    if not shape or shape[1] % look["letters"] or shape[1] < 2 * look["letters"]:
        yield "the rows of its field are not equally long"
    if levels != sorted(set(levels)) or len(look["bands"]) != len(levels) + 1:
        yield f"{len(look['bands'])} bands for the levels {levels}"
    if "points" not in content:
        yield "no points"
    if look["main"] >= len(levels):
        yield f"no level {look['main']}"
    yield from _lengths([*look["points"], *content.get("points", [])])


def _map(look: Mapping, content: Mapping, record: Mapping) -> Iterator[str]:
    values = tuple(len(control["values"]) for control in record["controls"])
    if _shape(look["shares"]) != values:
        yield f"its map has not the rows and columns of the controls, {values}"


KINDS: dict[str, Callable[[Mapping, Mapping, Mapping], Iterator[str]]] = {
    "curves": _curves, "cells": _cells, "field": _field, "map": _map}
