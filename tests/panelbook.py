"""Interactive figures of every kind of panel, and a small site that shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import smallbook
import toybook

from companion.chapters import Book
from companion.sphinx.outputs import FIGURE, KNOB
from implicitreg.figures import BLUE, GREEN, RED, TEAL, axis, series
from implicitreg.interactive import interactive
from implicitreg.panels import cells, curves, field, outcomes

SIDE = np.linspace(-1, 1, 21)
TIMES, RANKS, RATIOS = range(5), ["1", "2"], ["0.5", "1", "2"]


def matrix_and_curves() -> dict:
    """A matrix that grows, one entry of it not observed, beside its singular value."""
    growing = series("σ₁", TIMES, [10.0 ** (k - 4) for k in TIMES], BLUE)
    W = np.array([[1.0, -0.5], [-0.25, 2.0]])
    return _record(interactive(
        {"time": [str(k) for k in TIMES]},
        [cells([k * W for k in TIMES], limit=8, observed=[[1, 1], [1, 0]], title="The matrix"),
         curves([[]] * 5, always=[growing], markers=TIMES, title="Its singular value",
                x=axis("time", 0, 4), y=axis("singular value", 1e-4, 2, "log"))],
        initial=["1"], notes=[f"The last entry is {2 * k}." for k in TIMES],
        caption="The matrix grows.", alt="A matrix of four cells."))


def landscapes() -> dict:
    """A valley that turns into a saddle, and a boundary with points on both sides."""
    x, y = axis("x", -1, 1), axis("y", -1, 1)
    valleys = [np.add.outer(SIDE**2, (1 - k) * SIDE**2) for k in range(3)]
    lines = [np.add.outer(SIDE, k * SIDE) for k in range(3)]
    dots = [series("", SIDE, SIDE**2, RED, "triangles"), series("", SIDE, -(SIDE**2), BLUE, "points")]
    return _record(interactive(
        {"order": ["1", "3", "5"]},
        [field(valleys, x=x, y=y, levels=[-1, -0.2, 0, 0.2, 1], main=2, letters=2, title="Loss",
               bands=[(TEAL, 0.5), (TEAL, 0.2), (RED, 0.1), (RED, 0.4)],
               points=[series("trap", [0], [0], RED, "triangles"),
                       series("truth", [0.5], [0.5], GREEN, "points")]),
         field(lines, x=x, y=y, levels=[-1, 0, 1], bands=[(BLUE, 0.25), (RED, 0.25)],
               frame_points=[dots] * 3, title="Boundary")],
        initial=["3"], notes=[f"Least curvature {2 - 2 * k}." for k in range(3)],
        caption="A valley becomes a saddle.", alt="Two fields."))


def phase_diagram() -> dict:
    """A map of two rows and three columns, and the runs behind each of its cells."""
    shares = np.arange(6).reshape(2, 3) / 5
    runs = [[series("", range(9), np.exp(-share * np.arange(9) * j), TEAL) for j in (1, 2)]
            for share in shares.flat]
    return _record(interactive(
        {"rank": RANKS, "measurements": RATIOS},
        [outcomes(shares, color=TEAL, title="Success"),
         curves(runs, x=axis("step", 0, 8.5), y=axis("error", 1e-3, 2, "log"), thin=True)],
        initial=["2", "1"], notes=[f"{share:.0%} arrive." for share in shares.flat],
        caption="A switch.", alt="A map of success rates."))


def _record(figure: object) -> dict:
    return figure._repr_mimebundle_()[KNOB]


def built(folder: Path) -> Path:
    """Build a small book whose chapter shows the three figures; return its site."""
    book = smallbook.make(folder)
    box = {"schema": 1, "chapter": "alpha", "claims": [toybook.claim("alpha")]}
    toybook.pretend(
        book, "alpha", (FIGURE, smallbook.DRAWN), (KNOB, matrix_and_curves()),
        (KNOB, landscapes()), (KNOB, phase_diagram()), (KNOB, smallbook.KNOB_RECORD),
        (toybook.CLAIMS, box), (toybook.VERDICT, toybook.record("alpha")))
    status, log = smallbook.build(Book(book.root))
    assert status == 0, log
    return smallbook.html(book)
