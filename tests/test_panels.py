"""Panels of interactive figures: what they hold, and what is refused."""

import json
import re

import numpy as np
import pytest

from implicitreg.figures import BLUE, GREEN, KNOB_MIME, RED, axis, series
from implicitreg.interactive import interactive
from implicitreg.panels import Panel, cells, curves, field, outcomes

X, Y = axis("t", 0, 4), axis("f", -1, 1)
BANDS = [(BLUE, 0.3), (RED, 0.3)]
PLANE = np.add.outer(np.linspace(-1, 1, 5), np.zeros(5))


def staircase():
    """A matrix that grows, beside a curve with a marker."""
    grown = cells([k * np.eye(2) for k in range(3)], limit=2, observed=np.eye(2), title="W")
    rising = series("σ₁", [0, 1, 2], [0, 0.5, 1], BLUE)
    return [grown, curves([[]] * 3, x=X, y=Y, always=[rising], markers=[0, 1, 2])]


def shown(panels, controls=None, **changes):
    """The record of a figure of `panels` with three frames, changed in parts."""
    parts = {"initial": ["b"], "notes": ["one", "two", "three"], "caption": "c", "alt": "a"}
    figure = interactive(controls or {"step": "abc"}, panels, **{**parts, **changes})
    return figure._repr_mimebundle_()[KNOB_MIME]


def test_a_figure_holds_controls_panels_and_a_content_for_each_frame():
    record = shown(staircase())
    assert record["controls"] == [{"label": "step", "values": ["a", "b", "c"], "initial": 1}]
    assert [look["kind"] for look in record["panels"]] == ["cells", "curves"]
    assert record["panels"][0]["observed"] == [[1, 0], [0, 1]]
    frame = record["frames"][2]
    assert frame["note"] == "three" and frame["panels"][0] == {"values": [[2, 0], [0, 2]]}
    assert frame["panels"][1] == {"series": [], "marker": 2}
    assert "<svg" in record["svg"] and record["alt"] == "a"


def test_a_curve_that_stays_is_stored_once():
    assert json.dumps(shown(staircase())["frames"]).count("σ₁") == 0


@pytest.mark.parametrize("letters, first, last", [(1, "0", "z"), (2, "00", "zz")])
def test_a_field_is_a_word_a_row_and_keeps_the_side_of_each_level(letters, first, last):
    grid = np.array([[-np.inf, -1e-6, 1e-6], [0.4, 0.6, np.nan]])
    panel = field([grid], x=X, y=Y, levels=[-1, 0, 0.5, 1], bands=[*BANDS, (GREEN, 0.1)],
                  letters=letters)
    (rows,) = (frame["rows"] for frame in panel.frames)
    numbers = [[int(row[k : k + letters], 36) for k in range(0, len(row), letters)]
               for row in rows]
    assert rows[0].startswith(first) and rows[1].endswith(last)
    zero, half = panel.look["levels"]
    assert [n > zero for n in numbers[0]] == [False, False, True]
    assert [n > half for n in numbers[1]] == [False, True, True]


def test_a_map_has_a_frame_for_each_cell():
    shares = np.arange(6).reshape(2, 3) / 5
    behind = curves([[series("", [0, 1], [0, k], BLUE)] for k in range(6)], x=X, y=Y, thin=True)
    record = shown([outcomes(shares, color=BLUE), behind], {"rank": "12", "m": "abc"},
                   initial=["2", "b"], notes=list("uvwxyz"))
    assert record["panels"][0]["shares"] == [[0, 0.2, 0.4], [0.6, 0.8, 1]]
    assert len(record["frames"]) == 6 and record["frames"][4]["note"] == "y"
    assert [control["initial"] for control in record["controls"]] == [1, 1]


