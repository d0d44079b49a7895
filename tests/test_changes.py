"""What changes under a run or between two: files, the clock, a copy, the schema of what is kept."""

import itertools
import json
import os
import time

import pytest
import toybook
from command import kept, put, run

from companion import execute, freshness, provenance
from companion.chapters import Book
from companion.errors import ChapterFailed

FAR = "../lib/toy/far.py"
SELF = "../notebooks/alpha.ipynb"


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha", "beta")
    for slug in ("alpha", "beta"):
        toybook.pretend(book, slug)
    return book


def fresh(book) -> bool:
    """Read everything anew, as the next command would."""
    book = Book(book.root)
    return freshness.is_fresh(book, book.chapter("alpha"))


def rewrite(path: str, old: str, new: str) -> str:
    """Source of a cell that replaces the first `old` in the file `path` while it runs."""
    return (f"from pathlib import Path\nfile = Path({path!r})\n"
            f"file.write_text(file.read_text().replace({old!r}, {new!r}, 1))")


@pytest.mark.parametrize("path, old, new, said", [
    (FAR, "1", "2", "lib/toy/far.py changed while it ran; nothing of it is stored, run it again"),
    ("../lib/toy/rooms.py", "far import near", "unused import x as near",
     "lib/toy/far.py, lib/toy/rooms.py, lib/toy/unused.py changed while it ran; nothing"),
    (SELF, "trials = 3", "trials = 4", "notebooks/alpha.ipynb changed while it ran; nothing"),
    (FAR, "return", "return )", "far.py is not Python: unmatched ')' (far.py, line 2)"),
    (SELF, "{", "", "alpha.ipynb is not a valid notebook: "),
])
def test_what_changed_while_it_ran_is_not_stored(book, path, old, new, said):
    book = put(book, rewrite(path, old, new))
    file = book.root / "lib" / path
    before, text = kept(book), file.read_text()
    with pytest.raises(ChapterFailed) as caught:
        execute.run(book, ["alpha"])
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert kept(book) == before
    file.write_text(text)
    assert execute.run(put(book, "1"), ["alpha"])[0].executed, "the next run works"


@pytest.mark.parametrize("path, old, new", [
    ("../lib/toy/unused.py", "1", "2"), (SELF, "Prose.", "Other prose."), (FAR, "1", "1")])
def test_a_change_that_does_not_go_in_does_not_matter(book, path, old, new):
    (done,) = execute.run(put(book, rewrite(path, old, new)), ["alpha"])
    assert done.executed and fresh(book)


@pytest.mark.parametrize("seconds", [0, 2**31])
def test_the_dates_of_files_do_not_matter(book, seconds):
    for path in book.root.rglob("*"):
        os.utime(path, (seconds, seconds))
    assert fresh(book)
    room = book.root / "lib" / "toy" / "far.py"
    room.write_text("def near():\n    return 2\n")
    os.utime(room, (seconds, seconds))
    assert not fresh(book)


def test_a_clock_that_is_set_back(book, monkeypatch):
    class Past(provenance.datetime):
        @classmethod
        def now(cls, zone=None):
            return cls(1971, 1, 1, tzinfo=zone)

    earlier = itertools.count(0, -3600)
    monkeypatch.setattr(provenance, "datetime", Past)
    monkeypatch.setattr(time, "time", lambda: float(next(earlier)))
    (done,) = execute.run(book, ["alpha"], force=True)
    about = done.notebook["metadata"]["companion"]
    assert 0 < about["seconds"] < 300 and about["provenance"]["date"].startswith("1971")
    monkeypatch.undo()
    assert fresh(book) and not execute.run(book, ["alpha"])[0].executed


@pytest.mark.parametrize("damage", [
    lambda text: text[: len(text) // 2],
    lambda text: "",
    lambda text: text.replace('"verdict": "reproduced"', '"verdict": "not reproduced"'),
    lambda text: json.dumps({"nbformat": 3, "worksheets": []}),
])
def test_a_damaged_copy_is_made_again(book, damage):
    path = freshness.executed_path(book, "alpha")
    path.write_text(damage(path.read_text()))
    ended = run(book, "verify")
    assert ended.status == 0 and ended.out.endswith("2 claims of 2 chapters as expected\n")
    assert "alpha: 4 cells, first run" in ended.err and "beta" not in ended.err
    assert fresh(book)


def test_a_copy_of_another_format(book, monkeypatch):
    monkeypatch.setattr(freshness, "FORMAT", freshness.FORMAT + 1)
    toybook.pretend(book, "alpha")
    monkeypatch.undo()
    listed = run(book, "list")
    assert listed.status == 0 and listed.out.splitlines()[1].split() == ["alpha", "none"]
    assert "alpha: 4 cells, first run" in run(book, "verify", "alpha").err and fresh(book)


@pytest.mark.parametrize("mime, content, said", [
    (toybook.VERDICT, toybook.record("alpha", schema=2), "alpha/one: $.schema: 1 was expected"),
    (toybook.VERDICT, "reproduced", "a verdict record: $: 'reproduced' is not of type 'object'"),
    (toybook.CLAIMS, ["one"], "alpha: no claim is declared"),
])
def test_records_of_another_schema(book, mime, content, said):
    toybook.pretend(book, "alpha", (mime, content))
    listed, verified = run(book, "list"), run(book, "verify")
    assert listed.status == 0 and said in listed.out
    assert (verified.status, verified.err) == (1, f"companion: {said}\n")


def test_a_study_of_another_schema(book):
    study = book.root / "book" / "data" / "faults.json"
    study.parent.mkdir()
    study.write_text('{"schema": 9}')
    ended = run(book, "falsify")
    assert ended.status == 2 and study.read_text() == '{"schema": 9}'
    assert ended.err == f"companion: {study} has schema 9; allowed: 1; measure it anew\n"
