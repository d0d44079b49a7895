"""Interactive figures of one or two panels: their data for the page, and a still for paper."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle

from implicitreg.figures import INK, STYLES, Knob, draw_curves, label, new_figure, show
from implicitreg.panels import LETTERS, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MOST_BYTES = 128_000  # twice what a figure of the book should take
FEW = 20  # so many points of a field are drawn large


def interactive(
    controls: Mapping[str, Sequence[str]], panels: Sequence[Panel], *, initial: Sequence[str],
    notes: Sequence[str], caption: str, alt: str,
) -> Knob:
    """An interactive figure: one or two controls choose the frame of one or two panels.

    Parameters
    ----------
    controls : mapping of str to sequence of str
        What each control changes, and its values. With two, the frames go through the values of
        the second for each of the first.
    panels : sequence of `Panel`
        Side by side; one above the other on a narrow page.
    initial : sequence of str
        A value of each control: what is shown first, and in print.
    notes : sequence of str
        A sentence for each frame, with the numbers that a reader who cannot see it needs.
    caption, alt : str
        As in `show`.

    Raises
    ------
    ValueError
        If there are not one or two controls and panels, `initial` is none of their values, the
        counts of frames and notes do not match, a map does not, or the data exceed 128 kB.
    """
    values = [list(map(str, each)) for each in controls.values()]
    frames = prod(map(len, values))
    _fit(values, panels, list(notes), list(initial), frames)
    data = {
        "controls": [{"label": text, "values": each, "initial": each.index(first)}
                     for text, each, first in zip(controls, values, initial, strict=True)],
        "panels": [panel.look for panel in panels],
        "frames": [{"note": note, "panels": [panel.frames[k] for panel in panels]}
                   for k, note in enumerate(notes)],
    }
    size = len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MOST_BYTES:
        raise ValueError(f"the data of the figure take {size} bytes: at most {MOST_BYTES}")
    at = [control["initial"] for control in data["controls"]]
    return Knob(show(_still(data, at), caption=caption, alt=alt), data)


def _fit(
    values: list[list[str]], panels: Sequence[Panel], notes: list[str], initial: list[str],
    frames: int,
) -> None:
    """Raise a ValueError if the parts of a figure do not fit together."""
    for name, parts in (("controls", values), ("panels", panels)):
        if len(parts) not in (1, 2):
            raise ValueError(f"{len(parts)} {name}: must be one or two")
    if len(initial) != len(values):
        raise ValueError(f"initial has {len(initial)} values: must have one for each control")
    for first, each in zip(initial, values, strict=True):
        if first not in each:
            raise ValueError(f"initial = {first!r}: must be one of {', '.join(each)}")
    for name, count in [("notes", len(notes)), *(
            (f"frames of the panel of {panel.look['kind']}", len(panel.frames)) for panel in panels)]:
        if count != frames:
            raise ValueError(f"{count} {name}: must be {frames}, one for each value")
    for panel in panels:
        if panel.look["kind"] == "map":
            shape = [len(panel.look["shares"]), len(panel.look["shares"][0])]
            if shape != [len(each) for each in values]:
                raise ValueError(f"a map of {shape[0]} × {shape[1]} cells: its rows must be the "
                                 "values of the first control, its columns those of the second")


def _still(data: dict, at: list[int]) -> Canvas:
    """The figure on paper, at the frame of the indices `at`."""
    controls, looks = data["controls"], data["panels"]
    frame = data["frames"][np.ravel_multi_index(at, [len(each["values"]) for each in controls])]
    with matplotlib.rc_context({"font.size": 8}):  # half the room of a figure of one panel
        figure, places = new_figure(1, len(looks), height=2.9)
        for axes, look, content in zip(np.ravel(places), looks, frame["panels"], strict=True):
            axes.set_title(look["title"], fontsize=8)
            DRAW[look["kind"]](axes, look, content, controls, at)
        figure.suptitle(", ".join(f"{each['label']}: {each['values'][k]}"
                                  for each, k in zip(controls, at, strict=True)), fontsize=9)
    return figure


def _curves(axes: Axes, look: dict, content: dict, controls: list, at: list[int]) -> None:
    curves = [*look["series"], *content["series"]]
    draw_curves(axes, [{**curve, "name": ""} for curve in curves], look["x"], look["y"])
    for line in axes.lines:
        line.set_linewidth(0.8 if look["thin"] else 1.6)
    if "marker" in content:
        axes.axvline(content["marker"], color=INK, lw=0.8, alpha=0.6)
    _name(axes, curves)


def _name(axes: Axes, curves: list[dict]) -> None:
    """Write each name at the last point of its curve that is seen, clear of the other names."""
    seen, lowest = [], 0.0
    for curve in curves:
        points = np.array([curve["x"], curve["y"]], dtype=float).T
        places = (axes.transScale + axes.transLimits).transform(points)
        inside = places[((places >= -0.01) & (places <= 1.01)).all(axis=1)]
        if curve["name"] and len(inside):
            seen.append((*inside[-1], curve))
    for x, y, curve in sorted(seen, key=lambda place: place[1]):
        lowest = max(y, lowest)
        label(axes, x, lowest, curve["name"], curve["color"], xycoords="axes fraction")
        lowest += 0.09


def _cells(axes: Axes, look: dict, content: dict, controls: list, at: list[int]) -> None:
    values = np.array(content["values"], dtype=float)
    seen = np.array(look.get("observed", np.ones_like(values)), dtype=bool)
    for (row, column), entry in np.ndenumerate(values):
        color = look["above" if entry > 0 else "below"]
        full = 0.62 * min(1, abs(np.nan_to_num(entry)) / look["limit"])
        corner = (column - 0.46, row - 0.46)
        axes.add_patch(Rectangle(corner, 0.92, 0.92, facecolor=color, alpha=full))
        if not seen[row, column]:
            axes.add_patch(Rectangle(corner, 0.92, 0.92, fill=False, ls="--", edgecolor=INK))
        if look["numbers"]:
            text = f"{round(entry, 2) + 0:.2f}".replace("-", "−") if np.isfinite(entry) else "?"
            axes.text(column, row, text, ha="center", va="center", fontsize=8)
    _grid(axes, values.shape)
    axes.invert_yaxis()


def _field(axes: Axes, look: dict, content: dict, controls: list, at: list[int]) -> None:
    grid = np.array([[int(row[k : k + look["letters"]], 36)
                      for k in range(0, len(row), look["letters"])] for row in content["rows"]])
    side = [np.linspace(*look[k]["range"], size) for k, size in zip("yx", grid.shape, strict=True)]
    ends = [-1, *look["levels"], len(LETTERS) ** look["letters"]]
    for low, high, band in zip(ends, ends[1:], look["bands"], strict=False):
        axes.contourf(*side[::-1], grid, [low, high], colors=[band["color"]],
                      alpha=band["opacity"])
    for k, level in enumerate(look["levels"]):
        if grid.min() < level < grid.max():
            thick = 1.4 if k == look["main"] else 0.5
            axes.contour(*side[::-1], grid, [level], colors=INK, linewidths=thick)
    for some in [*look["points"], *content["points"]]:
        size = 2.4 if len(some["x"]) > FEW else 5
        axes.plot(some["x"], some["y"], color=some["color"], ms=size, **STYLES[some["style"]])
        if some["name"]:
            label(axes, some["x"][-1], some["y"][-1], some["name"], some["color"])
    axes.set(xlabel=look["x"]["label"], ylabel=look["y"]["label"], box_aspect=1,
             xlim=look["x"]["range"], ylim=look["y"]["range"])


def _map(axes: Axes, look: dict, content: dict, controls: list, at: list[int]) -> None:
    shares = np.array(look["shares"])
    for (row, column), share in np.ndenumerate(shares):
        axes.add_patch(Rectangle((column - 0.46, row - 0.46), 0.92, 0.92, lw=0,
                                 facecolor=look["color"], alpha=0.1 + 0.55 * share))
        axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=7)
    axes.add_patch(Rectangle((at[1] - 0.48, at[0] - 0.48), 0.96, 0.96, fill=False, lw=1.8,
                             edgecolor=INK))
    _grid(axes, shares.shape)
    rows, columns = controls
    axes.tick_params(left=True, bottom=True, labelleft=True, labelbottom=True)
    axes.set(xticks=range(shares.shape[1]), xticklabels=columns["values"],
             yticks=range(shares.shape[0]), yticklabels=rows["values"],
             xlabel=columns["label"], ylabel=rows["label"])


def _grid(axes: Axes, shape: tuple[int, int]) -> None:
    """Make room for one cell an entry, without ticks and spines."""
    axes.set(xlim=(-0.5, shape[1] - 0.5), ylim=(-0.5, shape[0] - 0.5), aspect="equal", xticks=[],
             yticks=[])
    axes.spines[:].set_visible(False)


DRAW = {"curves": _curves, "cells": _cells, "field": _field, "map": _map}