def test_the_still_shows_every_kind():
    points = [series("trap", [0], [0], RED, "triangles"), series("truth", [1], [1], GREEN, "points")]
    flat = field([PLANE] * 3, x=X, y=Y, levels=[-1, 0, 1], bands=BANDS, points=points,
                 frame_points=[[series("", range(30), range(30), BLUE, "points")]] * 3)
    assert "trap" in shown([flat, staircase()[1]])["svg"]
    holes = cells([np.array([[np.nan, -2.0]])] * 3, limit=1)
    svg = shown([holes, flat])["svg"]
    assert ">?<" in svg and ">−2.00<" in svg
    level = field([np.ones((2, 2))] * 3, x=X, y=Y, levels=[-1, 0, 1], bands=BANDS)
    assert "<svg" in shown([level])["svg"], "no level is crossed"


def test_names_in_a_still_stand_apart():
    near = [series(name, [0, 4], [0, 0.01 * k], BLUE) for k, name in enumerate("uvw")]
    svg = shown([curves([near] * 3, x=X, y=Y)])["svg"]
    heights = [float(re.search(rf' y="([\d.]+)"[^>]*>{name}<', svg)[1]) for name in "uvw"]
    assert all(above - below > 5 for above, below in zip(heights, heights[1:], strict=False))


@pytest.mark.parametrize("make, said", [
    (lambda: cells([np.eye(2), np.eye(3)], limit=1), r"\(2, 2\), \(3, 3\): must be one shape"),
    (lambda: cells([np.eye(25)], limit=1), "at most 24 × 24"),
    (lambda: cells([np.ones(3)], limit=1), r"shape \(3,\)"),
    (lambda: cells([np.eye(2)], limit=1, observed=np.eye(3)), "must be one shape"),
    (lambda: cells([np.eye(2)], limit=0), "limit = 0: must be > 0"),
    (lambda: curves([[]], x=X, y=Y, markers=[1, 2]), "1 frames and 2 markers"),
    (lambda: field([PLANE], x=X, y=Y, levels=[0, 1], bands=BANDS), "at least 3"),
    (lambda: field([PLANE], x=X, y=Y, levels=[0, 1, 1], bands=BANDS), "must increase"),
    (lambda: field([PLANE], x=X, y=Y, levels=[0, 1, 2], bands=BANDS[:1]), "1 bands"),
    (lambda: field([PLANE], x=X, y=Y, levels=[0, 1, 2], bands=BANDS, main=2), "main = 2"),
    (lambda: field([PLANE, PLANE[1:]], x=X, y=Y, levels=[-1, 0, 1], bands=BANDS), "one shape"),
    (lambda: field([np.ones((65, 65))], x=X, y=Y, levels=[-1, 0, 1], bands=BANDS), "2 to 64 a side"),
    (lambda: field([PLANE], x=axis("t", 1, 2, "log"), y=Y, levels=[-1, 0, 1], bands=BANDS),
     "two linear axes"),
    (lambda: field([PLANE], x=X, y=Y, levels=[-1, 0, 1], bands=BANDS, letters=3), "1 or 2"),
    (lambda: field([PLANE], x=X, y=Y, levels=[-1, 0, 1], bands=BANDS, frame_points=[]),
     "1 grids and 0 frame_points"),
    (lambda: outcomes(np.ones(3), color=BLUE), "must be a matrix"),
    (lambda: outcomes(np.array([[0.5, 1.5]]), color=BLUE), r"0.5 to 1.5: must lie in \[0, 1\]"),
    (lambda: outcomes(np.array([[np.nan]]), color=BLUE), "must lie in"),
    (lambda: shown(staircase(), initial=["z"]), "initial = 'z': must be one of a, b, c"),
    (lambda: shown(staircase(), initial=[]), "one for each control"),
    (lambda: shown(staircase(), notes=["one"]), "1 notes: must be 3"),
    (lambda: shown([Panel({"kind": "curves"}, [{}])]), "1 frames of the panel of curves"),
    (lambda: shown([]), "0 panels: must be one or two"),
    (lambda: shown(staircase() * 2), "4 panels"),
    (lambda: shown(staircase(), {"a": "x", "b": "y", "c": "z"}), "3 controls"),
    (lambda: shown([outcomes(np.ones((3, 1)), color=BLUE)], {"m": "abc"}), "3 × 1 cells"),
    (lambda: shown([curves([[series("", range(9999), range(9999), BLUE)]] * 3, x=X, y=Y)]),
     "at most 128000"),
])
def test_misuse_is_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()
