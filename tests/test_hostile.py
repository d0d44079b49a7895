"""A hostile chapter and bibliography, built and opened: nothing runs, all is shown as text."""

import html
import re
import shutil
from urllib.parse import quote

import hostile
import pytest
import smallbook
from bs4 import BeautifulSoup
from conftest import Site, served
from nbformat.v4 import new_markdown_cell

from companion import artefact
from companion.chapters import Book

CHAPTER, SLIDES = "notebooks/alpha.html", "slides/alpha.html"
LISTEN = "globalThis.heard = []; globalThis.ran = (place) => heard.push(String(place));"
PICTURE = f"{hostile.ELSEWHERE}/picture.png"
ON_TOP = """() => [...document.querySelectorAll(".bar, h1, h2, .strip, .claim-card, .provenance")]
  .filter((node) => {
    node.scrollIntoView({ block: "center", behavior: "instant" });
    const box = node.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return !node.contains(top);
  }).map((node) => node.className || node.textContent)"""
ADDRESSES = """() => [...document.querySelectorAll("a")].map((link) => link.href.baseVal ?? link.href)
  .filter(Boolean).map((href) => new URL(href, location).protocol)"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    book = hostile.make(tmp_path_factory.mktemp("hostile"))
    status, log = smallbook.build(book)
    assert status == 0, log
    return book


@pytest.fixture(scope="module")
def site(book):
    with served(smallbook.html(book)) as site:
        yield site


@pytest.fixture(params=["served", "on disk"])
def place(site, request):
    return site if request.param == "served" else site.on_disk()


def names(site):
    return [path.relative_to(site.folder).as_posix() for path in sorted(site.folder.rglob("*.html"))]


def text_of(site, name):
    page = BeautifulSoup((site.folder / name).read_text(encoding="utf-8"), "html.parser")
    alts = [tag["aria-label"] for tag in page.select("[aria-label]")]
    return "\n".join([page.get_text(), *alts])


def smart(text):
    """The text as docutils sets it in prose: dashes and curly quotes."""
    return re.sub(r"-{2,3}", "–", text).translate({ord("'"): "’", ord('"'): "”"})


def test_nothing_runs_and_nothing_is_fetched(place, visit_of):
    for name in names(place):
        seen = visit_of(place, name, before=LISTEN)
        if name == "index.html":
            seen.page.wait_for_url("**/book/intro.html")
        seen.page.wait_for_timeout(300)
        assert (seen.page.evaluate("heard"), seen.dialogs, seen.foreign) == ([], [], []), name
        assert all(PICTURE in message for message in seen.console), (name, seen.console)
        assert seen.page.url.startswith(place.url), name
        assert seen.page.evaluate("getComputedStyle(document.body).display") == "block", name
        assert set(seen.page.evaluate(ADDRESSES)) <= {"http:", "https:", "file:", "mailto:"}, name
        assert seen.page.evaluate(ON_TOP) == [], name
        seen.page.close()


def test_what_it_says_is_shown_as_text(site):
    shown = {"statement", "source", "criterion", "reason", "refuted", "caption", "alt", "heading",
             "author", "paper", "journal"}
    chapter = text_of(site, CHAPTER)
    for place in shown:
        mark = hostile.mark(place)
        assert mark in chapter or mark.replace("--", "–") in chapter, place
    assert smart(hostile.mark("title")) in chapter and "<p onclick=”ran" in chapter
    for kind in ("javascript", "drawing", "markdown", "latex", "widget", "glue"):
        assert f"plain {kind}" in chapter
    assert hostile.mark("title") in text_of(site, "book/intro.html")
    board = text_of(site, "book/scoreboard.html")
    assert hostile.mark("statement") in board and hostile.mark("observed") in board
    assert "</script>" in text_of(site, "book/references.html")
    teachers = text_of(site, "book/teaching.html")
    for place in ("session", "before", "step", "goal", "question", "no", "needs", "exercise"):
        assert hostile.mark(place) in teachers, place


def test_the_card_says_what_its_record_says(site):
    page = BeautifulSoup((site.folder / CHAPTER).read_text(encoding="utf-8"), "html.parser")
    (card,) = page.select(".claim-card")
    assert "not reproduced" in card.get_text() and "card kept" not in card.get_text()
    (box,) = page.select(".claim-box")
    assert "Refuted by" in box.get_text() and "box kept" not in box.get_text()
    assert page.select_one("details.dropdown summary").get_text() == "An answer"


def test_the_knob_shows_its_words(place, visit_of):
    page = visit_of(place, CHAPTER).page
    knob = page.locator("#fig-k")
    for text in ("label", "value", "axis", "note", "series"):
        assert hostile.mark(text) in knob.inner_text(), text
    assert knob.locator(".curve path").get_attribute("stroke") == "currentColor"
    knob.get_by_role("slider").press("ArrowRight")
    assert knob.locator(".knob-note").text_content() == f"{hostile.mark('label')} 2. "


def test_a_figure_of_panels_shows_its_words(place, visit_of):
    figure = visit_of(place, CHAPTER).page.locator("#fig-m")
    for text in ("map", "field", "x axis", "y axis", "point", "rows", "row", "columns", "column",
                 "remark"):
        assert hostile.mark(text) in figure.inner_text(), text
    inks = [node.get_attribute("fill") for node in figure.locator(".cell, .field path").all()]
    assert inks and set(inks) <= {"currentColor", "none"}
    figure.locator("[data-frame='1']").click()
    said = figure.locator(".knob-note").text_content()
    assert said == f"{hostile.mark('rows')} 2, {hostile.mark('columns')} {hostile.mark('column')}. "


def test_a_search_shows_headings_as_text(place, visit_of):
    heading = f"A {hostile.mark('heading')}"
    for words, found in ((html.escape(heading, quote=False), heading), (heading, "")):
        seen = visit_of(place, f"search.html?q={quote(words)}", before=LISTEN)
        seen.page.get_by_role("heading", name="Search Results").wait_for()
        results = seen.page.locator("#search-results")
        assert found in results.inner_text() and results.locator("img, script").count() == 0
        assert (seen.page.evaluate("heard"), seen.foreign, seen.console) == ([], [], [])


def test_the_checks_of_the_site_find_what_is_left(book):
    found = artefact.check_site(smallbook.html(book), Book(book.root))
    quoted = [fault for fault in found if re.search("raw (HTML|TeX): ", fault)]
    assert sorted(set(found) - set(quoted)) == [
        "_images/icon.svg: a file of this kind does not belong to the site",
        *(f"{page}: img loads {PICTURE} from elsewhere" for page in (CHAPTER, SLIDES))]
    assert {fault.partition(":")[0] for fault in quoted} == {
        name for name in names(Site(smallbook.html(book), ""))}, "the title stands on every page"


def test_the_policy_holds_where_everything_else_fails(place, visit_of, tmp_path):
    folder = shutil.copytree(place.folder, tmp_path / "html")
    path = folder / "book" / "notation.html"
    planted = "<script>ran(1)</script><img src=x onerror=ran(2)><a href='javascript:ran(3)'>x</a>"
    planted += f"<img src={PICTURE}><iframe src={PICTURE}></iframe><base href={hostile.ELSEWHERE}>"
    path.write_text(path.read_text("utf-8").replace("</main>", planted + "</main>"), "utf-8")
    with served(folder) as site:
        where = site if place.url.startswith("http") else site.on_disk()
        seen = visit_of(where, "book/notation.html", before=LISTEN)
        seen.page.locator("a[href^=javascript]").click()
        seen.page.wait_for_timeout(300)
        assert seen.page.evaluate("heard") == [] and seen.foreign == []
        assert seen.page.evaluate("document.baseURI").startswith(where.url)
        assert sum("Content Security Policy" in message for message in seen.console) >= 5


def test_raw_html_in_prose_stops_the_build(tmp_path):
    book = smallbook.make(tmp_path)
    source = book.chapter("alpha").notebook
    raw = "```{raw} html\n<b>x</b>\n```\n\n```{eval-rst}\n.. raw:: html\n\n   <b>x</b>\n```\n"
    source.cells.insert(1, new_markdown_cell(raw, id="raw"))
    hostile.toybook.write(book, source)
    smallbook.pretend(Book(tmp_path))
    status, log = smallbook.build(book)
    assert status != 0 and log.count('"raw" directive disabled') == 2
    assert "<b>x</b>" not in (smallbook.html(book) / CHAPTER).read_text(encoding="utf-8")
