"""Replies of authors and errata: shown where they belong, refused where they do not."""

import pytest
import smallbook
import toybook
from bs4 import BeautifulSoup

from companion import ledger, remarks, site
from companion.chapters import Book
from companion.errors import CompanionError
from companion.expected import expectations

REPLY = """- author: A. <b>Nystr\u00f6m</b>
  date: 2027-03-01
  claim: alpha/one
  text: |
    # A heading

    Our *Theorem 2* says $x<1$. <script>ran()</script>
"""
ERRATUM = """- date: 2027-03-02
  of: alpha/one
  was: <b>x</b> was asked to be $x<2$
  now: it is asked to be below 1
- date: 2027-03-03
  of: alpha
  was: the second sentence
  now: the first one
"""


def say(book: Book, replies: str = "", errata: str = "", slug: str = "alpha") -> None:
    """Store replies to a chapter and errata of the book."""
    folder = book.root / "book" / "replies"
    folder.mkdir(parents=True, exist_ok=True)
    if replies:
        (folder / f"{slug}.yml").write_text(replies, encoding="utf-8")
    (book.root / "book" / "errata.yml").write_text(errata, encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Chapter and authors' page of a small book, before and after something was said."""
    book = smallbook.make(tmp_path_factory.mktemp("said"))
    smallbook.pretend(book)
    shown = []
    for replies, errata in [("", ""), (REPLY, ERRATUM)]:
        say(book, replies, errata)
        status, log = smallbook.build(book)
        assert status == 0, log
        shown.append([BeautifulSoup((smallbook.html(book) / name).read_text("utf-8"), "html.parser")
                      for name in ("notebooks/alpha.html", "book/authors.html")])
    return shown


def test_a_chapter_of_which_nothing_was_said_shows_nothing(pages):
    chapter, authors = pages[0]
    assert not chapter.select("#replies, #errata, .reply, .errata")
    assert "None so far." in authors.select_one("#errata").get_text()
    links = chapter.select('section a[href="../book/authors.html"]')
    assert [link.get_text() for link in links] == ["how to object"]


def test_a_reply_stands_on_its_chapter(pages):
    chapter, _ = pages[1]
    reply = chapter.select_one("#replies .reply")
    assert reply.select_one(".reply-by").get_text() == \
        "A. <b>Nystr\u00f6m</b>, 2027-03-01, on alpha/one"
    assert reply.a["href"].endswith("alpha.html#claim-one") or reply.a["href"] == "#claim-one"
    assert reply.em.get_text() == "Theorem 2" and reply.select_one(".katex")
    assert not reply.select("script, h1, h2") and "A heading" in reply.get_text()
    assert chapter.select_one('.strip-facts a[href="#replies"]').get_text() == "1 reply"


def test_errata_stand_on_their_chapter_and_on_the_page_of_authors(pages):
    for page in pages[1]:
        latest, first = page.select("#errata .errata > li")
        assert latest.get_text().startswith("2027-03-03, alpha")
        assert "<b>x</b> was asked" in first.get_text() and first.select_one(".katex")
        assert first.a["href"].endswith("#claim-one")
    assert pages[1][0].select_one('.strip-facts a[href="#errata"]').get_text() == "2 errata"


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    toybook.pretend(book, "alpha")
    return book


@pytest.mark.parametrize("replies, slug, message", [
    (REPLY, "beta", "book/replies/beta.yml: allowed: SLUG.yml with SLUG one of alpha"),
    (REPLY.replace("alpha/one", "alpha/two"), "alpha",
     "book/replies/alpha.yml, entry 1: claim = 'alpha/two'; allowed: one of alpha/one"),
    (REPLY.replace("  date: 2027-03-01\n", ""), "alpha",
     "entry 1: author, claim, text; allowed: exactly author, date, claim, text"),
    (REPLY.replace("2027-03-01", "March"), "alpha", "date = 'March'; allowed: a day such as"),
    (REPLY.replace("2027-03-01", "2027-03-01 10:00:00"), "alpha", "allowed: a day such as"),
    ("- author: ''\n  date: 2027-03-01\n  claim: alpha/one\n  text: x", "alpha",
     "author = ''; allowed: some text"),
    ("text: x", "alpha", "allowed: a list of mappings of author, date, claim, text"),
    ("- x", "alpha", "entry 1: 'x'; allowed: exactly"),
    ("- [", "alpha", "is not YAML"),
])
def test_a_reply_that_is_not_well_formed(book, replies, slug, message):
    say(book, replies, slug=slug)
    with pytest.raises(CompanionError) as caught:
        remarks.load(book, ledger.build(book))
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("old, new, message", [
    ("alpha/one", "alpha/two",
     "book/errata.yml, entry 1: of = 'alpha/two'; allowed: one of alpha, "),
    ("of: alpha\n", "of: beta\n", "book/errata.yml, entry 2: of = 'beta'"),
    ("  now: the first one\n", "", "entry 2: date, of, was; allowed: exactly date, of, was, now"),
])
def test_an_erratum_that_is_not_well_formed_stops_the_build_at_once(book, old, new, message):
    say(book, errata=ERRATUM.replace(old, new))
    with pytest.raises(CompanionError) as caught:
        site.build(book)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_the_errata_of_this_book_are_of_its_claims():
    book = Book(smallbook.ROOT)
    stated = {"chapters": [
        {"chapter": chapter.slug,
         "claims": [{"claim": f"{chapter.slug}/{claim}"} for claim in claims]}
        for chapter in book.chapters()
        for claims in [expectations(book, chapter.slug, "book")]]}
    assert remarks.load(book, stated).errata
