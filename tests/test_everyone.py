"""The pages are for everyone: assistive technology, keyboard, no script, paper, calm screens."""

from __future__ import annotations

import importlib.util
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import DRAWN

SENTENCE = re.compile(r"\S+(\s+\S+){5,}")  # six words at least
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { preload: false, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""
UNSEEN = """(selector) => [...document.querySelectorAll(selector)]
  .filter((node) => !node.closest("details > :not(summary)"))  // the reader opens these
  .filter((node) => !node.checkVisibility({ visibilityProperty: true })
    || !node.getBoundingClientRect().height)
  .map((node) => node.outerHTML.slice(0, 80))"""
ALTERNATIVES = """() => [...document.querySelectorAll("figure svg")].map((svg) => svg.ariaLabel)"""
MOVING = """() => [...document.querySelectorAll("*")].filter((node) => {
  const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(node);
  return /[1-9]/.test(transitionDuration) || animationName !== "none" || scrollBehavior === "smooth";
}).map((node) => node.tagName)"""
CUT = """() => [...document.querySelectorAll("main *")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.width > 2 && node instanceof HTMLElement
    && !node.closest(".katex-mathml, .visually-hidden, .hide-tail")
    && (box.right > innerWidth + 1 || node.scrollWidth > node.clientWidth + 1
        && /auto|scroll|hidden/.test(getComputedStyle(node).overflowX) && node.clientWidth > 2);
}).map((node) => node.outerHTML.slice(0, 90))"""
FOLDED = """() => [...document.querySelectorAll("details > :not(summary)")]
  .filter((node) => !node.closest(".claim-foot") && !node.getBoundingClientRect().height)
  .map((node) => node.outerHTML.slice(0, 80))"""


def chapters(pages):
    return [name for name in pages if name.startswith("notebooks/")]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core; where its package is missing the test is skipped, and fails in CI."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("no axe-core: the package axe-playwright-python is not installed")
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def test_axe_finds_nothing_wide_or_narrow_in_light_or_dark(some_pages, visit, axe):
    """Colours depend on the scheme, places on the width: two visits see both of each."""
    for name in some_pages:
        page = visit(name).page
        page.evaluate(axe)
        for width, scheme in ((1280, "light"), (375, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.evaluate(DRAWN)
            assert page.evaluate(RUN_AXE) == [], (name, width, scheme)
        page.close()


def test_axe_finds_a_planted_fault(visit, axe):
    page = visit("book/verdicts.html").page
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    page.evaluate(axe)
    assert page.evaluate(RUN_AXE) == ["button-name: #text > button"]


def test_every_page_reads_with_javascript_off_its_figures_in_words_too(some_pages, visit):
    for name in some_pages:
        page = visit(name, javascript=False).page
        assert page.title().strip() and page.locator("h1").count() == 1, name
        for shown in ("h1, h2, h3, h4", "main", "figure svg", ".claim-card", ".katex-html", "tr"):
            assert page.evaluate(UNSEEN, f"main :is({shown}), main:is({shown})") == [], (name, shown)
        for alternative in page.evaluate(ALTERNATIVES):
            assert SENTENCE.search(alternative), (name, alternative)
        if name in chapters(some_pages):
            for part in ("figure svg", ".claim-card", ".katex-html", "h2"):
                assert page.locator(part).count() > 0, (name, part)
        page.close()


def test_every_knob_is_turned_by_keyboard_and_says_what_is_seen(some_pages, visit):
    for name in chapters(some_pages):
        page = visit(name).page
        for knob in page.locator("figure.knob").all():
            data = json.loads(knob.locator("script").text_content())
            controls = data.get("controls") or [data["knob"]]
            sliders = knob.get_by_role("slider").all()
            for slider in sliders:
                slider.press("Home")
            for turned, slider in enumerate(sliders):
                for key, at in (("Home", 0), ("ArrowRight", 1), ("End", -1)):
                    slider.press(key)
                    values = [control["values"][at if i == turned else 0]
                              for i, control in enumerate(controls)]
                    _says_what_is_seen(knob, data, controls, values)
                    assert slider.get_attribute("aria-valuetext") == values[turned], (name, key)
                slider.press("Home")
        page.close()


def _says_what_is_seen(knob, data, controls, values):
    shown = [control["values"].index(value) for control, value in zip(controls, values)]
    note = data["frames"][np.ravel_multi_index(shown, [len(c["values"]) for c in controls])]["note"]
    assert note, "no words for what is seen"
    chosen = ", ".join(f"{c['label']} {value}" for c, value in zip(controls, values))
    assert knob.locator(".knob-note").text_content() == f"{chosen}. {note}"
    assert knob.locator("svg").get_attribute("aria-label").endswith(note)


def test_a_knob_without_a_note_says_where_its_curves_end(site, visit):
    page = visit(chapters(site.pages)[0]).page
    curves = [{"name": "loss", "y": [1, 0.25]}, {"name": "", "y": [3]}]
    frame = {"note": "", "panels": [{"series": curves}, {}]}
    assert page.evaluate("(frame) => seen(frame)", frame) == "loss: 1 to 0.25."


def test_what_scrolls_is_reached_by_keyboard(visit):
    page = visit("book/verdicts.html", width=1280).page
    page.evaluate("""() => {
      document.querySelector("main").insertAdjacentHTML("beforeend", "<pre>" + "x".repeat(200));
      startScrollers();
    }""")
    line = page.locator("main > pre")
    assert line.get_attribute("tabindex") == "0"
    page.set_viewport_size({"width": 4000, "height": 900})
    page.evaluate("document.querySelector('main > pre').style.width = '3000px'")
    page.evaluate("dispatchEvent(new Event('resize'))")
    assert line.get_attribute("tabindex") is None


def test_nothing_moves_for_who_wants_no_motion(site, visit):
    page = visit(chapters(site.pages)[0]).page
    assert "HTML" in page.evaluate(MOVING), "it does for the others"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("theme", ["dark", "auto"])
def test_it_prints_black_on_white_whatever_the_screen_shows(visit, theme):
    page = visit("book/verdicts.html", dark=True,
                 before=f"localStorage.setItem('theme', '{theme}')").page
    colour = "getComputedStyle(document.body).color"
    assert page.evaluate(colour) == "rgb(227, 225, 218)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(colour) == "rgb(31, 35, 38)"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    for box in ("html", "body", "main"):
        ground = page.evaluate(f"getComputedStyle(document.querySelector('{box}')).backgroundColor")
        assert ground == "rgba(0, 0, 0, 0)", box


def test_what_is_printed_is_open_and_not_cut(some_pages, visit):
    for name in some_pages:
        page = visit(name, width=673).page  # A4 less the margins, at 96 dots an inch
        page.emulate_media(media="print")
        assert page.evaluate(FOLDED) == [], name
        assert page.evaluate(CUT) == [], name
        page.close()


def test_the_printed_scoreboard_is_a_table_whose_head_is_on_every_sheet(visit):
    page = visit("book/scoreboard.html", width=673).page
    page.emulate_media(media="print")
    display = "(tag) => getComputedStyle(document.querySelector('.scoreboard ' + tag)).display"
    assert page.evaluate(display, "table") == "table"
    assert page.evaluate(display, "thead") == "table-header-group"
    assert page.evaluate(display, "td") == "table-cell"
    assert not page.get_by_label("Only rows with").is_visible()
