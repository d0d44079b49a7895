"""Citations of book, chapter and claim: for people, for BibTeX, and in the head of a page."""

import doctest
import json
import re
from datetime import date

import jsonschema
import pytest
import smallbook
import toybook
import yaml
from bs4 import BeautifulSoup
from pybtex.database import parse_string

from companion.sphinx import cite, metadata

TEXT = {"type": "string", "minLength": 1}
CFF = {  # what the schema of the Citation File Format 1.2.0 asks of the fields that the book uses
    "type": "object", "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        "cff-version": {"const": "1.2.0"}, "message": TEXT, "title": TEXT, "version": TEXT,
        "type": {"enum": ["software", "dataset"]},
        "date-released": {"type": "string",
                          "pattern": "^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"},
        "authors": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {
            "type": "object", "required": ["name"], "additionalProperties": False,
            "properties": {"name": TEXT}}},
        "license": {"type": "array", "minItems": 1, "uniqueItems": True,
                    "items": {"enum": ["MIT", "CC-BY-4.0"]}},
        "keywords": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
    },
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


def soup(book, page):
    return BeautifulSoup((smallbook.html(book) / page).read_text(encoding="utf-8"), "html.parser")


def described(page):
    return json.loads(page.select_one('script[type="application/ld+json"]').string)


def tags(page):
    return {tag["name"]: tag["content"] for tag in page.select('meta[name^="citation_"]')}


