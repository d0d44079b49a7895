"""One figure style for the book: one colour a method, direct labels, legible in light and dark."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib
import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from implicitreg.optimize import Result

FIGURE_MIME = "application/vnd.implicitreg.figure+json"
KNOB_MIME = "application/vnd.implicitreg.knob+json"

# Mid-tones with a contrast of at least 3 to 1 on white and on near-black.
BLUE, ORANGE, PURPLE, GREEN = "#3a7fc1", "#cc7722", "#8f62c9", "#2f9464"
RED, TEAL, PINK, GREY = "#d1495b", "#1f9aa3", "#c65a9e", "#868d97"
COLORS = {
    "gradient descent": BLUE,
    "Polyak": ORANGE,
    "Nesterov": PURPLE,
    "ScaledGD": TEAL,
    "nuclear norm": PINK,
    "second eigenvalue": PURPLE,
    "spectral method": PINK,
    "regularized ERM": PINK,
    "ridge": PINK,
    "min l1": TEAL,
    "min l2": GREY,
    "exponentiated gradient": ORANGE,
    "projected gradient descent": TEAL,
    "weight normalization": ORANGE,
    "SGD": BLUE,
    "SAM": ORANGE,
    "oBAR": TEAL,
    "nBAR": PURPLE,
    "label noise": TEAL,
    "lifted": ORANGE,
    "unlifted": BLUE,
    "full": BLUE,
    "full batch": ORANGE,
    "compressed": ORANGE,
    "narrow": PURPLE,
    "Adam": RED,
    "LoRA": ORANGE,
    "NoRA": TEAL,
    "random directions": PURPLE,
    "depth 1": GREY,
    "depth 2": BLUE,
    "depth 3": ORANGE,
    "depth 4": PURPLE,
    "random start": TEAL,
    "random-label start": PURPLE,
    "rescaled start": GREY,
    "class 0": BLUE,
    "class 1": RED,
    "connected": BLUE,
    "disconnected": ORANGE,
    "signal": TEAL,
    "noise": GREY,
    "control": RED,
    "artefact": GREY,
    "truth": GREEN,
    "formula": PURPLE,
}
STYLES = {"line": {"ls": "-"}, "dashed": {"ls": "--"}, "points": {"ls": "", "marker": "o"},
          "triangles": {"ls": "", "marker": "^"}}
# The ink of axes and text: black in the PNG, on the site the colour of the page's text.
INK = "#010203"
matplotlib.rcParams.update({
    "font.size": 10,
    "font.family": "sans-serif",
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "implicitreg",
    **{key: INK for key in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color",
                            "ytick.color", "axes.titlecolor")},
})


def new_figure(
    rows: int = 1, columns: int = 1, height: float = 3.0, **subplots: object
) -> tuple[Canvas, Axes | np.ndarray]:
    """An empty figure in the book's style, 5 inches wide, `height` inches high.

    Returns the figure and its axes, as `matplotlib.pyplot.subplots` does; `subplots` are passed
    on to it (`sharex`, `height_ratios`, ...).
    """
    from matplotlib.figure import Figure as Canvas  # slow to import, and panels draw nothing

    figure = Canvas(figsize=(5, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **subplots)


def label(axes: Axes, x: float, y: float, text: str, color: str, **options: object) -> None:
    """Write `text` beside the data point (x, y), in the colour of its line."""
    style = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", **options}
    axes.annotate(text, (x, y), color=color, annotation_clip=False, **style)


def fan(
    axes: Axes, x: Sequence[float], runs: np.ndarray, color: str, text: str = "", **line: object
) -> None:
    """Median over trials as a line, smallest to largest as a band, labelled at its end.

    `runs` has shape (trials, points), `x` shape (points,).
    """
    middle = np.median(runs, axis=0)
    axes.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.22, lw=0)
    axes.plot(x, middle, color=color, **line)
    if text:
        label(axes, x[-1], middle[-1], text, color)


def trace(axes: Axes, result: Result, column: str, names: Sequence[str], thin: bool = False) -> None:
    """A recorded column against the step, one line a row in the colour of its name.

    Each line ends where its row froze; `thin` draws the further trials behind the first one.
    """
    steps, values = result.trajectory["step"], result.trajectory[column]
    look = {"lw": 0.7, "alpha": 0.3} if thin else {"lw": 1.8, "zorder": 3}
    for row, name in enumerate(names):
        moving = steps <= result.steps[row]
        axes.plot(steps[moving], values[moving, row], color=COLORS[name], **look)


@dataclass(frozen=True)
class Figure:
    """A drawn figure with its caption and its alternative text; shows itself in a notebook."""

    svg: str
    png: bytes
    caption: str
    alt: str
    id: str

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        record = {"schema": 1, "id": self.id, "svg": self.svg, "caption": self.caption,
                  "alt": self.alt}
        return {FIGURE_MIME: record, "image/png": self.png, "text/plain": _words(self)}

    def __repr__(self) -> str:
        return _words(self)


@dataclass(frozen=True)
class Knob:
    """A figure with one knob: frames that a reader moves through, and a still for paper."""

    still: Figure
    data: dict

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        record = {"schema": 1, "id": self.still.id, "svg": self.still.svg,
                  "caption": self.still.caption, "alt": self.still.alt, **self.data}
        return {KNOB_MIME: record, "image/png": self.still.png, "text/plain": _words(self.still)}

    def __repr__(self) -> str:
        return _words(self.still)


def _words(figure: Figure) -> str:
    return f"Figure. {figure.caption}\n[{figure.alt}]"


def show(figure: Canvas, *, caption: str, alt: str) -> Figure:
    """Show `figure` with a caption (its message) and an alt text (what is seen, with numbers).

    Raises
    ------
    ValueError
        If the caption or the alt text is empty.
    """
    for name, text in (("caption", caption), ("alt", alt)):
        if not text.strip():
            raise ValueError(f"{name} = {text!r}: must say something")
    identity = f"fig-{zlib.crc32(caption.encode()):08x}"
    svg, png = io.StringIO(), io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None}, transparent=True)
    figure.savefig(png, format="png", dpi=144, facecolor="white")
    return Figure(_inline(svg.getvalue(), identity), png.getvalue(), caption, alt, identity)


def _inline(svg: str, identity: str) -> str:
    """The SVG element alone: ink as the page's own, ids of its own, as wide as its place."""
    svg = svg[svg.index("<svg"):].replace(INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{identity}-\1"', svg)
    svg = re.sub(r'(href="|url\()#', rf"\g<1>#{identity}-", svg)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    return re.sub(r'font-family: [^;"]*', "font-family: inherit", svg).strip()


def series(
    name: str, x: Sequence[float], y: Sequence[float], color: str, style: str = "line",
    low: Sequence[float] | None = None, high: Sequence[float] | None = None,
) -> dict:
    """One curve of a knob's frame; `style` is "line", "dashed", "points" or "triangles".

    Raises
    ------
    ValueError
        If `style` is another word, or `x` and `y` differ in length.
    """
    if style not in STYLES:
        raise ValueError(f"style = {style!r}: must be line, dashed, points or triangles")
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} points and y {len(y)}: they must be as many")
    curve = {"name": name, "color": color, "style": style, "x": digits(x), "y": digits(y)}
    return curve if low is None else {**curve, "low": digits(low), "high": digits(high)}


