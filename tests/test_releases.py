"""Releases: kept once, published at addresses that stay, and set beside the one before."""

import json

import pytest
import smallbook
import toybook
from bs4 import BeautifulSoup

from companion import artefact, cli, ledger, releases
from companion.chapters import Book
from companion.errors import CompanionError

PROJECT = '[project]\nname = "x"\nversion = "{}"\n'


def version(book: Book, number: str, day: str = "2027-01-02") -> None:
    """Give `book` a version."""
    (book.root / "pyproject.toml").write_text(PROJECT.format(number))
    (book.root / "CITATION.cff").write_text(
        f'title: T\nversion: {number}\ndate-released: "{day}"\nauthors: [{{name: A}}]\n')


def release(book: Book, number: str, *records: dict) -> None:
    """Release `book` as version `number`, with `records` in place of what its chapter printed."""
    version(book, number)
    content = ledger.build(book)
    content["chapters"][0]["claims"] = list(records) or content["chapters"][0]["claims"]
    releases.keep(book, content)


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha")
    toybook.pretend(book, "alpha")
    version(book, "0.2.0")
    monkeypatch.chdir(tmp_path)
    return book


def test_the_command_keeps_ledger_and_citation(book, capsys):
    cli.main(["release"])
    assert capsys.readouterr().out.splitlines()[-1] == "book/releases/0.2.0"
    kept = book.root / "book" / "releases" / "0.2.0"
    assert sorted(path.name for path in kept.iterdir()) == ["CITATION.cff", "ledger.json"]
    (found,) = releases.load(book)
    assert (found.version, found.date) == ("0.2.0", "2027-01-02")
    assert found.ledger == ledger.build(book) == json.loads((kept / "ledger.json").read_text())
    with pytest.raises(SystemExit):
        cli.main(["release"])
    assert "version 0.2.0 of CITATION.cff is released" in capsys.readouterr().err


def test_verdicts_that_are_not_expected_are_not_released(book, capsys):
    (book.root / "tests" / "expected" / "alpha.yml").write_text("book: {one: not reproduced}")
    with pytest.raises(SystemExit):
        cli.main(["release"])
    assert "1 verdict not as expected" in capsys.readouterr().err
    assert releases.load(book) == []


def test_a_copy_that_fails_leaves_nothing(book, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(releases.shutil, "copy", full)
    with pytest.raises(OSError):
        releases.keep(book, ledger.build(book))
    assert list(releases.folder(book).iterdir()) == []


def test_they_come_by_number_the_latest_first(book):
    for number in ("0.9.0", "0.10.0", "0.2.0"):
        release(book, number)
    assert [each.version for each in releases.load(book)] == ["0.10.0", "0.9.0", "0.2.0"]


def test_what_changed():
    def stated(*records):
        return {"chapters": [{"chapter": "alpha", "claims": list(records)}]}

    before = stated(toybook.record("alpha"), toybook.record("alpha", "gone"),
                    toybook.record("alpha", "moved"), toybook.record("alpha", "same"))
    now = stated(toybook.failed("alpha"), toybook.record("alpha", "moved", criterion="x ≤ 2"),
                 toybook.record("alpha", "new"), toybook.record("alpha", "same"))
    assert releases.changes(before, now) == [
        "alpha/new is new: reproduced", "alpha/gone is no longer there",
        "alpha/one: not reproduced, before reproduced", "alpha/moved has another criterion"]
    assert releases.changes(now, now) == []


@pytest.mark.parametrize("change, message", [
    (lambda book: version(book, "one"), "version 'one'; allowed: three numbers, such as 0.1.0"),
    (lambda book: (book.root / "pyproject.toml").write_text(PROJECT.format("0.3.0")),
     "CITATION.cff: version is 0.2.0; allowed: 0.3.0, as in pyproject.toml"),
])
def test_a_version_that_cannot_be_released(book, change, message):
    change(book)
    with pytest.raises(CompanionError) as caught:
        releases.keep(book, ledger.build(book))
    assert message in str(caught.value) and not releases.folder(book).exists()


def test_a_release_that_is_not_whole(book):
    release(book, "0.2.0")
    kept = releases.folder(book) / "0.2.0"
    kept.rename(kept.with_name("0.3.0"))
    with pytest.raises(CompanionError, match="version is 0.2.0; allowed: 0.3.0, the name of its"):
        releases.load(book)
    (kept.with_name("0.3.0") / "ledger.json").write_text("{")
    version(book, "0.3.0")
    (kept.with_name("0.3.0") / "CITATION.cff").write_text((book.root / "CITATION.cff").read_text())
    with pytest.raises(CompanionError, match="ledger.json is not a ledger"):
        releases.load(book)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The folder of a small site with two releases, and the list as it was before them."""
    book = smallbook.make(tmp_path_factory.mktemp("released"))
    smallbook.study(book)
    smallbook.pretend(book)
    status, log = smallbook.build(book)
    assert status == 0, log
    empty = (smallbook.html(book) / "book" / "releases.html").read_text("utf-8")
    release(book, "0.1.0", toybook.failed("alpha"))
    release(book, "0.2.0")
    status, log = smallbook.build(book)
    assert status == 0, log
    found = artefact.check_site(smallbook.html(book), Book(book.root))
    return smallbook.html(book), BeautifulSoup(empty, "html.parser"), found


def test_while_there_is_none_the_page_says_so(pages):
    assert "No version is released yet. The first will be 0.1.0." in pages[1].main.get_text()


def test_each_has_its_ledger_and_its_claims(pages):
    site, _, found = pages
    assert found == []
    listed = BeautifulSoup((site / "book" / "releases.html").read_text("utf-8"), "html.parser")
    latest, first = listed.select(".quoted > li")
    assert "0.2.0, 2027-01-02" in latest.get_text()
    assert "Against 0.1.0" in latest.get_text() and "Against" not in first.get_text()
    assert latest.li.get_text() == "alpha/one: reproduced, before not reproduced"
    assert [link["href"] for link in first.select("a")] == [
        "../releases/0.1.0/claims.html", "../releases/0.1.0/ledger.json"]
    page = BeautifulSoup((site / "releases" / "0.1.0" / "claims.html").read_text("utf-8"),
                         "html.parser")
    claim = page.select_one("#alpha--one")
    assert claim.a["href"] == "#alpha--one" and "not reproduced" in claim.get_text()
    kept = json.loads((site / "releases" / "0.1.0" / "ledger.json").read_text("utf-8"))
    assert kept["chapters"][0]["claims"][0]["verdict"] == "not reproduced"