def test_the_citation_file_is_one():
    cited = yaml.safe_load((smallbook.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    jsonschema.validate(cited, CFF)
    assert date.fromisoformat(cited["date-released"])
    project = (smallbook.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{cited["version"]}"' in project


@pytest.mark.parametrize("fault", [
    {"title": ""}, {"version": None}, {"date-released": "2026-13-01"}, {"authors": [{"nom": "x"}]},
    {"license": ["CC"]}, {"published": "yes"}])
def test_the_rules_of_the_citation_file_can_fail(fault):
    cited = yaml.safe_load((smallbook.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**cited, **fault}, CFF)


def test_an_entry_is_read_as_it_was_meant():
    fields = {"title": 'At 5 % of {U_1} & "more"', "note": "a_b #1"}
    entry = cite.bibtex("a--b", fields, "The A & B")
    (read,) = parse_string(entry, "bibtex").entries.values()
    assert read.key == "a--b" and read.fields["title"] == r'{At 5 \% of U\_1 \& "more"}'
    assert read.fields["note"] == r"a\_b \#1"
    assert [str(person) for person in read.persons["author"]] == [r"{The A \& B}"]


def test_a_claim_has_a_page_of_its_own(book):
    page = soup(book, "claims/alpha/one.html")
    assert page.select_one(".claim-card").get_text(" ").count("every x ≤ 1") == 1
    assert "largest 0.5 (smallest 0.1, median 0.3, n = 3)" in page.select_one(".claim-card").get_text(" ")
    links = [link["href"] for link in page.select("main a")]
    assert "../../notebooks/alpha.html#claim-one" in links
    facts = page.select_one(".provenance").get_text(" ")
    assert "an x above 1" in facts and "1 of 2" in facts and "alpha/one" in facts
    assert [tag.name for tag in page.select("main script")] == [], "it is whole without a script"


@pytest.mark.parametrize("name, index", [("claims/alpha/one.html", 0), ("notebooks/alpha.html", 0)])
def test_a_claim_is_cited_with_book_chapter_id_verdict_and_version(book, name, index):
    block = soup(book, name).select(".cite-block")[index]
    (entry,) = parse_string(block.pre.get_text(), "bibtex").entries.values()
    for text in (block.p.get_text(), " ".join([*entry.fields.values()])):
        for part in ("x stays below 1", "alpha/one: reproduced", "On alpha: the first",
                     "Implicit Regularization, Reproduced", "ersion 0.1.0"):
            assert part in text, part
    assert "url" not in entry.fields and "http" not in block.get_text()


def test_a_card_and_a_row_lead_to_the_citation(book):
    foot = soup(book, "notebooks/alpha.html").select_one("#claim-one .claim-foot")
    assert [link["href"] for link in foot.select("a")] == ["#claim-one", "../claims/alpha/one.html"]
    row = soup(book, "book/scoreboard.html").select_one("tr#alpha--one .claim-cite")
    assert row["href"] == "../claims/alpha/one.html#cite"
    assert soup(book, "claims/alpha/one.html").select_one("#cite .cite-block")


def test_the_head_of_a_chapter(book):
    page = soup(book, "notebooks/alpha.html")
    assert tags(page) == {
        "citation_title": "On alpha: the first",
        "citation_author": "The authors of Implicit Regularization, Reproduced",
        "citation_publication_date": cite.release(book.root)["date"].replace("-", "/"),
        "citation_language": "en", "citation_inbook_title": "Implicit Regularization, Reproduced"}
    data = described(page)
    assert data["@type"] == ["Chapter", "LearningResource"]
    assert data["name"] == "On alpha: the first"
    assert data["isPartOf"]["@type"] == "Book" and data["isPartOf"]["version"] == "0.1.0"
    assert [each["name"] for each in data["isBasedOn"]["author"]] == ["Noam Razin", "Nadav Cohen"]
    assert "https://arxiv.org/abs/2005.06398" in data["isBasedOn"]["sameAs"]
    assert "url" not in data and not page.select_one('link[rel="canonical"]')


def test_the_head_of_a_claim_and_of_the_book(book):
    data = described(soup(book, "claims/alpha/one.html"))
    assert data["@type"] == "Claim" and data["text"] == "x stays below 1"
    assert data["appearance"]["@type"] == "ScholarlyArticle"
    assert data["review"]["@type"] == "Review" and "reviewRating" not in data["review"]
    assert data["review"]["reviewBody"].startswith("reproduced. every x ≤ 1: seen largest 0.5 (")
    assert described(soup(book, "book/intro.html"))["@type"] == "Book"
    assert not soup(book, "book/verdicts.html").select('script[type="application/ld+json"]')


@pytest.mark.parametrize("whose, name", [
    ("paper", "appearance"), ("derived", "isBasedOn"), ("ours", "author")])
def test_whose_a_claim_is_stands_in_its_description(whose, name):
    entry = {"title": "A", "paper": {"title": "P", "authors": ["B"], "year": "2020"},
             "provenance": {"date": "2026-01-02T03:04:05+00:00"}}
    record = toybook.record("alpha", claim_by=whose)
    names = {"appearance", "isBasedOn", "author"} & set(metadata.of_claim(record, entry, Stand))
    assert names == {name}


class Stand:
    """Stands for what the pages are made of."""

    release = {"title": "T", "author": "A", "version": "1", "date": "2026-01-02", "year": "2026"}


def test_nothing_in_a_description_ends_its_element():
    text = metadata.data({"name": "</script><!--<script>"})
    assert "<" not in text and json.loads(text) == {"name": "</script><!--<script>"}


def test_the_address_of_the_site_gives_each_page_its_own(book):
    path = book.root / "_config.yml"
    config = path.read_text()
    path.write_text(re.sub(r'baseurl: ""', "baseurl: https://example.org/book/", config))
    status, log = smallbook.build(book)
    path.write_text(config)
    assert status == 0, log
    own = "https://example.org/book/claims/alpha/one.html"
    page = soup(book, "claims/alpha/one.html")
    assert page.select_one('link[rel="canonical"]')["href"] == own == described(page)["url"]
    assert tags(page)["citation_public_url"] == own and f'url = "{own}"' in page.pre.get_text()
    chapter = soup(book, "notebooks/alpha.html")
    assert described(chapter)["url"] == "https://example.org/book/notebooks/alpha.html"


def test_a_claim_that_is_gone_leaves_no_page(book):
    stray = smallbook.html(book) / "claims" / "alpha" / "gone.html"
    stray.write_text("gone")
    smallbook.pretend(book, **toybook.failed("alpha"))
    status, log = smallbook.build(book)
    smallbook.pretend(book)
    assert status == 0, log
    assert not stray.exists()
    cited = soup(book, "claims/alpha/one.html").select_one(".cite-block").get_text()
    assert "alpha/one: not reproduced" in cited


@pytest.mark.parametrize("module", [cite, metadata])
def test_the_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0
