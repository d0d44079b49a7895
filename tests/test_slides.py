"""Slides are a chapter's own cells: what stands on them, and how they are shown and printed."""

import re
from types import SimpleNamespace

import pytest
import smallbook
import toybook
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from companion import artefact, slides
from companion.chapters import Book
from companion.errors import CompanionError
from companion.sphinx import blocks
from companion.sphinx import slides as decks

WINDOW = {"width": 1280, "height": 720}
PAGES = re.compile(rb"/Type\s*/Page\b")
PLACES = """() => [...document.querySelectorAll(".slide")].map((slide) => {
  const { top, height } = slide.getBoundingClientRect();
  return [Math.round(top), Math.round(height)];
})"""
WIDE = """() => [...document.querySelectorAll(".slide :is(div.math, pre, .output, table)")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.closest(".slide").id)"""

TOUCHING = """() => {
  const box = (node) => node.getBoundingClientRect();
  const touch = (a, b) => a.width && b.width && a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const pairs = [...document.querySelectorAll(".slide")].flatMap((slide) => [
    [slide.querySelector(".slide-words"), slide.querySelector("figcaption")],
    ...[...slide.querySelectorAll(".katex-tag")].flatMap((tag) =>
      [...tag.parentElement.querySelectorAll(".katex-base")].filter((base) => !tag.contains(base))
        .map((base) => [tag, base]))]);
  return pairs.filter(([a, b]) => a && b && touch(box(a), box(b)))
    .map(([a]) => a.closest(".slide").id);
}"""


def notebook(*tags):
    """A notebook with one cell for each tag, in order."""
    return new_notebook(cells=[new_markdown_cell("x", id=f"c{i}", metadata={"tags": [tag]})
                               for i, tag in enumerate(tags)])


def test_tags_say_where_a_slide_begins():
    found = slides.of(notebook("slide", "hide-input", "onslide", "predict", "slide"))
    told = [(slide.kind, [cell["id"] for cell in slide.cells]) for slide in found]
    assert told == [("slide", ["c0", "c2"]), ("predict", ["c3"]), ("slide", ["c4"])]
    assert slides.of(notebook("hide-input")) == []


def test_tags_that_contradict_each_other_get_one_line():
    with pytest.raises(CompanionError, match="cell c0: tag onslide before the first slide; all"):
        slides.of(notebook("onslide"))
    twice = new_notebook(cells=[new_code_cell("", id="a", metadata={"tags": ["predict", "slide"]})])
    with pytest.raises(CompanionError, match="cell a: tags predict and slide; allowed: one of"):
        slides.of(twice)


