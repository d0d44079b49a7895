"""The site is replaced as a whole or not at all."""

import pytest
import toybook

from companion import site
from companion.errors import ChapterFailed, CompanionError


class Printer:
    """Stands for Jupyter Book: writes a page, or fails as told."""

    def __init__(self):
        self.text, self.fault, self.findings, self.calls = "one", None, [], []

    def build(self, book, staging):
        html = staging / "_build" / "html"
        self.calls.append(html.exists())
        html.mkdir(parents=True, exist_ok=True)
        (html / "index.html").write_text(self.text)
        if self.fault:
            raise self.fault


@pytest.fixture
def printer(monkeypatch):
    printer = Printer()
    monkeypatch.setattr(site, "_sphinx", printer.build)
    monkeypatch.setattr(site.artefact, "check_site", lambda *_: printer.findings)
    return printer


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    toybook.pretend(book, "alpha")
    return book


def test_a_build_is_published_with_its_ledger(book, printer):
    page = site.build(book)
    assert page == book.root / "_build" / "html" / "index.html" and page.read_text() == "one"
    assert (page.parent / "ledger.json").is_file()
    assert (page.parent / "verdict.schema.json").is_file()
    printer.text = "two"
    assert site.build(book).read_text() == "two"
    assert printer.calls == [False, True], "the second build goes on from the first"
    assert sorted(path.name for path in (book.root / "_build").glob("html*")) == ["html"]


@pytest.mark.parametrize("fault", [ChapterFailed("no pages"), KeyboardInterrupt()])
def test_a_build_that_fails_keeps_the_last_site_and_starts_afresh(book, printer, fault):
    page = site.build(book)
    printer.text, printer.fault = "broken", fault
    with pytest.raises(type(fault)):
        site.build(book)
    assert page.read_text() == "one"
    printer.text, printer.fault = "two", None
    assert site.build(book).read_text() == "two"
    assert printer.calls == [False, True, False]


def test_a_site_with_faults_is_not_published(book, printer):
    page = site.build(book)
    printer.text, printer.findings = "two", ["index.html: no verdict"]
    with pytest.raises(ChapterFailed, match="the site has 1 faults") as caught:
        site.build(book)
    assert caught.value.detail == "index.html: no verdict" and page.read_text() == "one"


def test_a_stale_chapter_is_not_published(book, printer):
    page = site.build(book)
    toybook.write(book, toybook.notebook("alpha", "1"))
    with pytest.raises(CompanionError, match="alpha has no fresh executed copy"):
        site.build(toybook.Book(book.root))
    assert page.is_file()


def test_another_configuration_starts_afresh(book, printer):
    site.build(book)
    (book.root / "_config.yml").write_text("title: Other\n")
    site.build(book)
    assert printer.calls == [False, False]


def test_a_crash_between_the_renames_is_mended(book, printer):
    page = site.build(book)
    page.parent.rename(page.parent.with_name("html.old"))
    printer.fault = ChapterFailed("no pages")
    with pytest.raises(ChapterFailed):
        site.build(book)
    assert page.read_text() == "one"


def test_an_output_that_cannot_be_written(book, printer):
    (book.root / "_build" / "staging").write_text("in the way")
    with pytest.raises(CompanionError, match=r"^cannot write [^\n]*staging[^\n]*$"):
        site.build(book)


def test_a_swap_that_fails_keeps_the_last_site(book, printer, monkeypatch):
    page = site.build(book)
    printer.text = "two"

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site.shutil, "copytree", full)
    with pytest.raises(CompanionError, match="No space left on device"):
        site.build(book)
    assert page.read_text() == "one"


def test_the_log_of_a_failed_build_is_shown(book, monkeypatch):
    code = "print('reading... [ 50%] x'); print('\\x1b[91mthe fault\\x1b[0m'); raise ValueError"
    monkeypatch.setattr(site, "SPHINX", code)
    staging = book.root / "_build" / "staging"
    staging.mkdir()
    with pytest.raises(ChapterFailed, match="whole log is in .*build.log") as caught:
        site._sphinx(book, staging)
    assert caught.value.detail == "the fault"
