"""The book on paper: whole, tagged, linked, and nothing half-written."""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import command
import pikepdf
import pytest
import smallbook
from bs4 import BeautifulSoup

from companion import paper, pdf, printed, tagged
from companion.chapters import Book
from companion.errors import ChapterFailed, CompanionError
from companion.page import Page

PAINTS = {"Tj", "TJ", "S", "f", "B", "Do"}
both = pytest.mark.parametrize("name", ["alpha.pdf", pdf.NAME])


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def folder(book, chromium):
    """What ``companion pdf`` makes of the book."""
    code = smallbook.measured("from companion.cli import main; main(['pdf'])")
    done = subprocess.run([sys.executable, "-c", code], cwd=book.root, capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["_build/pdf/alpha.pdf", f"_build/pdf/{pdf.NAME}"]
    return pdf.folder(book)


@pytest.fixture
def opened(folder, name):
    with pikepdf.open(folder / name) as file:
        yield file


def of_type(file, kind):
    """The structure elements of this type."""
    return [element for element in tagged.elements(file) if element.S == f"/{kind}"]


def titles(items):
    """The bookmarks, each as its title and those below it."""
    return [(item.title, titles(item.children)) for item in items]


@both
def test_it_says_what_it_is_and_is_tagged(opened, name):
    root = opened.Root
    assert root.MarkInfo.Marked and "/StructTreeRoot" in root and root.Lang == "en"
    assert root.ViewerPreferences.DisplayDocTitle and root.PageMode == "/UseOutlines"
    title = "" if name == pdf.NAME else "On alpha: the first · "
    assert opened.docinfo["/Title"] == f"{title}Implicit Regularization, Reproduced"
    with opened.open_metadata() as metadata:
        assert metadata["dc:title"] == opened.docinfo["/Title"]
        assert metadata["dc:language"] == {"en"}


@pytest.mark.parametrize("name", ["alpha.pdf"])
def test_the_bookmarks_of_a_chapter_are_its_headings(opened, book):
    page = Page(smallbook.html(book), smallbook.html(book) / "notebooks" / "alpha.html")
    headings = [tag.get_text().removesuffix("¶") for tag in paper.soup(page).select("main :is(h2, h3)")]
    headings.insert(headings.index("Exercises") + 1, "Solutions")
    with opened.open_outline() as outline:
        ((title, below),) = titles(outline.root)
    assert (title, [each for each, _ in below]) == (paper.title(page), headings)


@pytest.mark.parametrize("name", [pdf.NAME])
def test_the_bookmarks_of_the_book_are_its_parts_and_pages(opened):
    with opened.open_outline() as outline:
        found = titles(outline.root)
    assert [title for title, _ in found][:5] == [
        "Contents", "A small book", "First", "Scoreboard", "Unseen seeds"]
    assert [title for title, _ in found[2][1]] == ["What comes first?", "On alpha: the first"]


@both
def test_figures_have_words_formulas_their_tex_and_mathml_tables_their_heads(opened):
    figures = [str(each.get("/Alt", "")) for each in of_type(opened, "Figure")]
    assert 'From "0" to 9' in figures and "Rising" in figures and all(figures)
    formulas = of_type(opened, "Formula")
    assert r"f(x)=\tfrac12 x^2" in [str(each.Alt) for each in formulas]
    for each in formulas:
        mathematics = each.AF[0].EF.F.read_bytes().decode()
        assert BeautifulSoup(mathematics, "html.parser").math and paper.FORMULA not in str(each.Alt)
    for table in of_type(opened, "Table"):
        rows = [row for row in tagged.children(table) if row.S == "/TR"]
        above = {cell.S for cell in tagged.children(rows[0])} == {"/TH"}
        assert above or all(tagged.children(row)[0].S == "/TH" for row in rows)


def test_every_formula_of_the_page_is_there_once(folder, book):
    page = Page(smallbook.html(book), smallbook.html(book) / "notebooks" / "alpha.html")
    with pikepdf.open(folder / "alpha.pdf") as file:
        found = [str(each.Alt) for each in of_type(file, "Formula")]
    assert found == [tag.get_text() for tag in paper.soup(page).select("main annotation")] != []


@both
def test_links_lead_somewhere_and_say_where(opened, name):
    places, inside = tagged.places(opened), 0
    for note in [note for page in opened.pages for note in page.get("/Annots", [])]:
        assert "/StructParent" in note
        if "/Dest" in note:
            inside += 1
            assert str(note.Contents) == f"Page {places[str(note.Dest)[1:]]}"
        else:
            assert str(note.A.URI).startswith("https:") and note.Contents == note.A.URI
    assert inside > 0


@both
def test_no_page_is_blank_and_what_is_no_content_is_marked_so(opened):
    for number, page in enumerate(opened.pages, 1):
        depth = contents = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            depth += (str(operator) in ("BDC", "BMC")) - (str(operator) == "EMC")
            contents += str(operator) == "BDC"
            assert depth or str(operator) not in PAINTS, f"page {number}"
        assert contents, f"page {number} is blank"


def test_contents_and_index_name_pages(book, browser):
    whole = BeautifulSoup(printed.whole(book, smallbook.html(book)), "html.parser")
    named = {tag["data-place"] for tag in whole.select(".print-number")}
    assert named >= {"part-1", "book-notions", "notebooks-alpha--claim-one"}
    assert named <= {tag["id"] for tag in whole.select("[id]")}
    page = browser.new_page()
    page.set_content('<span class="print-number" data-place="part-1"></span>')
    page.evaluate(pdf.FILL, {"part-1": 7})
    assert page.inner_text("span") == "7"
    page.close()


def test_a_bookmark_keeps_the_spaces_of_a_heading_in_two_lines(book, browser, tmp_path):
    headings = [" ".join(["regularization"] * n) for n in range(1, 30)]
    sheets = [sheet.as_uri() for sheet in (smallbook.html(book) / "_static" / "book.css",
                                           printed.STYLE)]
    source = tmp_path / "a.html"
    source.write_text("".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
                      + "".join(f"<h1>{heading}</h1>" for heading in headings), encoding="utf-8")
    page = browser.new_page()
    page.goto(source.as_uri())
    pdf._to_file(page, tmp_path / "a.pdf")
    page.close()
    with pikepdf.open(tmp_path / "a.pdf") as file, file.open_outline() as outline:
        assert [item.title for item in outline.root] == headings


def test_it_says_when_it_was_computed_and_what_the_verdicts_are(book):
    text = BeautifulSoup(printed.whole(book, smallbook.html(book)), "html.parser")
    assert "Verdicts: 1 reproduced." in text.find(class_="print-title").get_text()
    chapter = printed.chapter(book, smallbook.html(book), book.chapter("alpha"))
    line = BeautifulSoup(chapter, "html.parser").find(class_="print-of").get_text()
    assert "version 0.1.0" in line and "Verdicts: 1 reproduced." in line


def test_links_lead_to_what_is_printed_to_the_public_site_or_nowhere(book):
    sheet = printed.Print(book, smallbook.html(book), {"notebooks/alpha": 1})
    page = sheet.pages["notebooks/alpha"]
    assert sheet.link(page, "#claim-one") == "#notebooks-alpha--claim-one"
    assert sheet.link(page, "../claims/alpha/one.html") == "#notebooks-alpha--claim-one"
    assert sheet.link(page, "alpha.html#nowhere") == "#notebooks-alpha"
    assert sheet.link(page, "https://doi.org/1") == "https://doi.org/1"
    assert sheet.link(page, "../book/notation.html#x") is None
    vars(sheet)["address"] = "https://a.org/book"
    assert sheet.link(page, "../book/notation.html") == "https://a.org/book/book/notation.html"


def test_solutions_stand_after_the_exercises_and_folded_code_is_left_out(tmp_path):
    source = tmp_path / "a.html"
    source.write_text(
        '<main><section id="t"><h1>T<a class="headerlink">¶</a></h1><section id="exercises">'
        "<h2>Exercises</h2><p>1.</p><details><summary>Solution 1</summary><p>No.</p></details>"
        '<p>2.</p><details class="hide"><summary>Code</summary><pre>1</pre></details></section>'
        '<section id="cite"><button>Copy</button></section></section></main>', encoding="utf-8")
    text = paper.article(Page(tmp_path, source), "a", 2, lambda href: href)
    assert [tag["id"] for tag in text.find_all("section")] == [
        "a--t", "a--exercises", "a--solutions", "a--cite"]
    assert text.find(id="a--exercises").get_text() == "Exercises1.2.", "the code is left to the notebook"
    assert text.find(id="a--solutions").get_text() == "SolutionsSolution 1No."
    assert [(tag.name, tag["aria-level"]) for tag in text.find_all(["h1", "h2", "h3"])] == [
        ("h1", "2"), ("h2", "3"), ("h2", "3"), ("h3", "4")]
    assert not text.find(["button", "details", "a"])


def test_no_browser_no_site_and_an_unknown_chapter_are_one_line_each(book, tmp_path):
    ended = command.run(book, "pdf", PATH="")
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith("companion: no browser to print with: none of chromium, ")
    assert "install one" in ended.err
    assert command.run(book, "pdf", "beta").said == [
        "companion: no chapter 'beta'; allowed: alpha"]
    bare = smallbook.make(tmp_path)
    assert command.run(bare, "pdf").said == [
        f"companion: no site in {bare.root / '_build' / 'html'}; make it first: companion book"]


def test_a_page_that_was_not_built_is_named(book, tmp_path):
    site = shutil.copytree(smallbook.html(book), tmp_path / "html")
    (site / "book" / "seeds.html").unlink()
    with pytest.raises(CompanionError, match=r"no page .*seeds\.html; make the site first"):
        printed.whole(book, site)


def interrupted(source, target, about):
    target.write_bytes(b"%PDF-half")
    raise KeyboardInterrupt


@pytest.mark.parametrize("complete, error, message", [
    (interrupted, KeyboardInterrupt, None),
    (lambda source, target, about: 2, ChapterFailed, r"alpha\.pdf: 2 of \d+ formulas were printed"),
], ids=["interrupted", "formulas lost"])
def test_what_fails_leaves_the_file_that_was_there(
    book, tmp_path, monkeypatch, complete, error, message
):
    @contextmanager
    def press():
        page = SimpleNamespace(goto=len, evaluate=len, pdf=lambda **settings: None,
                               close=lambda: None, query_selector=lambda selector: None,
                               set_default_timeout=lambda seconds: None)
        yield SimpleNamespace(new_page=lambda: page)

    monkeypatch.setattr(pdf, "_press", press)
    monkeypatch.setattr(tagged, "complete", complete)
    monkeypatch.setattr(pdf, "folder", lambda book: tmp_path)
    (tmp_path / "alpha.pdf").write_bytes(b"%PDF-former")
    with pytest.raises(error, match=message):
        list(pdf.make(Book(book.root), ["alpha"]))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "alpha.pdf": b"%PDF-former"}
