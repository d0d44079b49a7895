"""Figures of panels in a real browser: by keyboard, on disk, narrow, in the dark, without script."""

import panelbook
import pytest
from conftest import served
from test_pages import CONTRAST, CUT_OFF, TOUCHING

CHAPTER = "notebooks/alpha.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(panelbook.built(tmp_path_factory.mktemp("panels"))) as site:
        yield site


@pytest.fixture(params=["served", "on disk"])
def place(site, request):
    return site if request.param == "served" else site.on_disk()


def figures(seen):
    """The matrix, the fields and the map on the page."""
    knobs = seen.page.locator("figure.knob")
    assert knobs.count() == 4
    return [knobs.nth(i) for i in range(3)]


def told(figure):
    return figure.get_by_role("img").get_attribute("aria-label")


def test_a_matrix_is_moved_by_keyboard(place, visit_of):
    seen = visit_of(place, CHAPTER)
    matrix, _, _ = figures(seen)
    numbers = matrix.locator(".curve text").all_text_contents
    assert numbers() == ["1.00", "−0.50", "−0.25", "2.00"]
    assert matrix.locator(".unseen").count() == 1
    slider = matrix.get_by_role("slider", name="time")
    slider.focus()
    seen.page.keyboard.press("ArrowRight")
    assert numbers() == ["2.00", "−1.00", "−0.50", "4.00"]
    assert slider.get_attribute("aria-valuetext") == "2"
    assert told(matrix) == "A matrix of four cells. Shown: time 2. The last entry is 4."
    assert matrix.locator(".knob-note").text_content() == "time 2. The last entry is 4."
    seen.page.keyboard.press("End")
    dot = matrix.locator("circle.dot")
    assert dot.get_attribute("fill") == panelbook.BLUE and matrix.get_by_text("σ₁").count() == 1
    assert (seen.foreign, seen.failed, seen.console) == ([], [], [])


def test_a_field_is_moved_by_keyboard(place, visit_of):
    seen = visit_of(place, CHAPTER)
    _, fields, _ = figures(seen)
    drawn = fields.locator(".field").first.inner_html
    assert fields.locator(".field").count() == 2 and fields.get_by_text("trap").count() == 1
    fields.get_by_role("slider", name="order").focus()
    before = drawn()
    seen.page.keyboard.press("End")
    assert drawn() != before and told(fields).endswith("order 5. Least curvature -2.")
    seen.page.keyboard.press("Home")
    assert fields.locator(".knob-note").text_content() == "order 1. Least curvature 2."


def test_a_level_line_is_where_the_level_is(site, visit_of):
    fields = figures(visit_of(site, CHAPTER))[1]
    line = fields.locator(".field").nth(1).locator("path").nth(2)
    steps = fields.page.get_by_role("slider", name="order")
    steps.press("Home")
    box = line.bounding_box()
    assert box["height"] < 4 and box["width"] > 100, "y = 0 is a level line"
    steps.press("End")
    box = line.bounding_box()
    assert box["height"] > 100 and box["width"] > 50, "y = −2x is steep"


def test_a_map_is_chosen_from_by_keyboard_and_by_a_click(place, visit_of):
    seen = visit_of(place, CHAPTER)
    chart = figures(seen)[2]
    assert told(chart).endswith("Shown: rank 2, measurements 1. 80% arrive.")
    chart.get_by_role("slider", name="rank").press("ArrowLeft")
    assert chart.locator(".knob-note").text_content() == "rank 1, measurements 1. 20% arrive."
    chart.get_by_role("slider", name="measurements").press("End")
    assert told(chart).endswith("Shown: rank 1, measurements 2. 40% arrive.")
    before = chart.locator(".curve").nth(1).inner_html()
    chart.locator("[data-frame='3']").click()
    assert told(chart).endswith("Shown: rank 2, measurements 0.5. 60% arrive.")
    assert [output.text_content() for output in chart.locator("output").all()] == ["2", "0.5"]
    assert chart.locator(".curve").nth(1).inner_html() != before
    chart.get_by_text("Success").click()
    assert told(chart).endswith("60% arrive."), "beside the cells nothing is chosen"


def test_the_chosen_cell_is_framed(site, visit_of):
    chart = figures(visit_of(site, CHAPTER))[2]
    frame, cell = chart.locator(".chosen"), chart.locator("[data-frame='4'] rect")
    assert frame.bounding_box() == pytest.approx(cell.bounding_box(), abs=3)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width, beside", [(1280, True), (375, False)])
def test_panels_stand_side_by_side_where_there_is_room(site, visit_of, width, beside, dark):
    seen = visit_of(site, CHAPTER, width=width, dark=dark)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    for measure in (CUT_OFF, CONTRAST, TOUCHING):
        assert seen.page.evaluate(measure) == []
    for figure in figures(seen):
        left, right = [figure.locator("svg > g").nth(i).bounding_box() for i in (0, 1)]
        assert (left["x"] + left["width"] <= right["x"] + 15) is beside
        assert (left["y"] + left["height"] <= right["y"] + 1) is not beside


def test_without_script_the_still_is_shown(site, visit_of):
    seen = visit_of(site, CHAPTER, javascript=False)
    for figure in figures(seen):
        assert figure.locator(".knob-still svg").is_visible()
        assert figure.get_by_role("slider").count() == 0


def test_nothing_moves_by_itself(site, visit_of):
    seen = visit_of(site, CHAPTER)
    drawn = [figure.locator("svg").inner_html() for figure in figures(seen)]
    seen.page.wait_for_timeout(1200)
    assert drawn == [figure.locator("svg").inner_html() for figure in figures(seen)]
    assert seen.page.evaluate("document.getAnimations().length") == 0
