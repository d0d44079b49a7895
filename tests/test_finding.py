"""Ways to find something: index of notions, changes, reference of the library, search."""

import doctest
import json

import pytest
import smallbook
import yaml
from bs4 import BeautifulSoup

from companion.chapters import Book, read_yaml
from companion.sphinx import library, notions

ROOT = Book(smallbook.ROOT)
HOSTILE = '''def run(x):
    """A <script>ran()</script> of $x^2$.

    .. raw:: html

       <b>raw</b>
    """
'''


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


def soup(book, page):
    return BeautifulSoup((smallbook.html(book) / page).read_text(encoding="utf-8"), "html.parser")


def expected_ledger():
    """A ledger of what the chapters are expected to claim."""
    expected = ROOT.root / "tests" / "expected"
    claims = {chapter.slug: read_yaml(expected / f"{chapter.slug}.yml")["book"]
              for chapter in ROOT.chapters()}
    return {"chapters": [
        {"chapter": slug, "claims": [{"claim": f"{slug}/{name}"} for name in names]}
        for slug, names in claims.items()]}


@pytest.mark.parametrize("name", ["methods", "notions"])
def test_every_entry_of_the_index_leads_somewhere(name):
    entries = read_yaml(ROOT.root / notions.DATA)[name]
    assert notions.faults(entries, expected_ledger()) == []
    assert all(entries.values()) and len(entries) >= 30
    ids = [notions._id(term) for term in entries]
    assert len(set(ids)) == len(ids)


def test_every_chapter_stands_in_the_index_at_least_twice():
    lists = read_yaml(ROOT.root / notions.DATA).values()
    named = [slug for entries in lists for places in entries.values()
             if not isinstance(places, str) for slug, _ in notions.by_chapter(places)]
    assert [chapter.slug for chapter in ROOT.chapters() if named.count(chapter.slug) < 2] == []


def test_an_entry_that_leads_nowhere_is_named():
    ledger = {"chapters": [{"chapter": "alpha", "claims": [{"claim": "alpha/one"}]}]}
    assert notions.faults({"a": ["alpha", "alpha/one"], "b": "a"}, ledger) == []
    assert notions.faults({"a": ["alpha/won"]}, ledger) == [
        "'a' names 'alpha/won', which is no chapter and no claim"]
    for entries in ({"a": "b"}, {"a": "b", "b": "c", "c": ["alpha"]}):
        assert notions.faults(entries, ledger) == ["'a' sends to 'b', which is no entry of its list"]


def test_the_page_of_the_index(book):
    page = soup(book, "book/notions.html")
    assert [dt.get_text() for dt in page.select("#methods dt")] == ["descent", "slope"]
    chapter = "../notebooks/alpha.html"
    links = [link["href"] for link in page.select("#methods dd a")]
    assert links == [chapter, f"{chapter}#claim-one", "#notion-descent"]
    assert page.select_one("#notions dt .katex")


@pytest.mark.parametrize("old, new, told", [
    ("alpha/one", "alpha/won", "'descent' names 'alpha/won'"),
    ("methods:", "ways:", "no list 'methods' in book/notions.yml; allowed: ways, notions")])
def test_an_index_that_leads_nowhere_stops_the_build(book, old, new, told):
    path = book.root / notions.DATA
    path.write_text(smallbook.NOTIONS.replace(old, new))
    status, log = smallbook.build(book)
    path.write_text(smallbook.NOTIONS)
    assert status != 0 and told in log


def test_a_claim_named_in_prose_leads_to_its_page(book):
    page = soup(book, "book/changes.html")
    assert [(link["href"], link.get_text()) for link in page.select("main p a")] == [
        ("../claims/alpha/one.html", "alpha/one")]
    assert "alpha/one-more" in page.get_text()


def test_the_search_knows_the_claims(book):
    text = (smallbook.html(book) / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    place = index["docnames"].index("claims/alpha/one")
    assert index["titles"][place] == "alpha/one: x stays below 1"
    found = {word for word, pages in {**index["terms"], **index["titleterms"]}.items()
             if place in ([pages] if isinstance(pages, int) else pages)}
    assert {"alpha", "below", "razin", "theorem"} <= found
    assert index["alltitles"]["alpha/one: x stays below 1"] == [[place, None]]


def test_a_chapter_is_found_where_its_code_reaches():
    found = library.users(ROOT)
    assert "deep-factorization-rank" in found["implicitreg.metrics", "effective_rank"]
    assert found["implicitreg.metrics", "effective_rank"] == [
        chapter.slug for chapter in ROOT.chapters()
        if chapter.slug in found["implicitreg.metrics", "effective_rank"]], "in the book's order"


@pytest.mark.parametrize("docstring, text", [
    ("$a$ and `b`, |c| * d", r":math:`a` and ``b``, \|c\| \* d"),
    ("so\n\n$$x\n= y .$$\n\nthen", "so\n\n\n\n.. math::\n\n   x = y .\n\n\n\nthen"),
    (">>> f('$x$')\n'$'\n\n$x$", ">>> f('$x$')\n'$'\n\n:math:`x`"),
    ("As in [1]_.\n\n.. [1] A. B,\n   C.", "As in [1].\n\n-  [1] A. B,\n   C."),
    ("over $a\n  b$ lines", "over :math:`a b` lines")])
def test_a_docstring_becomes_restructured_text(docstring, text):
    assert library.restructured(docstring) == text


def test_a_docstring_brings_no_html(tmp_path):
    book = smallbook.make(tmp_path)
    smallbook.pretend(book)
    (tmp_path / "hostile_room.py").write_text(HOSTILE)
    (tmp_path / "book" / "library.md").write_text(
        "# The library\n\n```{eval-rst}\n.. automodule:: hostile_room\n   :members:\n```\n")
    status, log = smallbook.build(book)
    assert status != 0 and '"raw" directive disabled' in log
    page = soup(book, "book/library.html")
    shown = page.select_one("dl.py dd")
    assert "A <script>ran()</script> of" in shown.get_text() and shown.select_one(".katex")
    assert not shown.select("script, b")


def test_the_contents_follow_the_order_of_ideas(book):
    toc = yaml.safe_load((book.root / "_toc.yml").read_text())
    files = [toc["root"], *(entry["file"] for part in toc["parts"] for entry in part["chapters"])]
    for here, next_one in zip(files, [*files[1:], None], strict=True):
        page = smallbook.html(book) / f"{here}.html"
        link = soup(book, f"{here}.html").select_one('link[rel="next"]')
        found = link and (page.parent / link["href"]).resolve()
        assert found == (next_one and smallbook.html(book) / f"{next_one}.html")


def test_the_parts_of_the_book_are_opened_by_their_question():
    for part in ROOT.parts()[1:]:
        assert part.opening and part.opening.startswith("book/parts/"), part.caption


@pytest.mark.parametrize("module", [library, notions])
def test_the_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0
