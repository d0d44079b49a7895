"""The data of an interactive figure are held against what the script of the site draws."""

import copy

import panelbook
import pytest
import smallbook
from sphinx.errors import ExtensionError

from companion import knobs, shown
from companion.sphinx import outputs
from companion.sphinx.katex import Katex

KATEX = Katex(smallbook.ROOT)
SOUND = {"matrix": panelbook.matrix_and_curves(), "field": panelbook.landscapes(),
         "map": panelbook.phase_diagram(), "curves": smallbook.KNOB_RECORD}


def changed(name, *path, to):
    """One of the sound records with another value at `path`."""
    record = copy.deepcopy(SOUND[name])
    place = record
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return record


@pytest.mark.parametrize("record", SOUND.values(), ids=SOUND)
def test_what_the_library_makes_is_sound(record):
    assert knobs.findings(record) == []


@pytest.mark.parametrize("record, said", [
    (changed("matrix", "panels", 0, "kind", to="film"), "'film' is not one of"),
    (changed("matrix", "panels", 0, "limit", to=0), "0 is less than or equal to the minimum"),
    (changed("matrix", "panels", 0, "limit", to="1"), "'1' is not of type 'number'"),
    (changed("matrix", "panels", 0, "title", to=["x"]), "is not of type 'string'"),
    (changed("matrix", "panels", to=[]), "panels"),
    (changed("matrix", "controls", 0, "initial", to=5), "'time' begins at value 5"),
    (changed("matrix", "controls", 0, "values", to=["1"]), "5 frames for 1 values"),
    (changed("matrix", "frames", 1, "panels", to=[{}]), "frame 1 has 1 panels, not 2"),
    (changed("matrix", "frames", 1, "panels", 0, to={}), "frame 1, panel 0: its cells are no"),
    (changed("matrix", "frames", 1, "panels", 0, "values", to=[[1, 2], [3]]), "no matrix"),
    (changed("matrix", "frames", 1, "panels", 0, "values", to=[[1]]), "no matrix of the shape"),
    (changed("matrix", "frames", 1, "panels", 0, "values", to=[["<b>"]]), "is not of type"),
    (changed("matrix", "panels", 0, "observed", to=[[1]]), "no matrix of the shape"),
    (changed("matrix", "frames", 1, "panels", 0, "values", to=[[float("nan")]]), "not a finite"),
    (changed("matrix", "frames", 1, "panels", 1, to={}), "frame 1, panel 1: no curves"),
    (changed("matrix", "panels", 1, "series", 0, "x", to=[1]), "'σ₁' has not as many x as y"),
    (changed("matrix", "panels", 1, "y", "range", to=[0, 1]), "the range of its y axis is 0 to 1"),
    (changed("field", "frames", 0, "panels", 0, "rows", 1, to="0a"), "not equally long"),
    (changed("field", "frames", 0, "panels", 0, "rows", 1, to="<script>"), "does not match"),
    (changed("field", "frames", 0, "panels", 0, "rows", to=["000"] * 2), "not equally long"),
    (changed("field", "frames", 0, "panels", 0, to={"rows": ["00", "00"]}), "no points"),
    (changed("field", "panels", 0, "levels", to=[3, 2, 1]), "4 bands for the levels [3, 2, 1]"),
    (changed("field", "panels", 0, "main", to=3), "no level 3"),
    (changed("field", "panels", 0, "bands", 0, "opacity", to=2), "2 is greater than the maximum"),
    (changed("field", "panels", 0, "points", 0, "style", to="stars"), "'stars' is not one of"),
    (changed("map", "panels", 0, "shares", to=[[0.5]]), "the rows and columns of the controls"),
    (changed("map", "panels", 0, "shares", 0, 0, to=1.5), "1.5 is greater than the maximum"),
    (changed("map", "frames", to=[]), "frames"),
    (changed("curves", "frames", 0, "series", to=[{"name": "f"}]), "'color' is a required"),
    (changed("curves", "x", "scale", to="sqrt"), "'sqrt' is not one of"),
    (changed("curves", "knob", "initial", to=2), "'step' begins at value 2"),
    (changed("curves", "alt", to="x" * 9999), "…"),
    ({**smallbook.KNOB_RECORD, "x": None}, "None is not of type 'object'"),
    ({}, "'schema' is a required property"),
])
def test_what_the_script_could_not_draw_is_found(record, said):
    found = knobs.findings(record)
    assert any(said in fault for fault in found), found
    assert all(len(fault) <= 300 for fault in found)


def test_a_figure_of_many_bytes_is_refused():
    curve = {"name": "f", "color": "red", "style": "line", "x": [0.123] * 2000, "y": [0.123] * 2000}
    record = changed("curves", "frames", 0, "series", to=[curve] * 20)
    assert "at most 256000" in knobs.findings(record)[0]


def test_a_faulty_figure_stops_the_build_and_the_validation():
    record = changed("matrix", "controls", 0, "initial", to=5)
    with pytest.raises(ExtensionError, match=f"figure {record['id']}: 'time' begins at value 5"):
        outputs.knob(record, KATEX)
    cell = {"cell_type": "code", "outputs": [{"data": {shown.KNOB: record}}]}
    assert any("'time' begins at value 5" in fault
               for fault in shown.findings("alpha", {"cells": [cell]}))