def digits(values: Sequence[float]) -> list[float | None]:
    """Four digits of each value, as an interactive figure carries them; None where not finite."""
    return [float(f"{v:.4g}") if np.isfinite(v) else None for v in values]


def axis(text: str, low: float, high: float, scale: str = "linear") -> dict:
    """An axis of a knob: its label with the unit, its range, and "linear" or "log"."""
    if scale not in ("linear", "log"):
        raise ValueError(f"scale = {scale!r}: must be linear or log")
    return {"label": text, "range": [float(low), float(high)], "scale": scale}


def knob(
    text: str, frames: dict[str, list[dict]], *, x: dict, y: dict, initial: str,
    notes: dict[str, str] | None = None, caption: str, alt: str,
) -> Knob:
    """An interactive figure: `frames` maps each value of the knob to its curves.

    Parameters
    ----------
    text : str
        What the knob changes.
    frames : dict of str to list of `series`
        Curves for each value, in the order of the knob.
    x, y : dict
        `axis(...)`.
    initial : str
        The value shown first and in print, where nothing moves.
    notes : dict of str to str, optional
        A sentence for a value, shown below the picture.
    caption, alt : str
        As in `show`.

    Raises
    ------
    ValueError
        If `initial` is none of the values.
    """
    values = list(frames)
    if initial not in values:
        raise ValueError(f"initial = {initial!r}: must be one of {', '.join(values)}")
    notes = notes or {}
    data = {
        "knob": {"label": text, "values": values, "initial": values.index(initial)},
        "x": x,
        "y": y,
        "frames": [{"note": notes.get(v, ""), "series": frames[v]} for v in values],
    }
    still = show(_still(frames[initial], x, y, f"{text}: {initial}"), caption=caption, alt=alt)
    return Knob(still, data)


def _still(curves: list[dict], x: dict, y: dict, title: str) -> Canvas:
    figure, axes = new_figure()
    axes.set(title=title)
    draw_curves(axes, curves, x, y)
    return figure


def draw_curves(axes: Axes, curves: list[dict], x: dict, y: dict) -> None:
    """Draw each `series` of `curves` with its name, between the `axis` `x` and the `axis` `y`."""
    axes.set(xlabel=x["label"], ylabel=y["label"], xscale=x["scale"], yscale=y["scale"],
             xlim=x["range"], ylim=y["range"])
    for curve in curves:
        xs, ys = (np.array(curve[k], dtype=float) for k in ("x", "y"))
        axes.plot(xs, ys, color=curve["color"], **STYLES[curve["style"]])
        if "low" in curve:
            low, high = (np.array(curve[k], dtype=float) for k in ("low", "high"))
            axes.fill_between(xs, low, high, color=curve["color"], alpha=0.22, lw=0)
        inside = np.flatnonzero(np.isfinite(ys) & (xs <= x["range"][1]))
        if curve["name"] and inside.size:
            middle = inside[inside.size // 2]
            label(axes, xs[middle], ys[middle], curve["name"], curve["color"], xytext=(6, 6))