def test_a_chapter_without_tags_has_no_slides_and_no_link(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    assert blocks._to_show(book.chapter("alpha")) == ""
    app = SimpleNamespace(outdir=tmp_path, companion=SimpleNamespace(book=book))
    assert list(decks.collect(app)) == []


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


def deck(book):
    path = smallbook.html(book) / "slides" / "alpha.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_a_page_says_where_it_asks_and_its_slide_does_not(book):
    path = smallbook.html(book) / "notebooks" / "alpha.html"
    (cue,) = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select(".cue")
    assert cue.find_previous("h2").text.startswith("A guess") and not deck(book).select(".cue")


def test_slides_show_what_the_page_shows_and_no_code(book):
    first, guess, answer, last = deck(book).select(".slide")
    assert first.h1.text == "On alpha: the first" and first.em and first.select(".katex-display")
    assert "Razin and Cohen" in first.select_one("h1 + .slide-paper").text
    assert "predict" in guess["class"] and guess.h2.text == "A guess"
    assert {tag["id"] for tag in answer.select("figure")} == {"fig-a", "fig-k"}
    assert "reproduced" in answer.select_one(".claim-card").text
    assert last.select_one(".chip").text.split() == ["✓", "one:", "reproduced"]
    assert "1 verdict of 1" in last.text
    for unshown in (".cell_input", ".highlight", ".claim-foot", ".headerlink", ".strip"):
        assert deck(book).select(unshown) == [], unshown


def test_links_lead_from_the_slides_to_the_same_places(book):
    _, guess, _, last = deck(book).select(".slide")
    assert [tag["href"] for tag in guess.find_all("a")] == [
        "../notebooks/alpha.html#equation-eq-square", "../claims/alpha/one.html",
        "https://a.org/x"]
    assert last.select_one(".chip")["href"] == "../notebooks/alpha.html#claim-one"
    page = (smallbook.html(book) / "notebooks" / "alpha.html").read_text(encoding="utf-8")
    assert '<a href="../slides/alpha.html">slides</a>' in page and "slide-mark" not in page
    assert artefact.check_site(smallbook.html(book), Book(book.root)) == []


def test_slides_are_not_searched(book):
    index = (smallbook.html(book) / "searchindex.js").read_text(encoding="utf-8")
    assert "notebooks/alpha" in index and "slides/" not in index


def test_a_build_that_reads_no_page_again_keeps_the_slides(book):
    before = deck(book)
    status, log = smallbook.build(book)
    assert status == 0, log
    assert deck(book) == before


def shown(page):
    """Which slide fills the window."""
    tops = [top for top, _ in page.evaluate(PLACES)]
    assert 0 in tops, tops
    return tops.index(0) + 1


@pytest.fixture
def open_deck(site, visit_of):
    def open_deck(name="slides/norms-diverging.html", **options):
        seen = visit_of(site.on_disk(), name, **options)
        seen.page.set_viewport_size(WINDOW)
        return seen
    return open_deck


def test_every_slide_fits_the_window_and_is_printed_on_one_sheet(site, open_deck):
    names = [name for name in site.pages if name.startswith("slides/")]
    assert len(names) == len(Book(smallbook.ROOT).chapters())
    for name in names:
        page = open_deck(name).page
        heights = [height for _, height in page.evaluate(PLACES)]
        assert heights == [WINDOW["height"]] * len(heights), name
        assert page.evaluate(WIDE) == [] == page.evaluate(TOUCHING), name
        printed = page.pdf(prefer_css_page_size=True)
        assert len(PAGES.findall(printed)) == len(heights), name
        page.close()


def test_keys_turn_the_slides(open_deck):
    seen = open_deck()
    press, n = seen.page.keyboard.press, len(seen.page.evaluate(PLACES))
    for key, at in [("ArrowRight", 2), ("Space", 3), ("PageDown", 4), ("ArrowDown", 5),
                    ("ArrowLeft", 4), ("Shift+Space", 3), ("PageUp", 2), ("ArrowUp", 1),
                    ("ArrowUp", 1), ("End", n), ("ArrowRight", n), ("Home", 1)]:
        press(key)
        assert shown(seen.page) == at, key
    seen.page.get_by_role("button", name="Next").click()
    assert shown(seen.page) == 2 and seen.page.url.endswith("#slide-2")
    seen.page.reload()
    assert shown(seen.page) == 2, "the place is kept"
    assert (seen.foreign, seen.failed, seen.console) == ([], [], [])


def test_a_key_fills_the_screen(open_deck):
    page = open_deck().page
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement === null")


def test_the_keys_of_a_slider_turn_no_slide(site, open_deck):
    name = next(name for name in site.pages if name.startswith("slides/")
                and "figure knob" in (site.folder / name).read_text(encoding="utf-8"))
    page = open_deck(name).page
    slider = page.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    slider.press("Home")
    before, value = page.evaluate("scrollY"), slider.get_attribute("aria-valuetext")
    slider.press("ArrowRight")
    assert page.evaluate("scrollY") == before
    assert slider.get_attribute("aria-valuetext") != value


def test_a_slide_that_is_longer_than_the_window_is_scrolled_first(open_deck):
    page = open_deck().page
    page.set_viewport_size({"width": 375, "height": 300})
    page.keyboard.press("Home")
    assert page.evaluate(PLACES)[0][1] > 300
    page.keyboard.press("ArrowDown")
    assert "#slide-2" not in page.url
    page.keyboard.press("ArrowRight")
    assert page.url.endswith("#slide-2")


def test_slides_are_read_without_javascript(open_deck):
    page = open_deck(javascript=False).page
    assert page.locator(".deck-bar button:visible").count() == 0
    for slide in page.locator(".slide").all():
        slide.scroll_into_view_if_needed()
        assert slide.locator("h1, h2").is_visible()
    assert page.locator(".slide figure svg").first.is_visible()
