"""Figures: what a page receives, and what is refused."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from implicitreg.figures import (
    COLORS, FIGURE_MIME, INK, KNOB_MIME, Knob, axis, fan, knob, new_figure, series, show, trace,
)
from implicitreg.optimize import descend


def drawn():
    figure, axes = new_figure()
    fan(axes, np.arange(5), np.ones((3, 5)) * [[1], [2], [4]], COLORS["Polyak"], "Polyak")
    axes.set(xlabel="iteration", ylabel="loss")
    return figure


def luminance(color):
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_a_figure_carries_svg_png_caption_and_alt():
    bundle = show(drawn(), caption="One line.", alt="A flat line at 2.")._repr_mimebundle_()
    record = bundle[FIGURE_MIME]
    assert record["caption"] == "One line." and record["alt"] == "A flat line at 2."
    assert bundle["image/png"].startswith(b"\x89PNG") and "flat line" in bundle["text/plain"]
    root = ElementTree.fromstring(record["svg"])
    assert root.get("viewBox") and root.get("width") is None


def test_the_svg_takes_the_ink_of_the_page_and_ids_of_its_own():
    figure = show(drawn(), caption="One line.", alt="A flat line at 2.")
    assert INK not in figure.svg and "currentColor" in figure.svg
    assert "#000000" not in figure.svg and "DejaVu" not in figure.svg
    ids = [e.get("id") for e in ElementTree.fromstring(figure.svg).iter() if e.get("id")]
    assert ids and all(i.startswith(figure.id) for i in ids)


def test_the_same_figure_twice_is_the_same():
    first, second = (show(drawn(), caption="c", alt="a") for _ in range(2))
    assert first.svg == second.svg and first.png == second.png


def test_without_jupyter_a_figure_and_a_knob_are_their_words():
    still = show(drawn(), caption="One line.", alt="A flat line at 2.")
    for shown in (still, Knob(still, {})):
        assert repr(shown) == "Figure. One line.\n[A flat line at 2.]"


def test_a_trace_ends_where_its_row_froze():
    run = descend(lambda x: x, np.array([[1.0], [8.0]]), step=0.5, n_steps=9, schedule=range(10),
                  until=lambda x: np.abs(x[:, 0]) <= 1, observe={"x": lambda x: x[:, 0]})
    _, axes = new_figure()
    trace(axes, run, "x", ["gradient descent", "Polyak"])
    trace(axes, run, "x", ["gradient descent", "Polyak"], thin=True)
    assert [line.get_xdata().tolist() for line in axes.lines] == 2 * [[0], [0, 1, 2, 3]]
    assert axes.lines[1].get_ydata().tolist() == [8, 4, 2, 1]
    assert axes.lines[1].get_color() == COLORS["Polyak"]
    assert axes.lines[2].get_alpha() < 1


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_a_figure_must_speak(missing):
    with pytest.raises(ValueError, match=missing):
        show(drawn(), **{"caption": "c", "alt": "a", missing: " "})


@pytest.mark.parametrize("background", ["#ffffff", "#14181e"])
def test_every_color_is_legible_on_light_and_dark(background):
    for name, color in COLORS.items():
        low, high = sorted([luminance(color), luminance(background)])
        assert (high + 0.05) / (low + 0.05) >= 3, name


def test_a_knob_carries_its_frames_and_a_still():
    frames = {v: [series("f", [0, 1], [0, k], COLORS["Polyak"])] for k, v in enumerate("abc")}
    bundle = knob("value", frames, x=axis("t", 0, 1), y=axis("f", 0, 2), initial="b",
                  notes={"b": "middle"}, caption="c", alt="a")._repr_mimebundle_()
    data = bundle[KNOB_MIME]
    assert data["knob"] == {"label": "value", "values": ["a", "b", "c"], "initial": 1}
    assert [f["note"] for f in data["frames"]] == ["", "middle", ""]
    assert "<svg" in data["svg"] and bundle["image/png"]


def test_the_still_of_a_knob_shows_the_band_of_a_curve():
    def still(**band):
        curve = series("f", [0, 1], [1, 2], COLORS["Polyak"], **band)
        return knob("v", {"a": [curve]}, x=axis("t", 0, 1), y=axis("f", 0, 3), initial="a",
                    caption="c", alt="a").still.svg

    assert "FillBetween" in still(low=[0, 1], high=[2, 3]) and "FillBetween" not in still()


def test_knob_data_is_short_and_strict():
    curve = series("f", [1.23456, 2], [np.nan, np.inf], COLORS["Polyak"])
    assert curve["x"] == [1.235, 2.0] and curve["y"] == [None, None]


def test_misuse_of_knobs_is_named():
    with pytest.raises(ValueError, match="line, dashed, points or triangles"):
        series("f", [0], [0], "#000000", style="dotted")
    with pytest.raises(ValueError, match="as many"):
        series("f", [0], [0, 1], "#000000")
    with pytest.raises(ValueError, match="linear or log"):
        axis("t", 0, 1, "sqrt")
    with pytest.raises(ValueError, match="initial = 'z'"):
        knob("v", {"a": []}, x=axis("t", 0, 1), y=axis("f", 0, 1), initial="z", caption="c", alt="a")
