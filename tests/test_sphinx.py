"""Pages are the current source with the outputs that were validated."""

import doctest
import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import smallbook
import toybook
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from companion import freshness
from companion.chapters import Book
from companion.sphinx import admit as admission
from companion.sphinx import clean, outputs, pages, pictures, scoreboard, translator, words
from companion.sphinx.admit import admit
from companion.sphinx.katex import Katex

KATEX = Katex(smallbook.ROOT)


def soup(book, page="notebooks/alpha.html"):
    return BeautifulSoup((smallbook.html(book) / page).read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


def test_outputs_are_joined_by_cell_id():
    source = toybook.notebook("alpha", "1", "2")
    executed = toybook.notebook("alpha", "1", "2")
    executed.cells[3].outputs = [{"output_type": "stream", "name": "stdout", "text": "one"}]
    executed.cells = executed.cells[:4]
    source.cells.reverse()
    joined = pages.join(source, executed)
    shown = {cell["id"]: cell.get("outputs") for cell in joined["cells"]}
    assert shown["cell-0"][0]["text"] == "one" and shown["cell-1"] == []
    assert source.cells[1].outputs == [], "the source is not changed"


def test_the_picture_of_a_card_is_the_one_that_the_source_tags():
    source, executed = (toybook.notebook("alpha", "1", "2") for _ in range(2))
    bundle = {"output_type": "display_data", "data": {outputs.FIGURE: smallbook.DRAWN}}
    executed.cells[3].outputs = [bundle]
    chapter = SimpleNamespace(notebook=source)
    assert pictures.thumbnail(pictures.tagged(chapter), executed) == ""
    source.cells[3].metadata["tags"] = ["thumbnail"]  # nothing is executed for it
    assert "fig-a" in pictures.thumbnail(pictures.tagged(chapter), executed)


def test_a_formula_that_katex_refuses_is_named():
    with pytest.raises(ExtensionError, match=r"formula '.*frac\{1': KaTeX parse error"):
        KATEX(r"\frac{1")
    assert 'class="katex-display"' in KATEX("x", display=True) and "<math" in KATEX("x")


@pytest.mark.parametrize("tex", [
    r"\href{javascript:x}{x}", r"\url{https://x.org}", r"\includegraphics{https://x.org/a.png}",
    r"\htmlStyle{position:fixed}{x}", r"\htmlClass{bar}{x}", r"\htmlId{text}{x}"])
def test_a_formula_holds_no_link_no_image_and_no_html(tex):
    with pytest.raises(ExtensionError, match="not allowed: links, images, HTML"):
        KATEX(tex)


def test_the_vendored_katex_is_the_version_it_says():
    folder = smallbook.ROOT / "book" / "assets" / "katex"
    version = (folder / "VERSION").read_text().split()[0]
    assert f'version:"{version}"' in (folder / "katex.min.js").read_text(encoding="utf-8")
    style = (folder / "katex.min.css").read_text(encoding="utf-8")
    assert {path.name for path in (folder / "fonts").iterdir()} == set(
        re.findall(r"url\(fonts/([^)]+)\)", style)), "each font that is named is there, and no other"


def test_a_sentence_is_escaped_and_its_mathematics_rendered():
    text = KATEX.text("a < b when $x<1$")
    assert text.startswith("a &lt; b when <span") and "$" not in text.replace("\\$", "")


def test_a_figure_is_inline_and_escaped():
    figure = BeautifulSoup(outputs.figure(smallbook.DRAWN, KATEX), "html.parser").figure
    assert figure["id"] == "fig-a" and figure.svg["aria-label"] == 'From "0" to 9'
    assert figure.svg["role"] == "img" and figure.path["stroke"] == "currentColor"
    assert "<rising>" in figure.figcaption.get_text() and figure.figcaption.select_one(".katex")


def test_the_data_of_a_knob_cannot_end_its_element():
    knob = BeautifulSoup(outputs.knob(smallbook.KNOB_RECORD, KATEX), "html.parser").figure
    assert json.loads(knob.script.string)["frames"][0]["note"] == "</script>"
    assert "<" not in knob.script.string, "nor open another one, or a comment"
    assert knob.select_one(".knob-still svg path")


def test_injected_parameters_are_not_shown():
    cell = {"cell_type": "code", "source": "seed = 1", "metadata": {"tags": ["injected-parameters"]}, "outputs": []}
    admit({"cells": [cell]}, KATEX, lambda record: "")
    assert "remove-cell" in cell["metadata"]["tags"]


@pytest.mark.parametrize("margin, text, width", [
    (0.25, "25 %", "25%"), (-0.5, "−50 %", "50%"), (30, "> 1000 %", "100%"), (0, "0 %", "0%")])
def test_a_margin_is_a_percentage_and_a_bar(margin, text, width):
    shown = scoreboard.gauge(margin)
    assert shown.startswith(text) and f"width:{width}" in shown


def test_a_claim_without_a_number():
    record = {**toybook.record("alpha"), "parts": [], "observed": [], "reason": "no <data>"}
    assert scoreboard.gauge(None) == "no number"
    assert "no &lt;data&gt;" in scoreboard.observed(record, KATEX)


def test_the_part_nearest_to_flipping_is_observed():
    record = toybook.record("alpha")
    near = {**record["parts"][0], "margin": 0.1}
    near["observed"] = {**near["observed"], "name": "y", "value": 7.0, "max": 7.0}
    shown = scoreboard.observed({**record, "parts": [record["parts"][0], near]}, KATEX)
    assert shown.startswith("largest <b>7</b>")
    assert "(smallest 0.1, median 0.3, n = 3)" in shown and "closest of 2 parts" in shown


def test_every_verdict_has_a_glyph_and_a_word():
    for word in words.VERDICTS:
        assert word in words.verdict(word)
    ends = {"low": 1, "high": 2, "min": 0, "max": 3, "n": 5}
    assert words.span({"statistic": "mean", **ends}) == "1 to 2"
    assert words.span({"statistic": "median", "min": 0.5, "max": 3, "n": 5}) == "0.5 to 3"
    assert words.span({"statistic": "every", "min": 3, "max": 3, "n": 1}) == ""


def test_a_chapter_page(book):
    page = soup(book)
    assert page.title.get_text().startswith("On alpha: the first ·")
    assert page.select_one("#claim-one") and page.select_one("figure#fig-a svg path")
    assert page.select_one(".strip .chip")["href"] == "#claim-one"
    assert "Razin and Cohen" in page.select_one(".strip-paper").get_text()
    chapter = Book(book.root).chapter("alpha")
    assert page.select_one("[data-key]")["data-key"] == freshness.key(chapter, chapter.parameters)
    citation = page.select(".cite-block")[-1].get_text()
    assert "On alpha: the first" in citation and "version 0.1.0" in citation
    assert "http" not in citation, "the repository has no public address"
    assert page.select_one("details.dropdown > summary").get_text() == "Solution"


def test_equations_are_rendered_and_numbered(book):
    page = soup(book)
    equation = page.select_one("div.math#equation-eq-square")
    assert equation.select_one(".katex-display")
    assert "(1)" in equation.select_one(".eqno").get_text()
    assert page.select_one('a[href="#equation-eq-square"].reference').get_text() == "(1)"


def test_front_page_and_scoreboard(book):
    front = soup(book, "book/intro.html")
    assert front.select_one(".glance a.v-good rect") and "1 ✓ reproduced" in front.get_text()
    assert front.select_one(".glance a")["href"] == "../claims/alpha/one.html"
    assert "Of the claims 1 are the papers’" in front.select_one(".glance").get_text()
    card = front.select_one(".cards .card")
    assert card.a["href"] == "../notebooks/alpha.html" and card.select_one("svg path")
    row = soup(book, "book/scoreboard.html").select_one("tr#alpha--one")
    assert row.a["href"] == "../notebooks/alpha.html#claim-one"
    assert "reproduced" in row.get_text() and row.select_one('td[data-sort="0.5"]')
    seen = row.select_one('[data-label="Observed"]')
    assert seen["data-sort"] == "0.5" and seen.get_text().startswith("largest 0.5")


def test_the_page_of_planted_faults(book):
    page = soup(book, "book/faults.html")
    facts = [dd.get_text() for dd in page.select(".provenance dd")]
    assert facts[:4] == ["2, in 1 file", "2 chapters with one fault each, 2 of them with earlier code",
                         "far/idle", "none"]
    assert page.select_one("section#alpha .matrix thead th a")["href"].endswith("alpha.html#claim-one")
    row = page.select_one(".matrix tbody tr")
    assert row.summary.get_text() == "a <sign>" and row.pre.get_text() == "− 1 < 2\n+ 2"
    assert row.select_one("td.hit").get_text() == "●red"
    assert "far/idle" in page.select_one(".silent").get_text()
    assert json.loads((smallbook.html(book) / "faults.json").read_text())["faults"]


def test_the_page_of_unseen_seeds(book):
    page = soup(book, "book/seeds.html")
    assert [dd.get_text() for dd in page.select(".provenance dd")][:4] == [
        "1", "alpha/one at 8", "0.002", "1"]
    cells = [td.get_text(" ", strip=True) for td in page.select(".scoreboard tbody td")]
    assert cells[0] == "1 of 2" and cells[2:] == ["8", "0.002"]
    assert page.select(".strokes path.bad") and page.select(".strokes path.good")
    assert soup(book, "book/scoreboard.html").select_one('td[data-label="Unseen seeds"]').get_text() \
        == "1 of 2"
    assert "2 root seeds (7 to 8): one flipped at 8" in soup(book).select(".provenance")[-1].get_text()


def test_a_part_has_its_caption_on_the_front_page_and_its_cards_on_its_own(book):
    caption = soup(book, "book/intro.html").select_one("h2.part a")
    assert caption.get_text() == "First" and caption["href"] == "first.html"
    cards = soup(book, "book/first.html").select(".cards .card a")
    assert [card["href"] for card in cards] == ["../notebooks/alpha.html"]


def test_a_quoted_claim_says_what_the_ledger_says(book):
    quoted = soup(book, "book/first.html").select_one(".quoted li")
    assert quoted.a["href"] == "../notebooks/alpha.html#claim-one"
    assert "reproduced" in quoted.get_text() and "x stays below 1" in quoted.get_text()
    assert "every x ≤ 1: seen largest 0.5 (smallest 0.1, median 0.3)" in quoted.select_one(".quoted-parts").get_text()


def test_a_claim_or_a_block_that_no_chapter_bears_stops_the_build(book):
    path = book.root / "book" / "first.md"
    block = "\n```{chapter-block} strip\n```\n"
    path.write_text(smallbook.OPENING.replace("alpha/one", "alpha/won") + block)
    status, log = smallbook.build(book)
    path.write_text(smallbook.OPENING)
    assert status != 0 and "no claim 'alpha/won'; allowed: alpha/one" in log
    assert "no block 'strip' here" in log


def test_ledger_and_notebook_are_published(book):
    html = smallbook.html(book)
    assert json.loads((html / "ledger.json").read_text())["chapters"][0]["chapter"] == "alpha"
    published = json.loads((html / "notebooks" / "alpha.ipynb").read_text())
    kinds = [mime for out in published["cells"][-1]["outputs"] for mime in out["data"]]
    assert outputs.FIGURE in kinds and toybook.VERDICT in kinds


def test_an_edit_of_prose_executes_nothing(book):
    executed = freshness.executed_path(book, "alpha")
    before = executed.read_bytes()
    path = book.root / "notebooks" / "alpha.ipynb"
    path.write_text(path.read_text().replace("The loss is", "The new loss is"))
    os.utime(path, (0, 0))  # the clock was set back
    status, log = smallbook.build(book)
    assert status == 0, log
    assert "The new loss is" in soup(book).get_text() and executed.read_bytes() == before


def test_pages_are_made_again_when_their_outputs_changed(book):
    record = toybook.failed("alpha")
    smallbook.pretend(book, **record)
    status, log = smallbook.build(book)
    assert status == 0, log
    assert "not reproduced" in soup(book).select_one(".strip").get_text()
    assert "not reproduced" in soup(book, "book/scoreboard.html").get_text()
    assert "not reproduced" in soup(book, "book/intro.html").get_text()
    assert "not reproduced" in soup(book, "book/first.html").select_one(".quoted").get_text()
    smallbook.pretend(book)


def test_a_tex_error_stops_the_build(book):
    path = book.root / "book" / "notation.md"
    good = path.read_text()
    path.write_text(good + "\n$\\badmacro{x}$\n")
    status, log = smallbook.build(book)
    path.write_text(good)
    assert status != 0 and "badmacro{x}" in log and "Undefined control sequence" in log


def test_the_address_stands_in_one_place(book):
    path = book.root / "_config.yml"
    config = path.read_text()
    path.write_text(re.sub(r'\burl: ""', "url: https://example.org/book", config))
    status, log = smallbook.build(book)
    path.write_text(config)
    assert status == 0, log
    assert 'url = "https://example.org/book"' in soup(book).select(".bibtex")[-1].get_text()
    assert soup(book).select_one('.foot a[href="https://example.org/book"]')
    links = {a.get_text(): a["href"] for a in soup(book).select(".strip-facts a")}
    assert links["source"] == "https://example.org/book/blob/main/notebooks/alpha.ipynb"
    assert links["Binder"].startswith("https://mybinder.org/v2/git/https%3A%2F%2Fexample.org%2Fbook/")
    assert "Colab" not in links, "it reads one host only"
    published = json.loads((smallbook.html(book) / "notebooks" / "alpha.ipynb").read_text())
    assert "git+https://example.org/book" in published["cells"][0]["source"]


def test_plain_jupyter_book_executes_what_is_stale(tmp_path):
    book = smallbook.make(tmp_path)
    status, log = smallbook.build(book)
    assert status == 0, log
    assert freshness.is_fresh(book, book.chapter("alpha"))
    assert soup(book).select_one("#claim-one")


def test_a_failing_chapter_fails_the_build(tmp_path):
    book = smallbook.make(tmp_path)
    toybook.write(book, toybook.notebook("alpha", "1 / 0"))
    status, log = smallbook.build(book)
    assert status != 0 and "ZeroDivisionError" in log
    assert not Path(smallbook.html(book) / "notebooks" / "alpha.html").exists()


def test_the_fonts_of_text_and_formulas_are_inside_their_style_sheets(book):
    static = smallbook.html(book) / "_static"
    faces = (static / "fonts" / "text.css").read_text(encoding="utf-8").split("@font-face")[1:]
    assert len(faces) == 3 and all("url(data:font/woff2;base64,d09GMg" in face for face in faces)
    formulas = (static / "katex" / "katex.css").read_text(encoding="utf-8")
    assert formulas.count("url(data:font/woff2") == 2, "the upright and the italic letters"
    heads = [link["href"] for link in soup(book).select('link[rel="stylesheet"]')]
    assert heads == [f"../_static/{name}.css" for name in ("katex/katex", "fonts/text", "book")]


def test_a_cell_that_only_imports_is_folded():
    cells = [{"cell_type": "code", "source": source, "metadata": {}}
             for source in ("import os\nfrom re import sub", "import os\nos.sep")]
    admit({"cells": cells}, KATEX, None)
    assert cells[0]["metadata"]["mystnb"] == {"code_prompt_show": "Imports"}
    assert "hide-input" in cells[0]["metadata"]["tags"] and cells[1]["metadata"] == {"tags": []}


@pytest.mark.parametrize("module", [admission, clean, outputs, translator, words])
def test_the_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0
