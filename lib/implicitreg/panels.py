"""The panels of an interactive figure: curves, a matrix, a field over the plane, a map of outcomes.

A panel holds what all its frames share and, for each value of the controls, what they do not. Its
data are small: four digits a number, and one or two letters a place of a field.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from implicitreg.figures import BLUE, ORANGE, digits

LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_CELLS, MOST_PLACES = 24, 64


@dataclass(frozen=True)
class Panel:
    """One picture of an interactive figure: `look` for all frames, `frames` one a value."""

    look: dict
    frames: list[dict]


def curves(
    frames: Sequence[Sequence[dict]], *, x: dict, y: dict, always: Sequence[dict] = (),
    markers: Sequence[float] | None = None, thin: bool = False, title: str = "",
) -> Panel:
    """Curves in a pair of axes.

    Parameters
    ----------
    frames : sequence of sequences of `series`
        The curves of each frame.
    x, y : dict
        `axis(...)`.
    always : sequence of `series`
        Curves that stand in every frame; stored once.
    markers : sequence of float, optional
        Where on the x axis each frame is; a line is drawn there, and a dot on each curve of
        `always` that has this point.
    thin : bool
        Whether the lines are thin, as for many runs of one kind.
    title : str
        Stands above the panel.

    Raises
    ------
    ValueError
        If there are not as many markers as frames.
    """
    if markers is not None and len(markers) != len(frames):
        raise ValueError(f"{len(frames)} frames and {len(markers)} markers: they must be as many")
    shown = [{"series": list(frame)} for frame in frames]
    if markers is not None:
        shown = [{**frame, "marker": at} for frame, at in zip(shown, digits(markers), strict=True)]
    look = {"kind": "curves", "title": title, "x": x, "y": y, "series": list(always), "thin": thin}
    return Panel(look, shown)


def cells(
    matrices: Sequence[np.ndarray], *, limit: float, observed: np.ndarray | None = None,
    numbers: bool = True, title: str = "",
) -> Panel:
    """A matrix as a grid: orange above zero, blue below, the fuller the larger.

    Parameters
    ----------
    matrices : sequence of array, shape (rows, columns)
        The matrix of each frame.
    limit : float
        The size of an entry with the full colour, > 0.
    observed : array of bool, shape (rows, columns), optional
        Entries that are not observed get a dashed frame.
    numbers : bool
        Whether each entry is written into its cell.
    title : str
        Stands above the panel.

    Raises
    ------
    ValueError
        If the shapes differ, are no matrix or exceed 24, or `limit` is not positive.
    """
    shapes = {np.shape(matrix) for matrix in matrices}
    if observed is not None:
        shapes.add(np.shape(observed))
    (shape,) = shapes if len(shapes) == 1 else ((),)
    if len(shape) != 2 or not all(1 <= size <= MOST_CELLS for size in shape):
        found = ", ".join(map(str, sorted(shapes)))
        raise ValueError(f"matrices of shape {found}: must be one shape, at most "
                         f"{MOST_CELLS} × {MOST_CELLS}")
    if not limit > 0:
        raise ValueError(f"limit = {limit!r}: must be > 0")
    look = {"kind": "cells", "title": title, "limit": float(limit), "numbers": numbers,
            "above": ORANGE, "below": BLUE}
    if observed is not None:
        look["observed"] = np.asarray(observed).astype(int).tolist()
    return Panel(look, [{"values": [digits(row) for row in matrix]} for matrix in matrices])


def field(
    grids: Sequence[np.ndarray], *, x: dict, y: dict, levels: Sequence[float],
    bands: Sequence[tuple[str, float]], main: int = 1, points: Sequence[dict] = (),
    frame_points: Sequence[Sequence[dict]] | None = None, letters: int = 1, title: str = "",
) -> Panel:
    """A region of the plane, coloured by the level of a function, with lines between the levels.

    Parameters
    ----------
    grids : sequence of array, shape (rows, columns)
        Values of each frame on an even grid over the ranges of `x` and `y`; the first row is the
        lowest. What is no number is drawn as the last level.
    x, y : dict
        `axis(...)`, linear.
    levels : sequence of float
        Increasing. Values beyond the first and the last are cut off there; at each of the others
        a line is drawn.
    bands : sequence of (color, opacity)
        One for each pair of neighbouring levels.
    main : int
        The level with the thick line.
    points : sequence of `series`
        Points on the field of every frame.
    frame_points : sequence of sequences of `series`, optional
        Further points of each frame.
    letters : int
        Letters a place: 1 where lines may be a little rough, 2 where a function is flat.
    title : str
        Stands above the panel.

    Raises
    ------
    ValueError
        If the levels do not increase, the bands do not match them, an axis is not linear,
        `letters` is not 1 or 2, there are not as many `frame_points` as grids, or the grids
        differ in shape, are smaller than 2 × 2 or larger than 64 × 64.
    """
    steps, shapes = np.diff(levels), {np.shape(grid) for grid in grids}
    if len(levels) < 3 or np.any(steps <= 0):
        raise ValueError(f"levels = {list(levels)}: must increase, and be at least 3")
    if len(bands) != len(steps) or not 0 < main < len(steps):
        raise ValueError(f"{len(bands)} bands and main = {main} for {len(levels)} levels: must be "
                         f"{len(steps)} bands, and one of the levels between")
    if len(shapes) != 1 or not all(2 <= size <= MOST_PLACES for size in min(shapes)):
        found = ", ".join(map(str, sorted(shapes)))
        raise ValueError(f"grids of shape {found}: must be one shape, 2 to {MOST_PLACES} a side")
    if {x["scale"], y["scale"]} != {"linear"}:
        raise ValueError("a field stands on two linear axes")
    if letters not in (1, 2):
        raise ValueError(f"letters = {letters!r}: must be 1 or 2")
    extra = [()] * len(grids) if frame_points is None else frame_points
    if len(extra) != len(grids):
        raise ValueError(f"{len(grids)} grids and {len(extra)} frame_points: must be as many")
    look = {"kind": "field", "title": title, "x": x, "y": y, "main": main - 1,
            "letters": letters, "levels": _codes(len(levels), letters)[1:-1],
            "bands": [{"color": color, "opacity": alpha} for color, alpha in bands],
            "points": list(points)}
    return Panel(look, [{"rows": _words(grid, levels, letters), "points": list(more)}
                        for grid, more in zip(grids, extra, strict=True)])


def _codes(count: int, letters: int) -> list[float]:
    """Where `count` levels lie between the first number and the last: never on a number."""
    size = len(LETTERS) ** letters
    return [0, *(k * size // (count - 1) - 0.5 for k in range(1, count - 1)), size - 1]


def _words(grid: np.ndarray, levels: Sequence[float], letters: int) -> list[str]:
    """Each row as a word, a number in base 36 a place: on the side of a level of its value."""
    places = np.interp(np.nan_to_num(grid, nan=levels[-1]), levels, _codes(len(levels), letters))
    numbers = np.rint(places).astype(int)
    return ["".join(_word(number, letters) for number in row) for row in numbers]


def _word(number: int, letters: int) -> str:
    return (LETTERS[number // len(LETTERS)] if letters == 2 else "") + LETTERS[number % len(LETTERS)]


def outcomes(shares: np.ndarray, *, color: str, title: str = "") -> Panel:
    """A map of shares in [0, 1], shape (rows, columns), which is itself the control.

    Its rows, from below, are the values of the figure's first control, its columns those of the
    second. To choose a cell is to choose the frame of the other panel.

    Raises
    ------
    ValueError
        If `shares` is no matrix of numbers in [0, 1], or has more than 24 rows or columns.
    """
    shares = np.asarray(shares, dtype=float)
    if shares.ndim != 2 or max(shares.shape) > MOST_CELLS:
        raise ValueError(f"shares of shape {shares.shape}: must be a matrix, at most "
                         f"{MOST_CELLS} × {MOST_CELLS}")
    if not np.all((shares >= 0) & (shares <= 1)):
        raise ValueError(f"shares from {shares.min():g} to {shares.max():g}: must lie in [0, 1]")
    look = {"kind": "map", "title": title, "color": color,
            "shares": [digits(row) for row in shares]}
    return Panel(look, [{}] * shares.size)
