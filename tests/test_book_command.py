"""``companion book``: what is not as expected is not built, what is built can be opened."""

import pytest
import toybook

from companion import cli, execute, site


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha")
    toybook.pretend(book, "alpha")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.signal, "signal", lambda *args: None)
    return book


@pytest.fixture
def pages(book, monkeypatch):
    """What was built and what was opened, in order."""
    done, index = [], book.root / "_build" / "html" / "index.html"
    monkeypatch.setattr(site, "build", lambda book, verified: done.append("built") or index)
    monkeypatch.setattr(cli.webbrowser, "open", done.append)
    return done


def test_a_book_as_expected_is_built_and_shown_on_demand(book, pages, capfd):
    index = book.root / "_build" / "html" / "index.html"
    cli.main(["book"])
    assert pages == ["built"] and f"The book is in {index}" in capfd.readouterr().out
    cli.main(["book", "--open"])
    assert pages == ["built", "built", index.as_uri()]


def test_a_book_with_an_unexpected_verdict_is_not_built(book, pages, capfd):
    box = toybook.CLAIMS, {"schema": 1, "chapter": "alpha", "claims": [toybook.claim("alpha")]}
    toybook.pretend(book, "alpha", box, (toybook.VERDICT, toybook.failed("alpha")))
    with pytest.raises(SystemExit) as end:
        cli.main(["book", "--open"])
    assert end.value.code == 1 and pages == []
    assert "alpha/one: not reproduced, expected reproduced" in capfd.readouterr().err


def test_what_the_file_system_refuses_is_one_line(book, pages, monkeypatch, capfd):
    def refused(*args, **kwargs):
        raise PermissionError(13, "Permission denied", "notebooks")

    monkeypatch.setattr(execute, "run", refused)
    with pytest.raises(SystemExit) as end:
        cli.main(["book"])
    assert end.value.code == 2 and pages == []
    assert capfd.readouterr().err == "companion: notebooks: Permission denied\n"
