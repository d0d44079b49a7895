"""Planted faults: what they turn red, what is refused, and what is left afterwards."""

import json

import pytest
import toybook
import yaml

from companion import cli, matrix
from companion.chapters import Book

GOOD = {"id": "off-by-one", "what": "near is one too far", "old": "return 1", "new": "return 2",
        "red": ["alpha/one"]}
CHECK = """if near() == 1:
    near.check = True
    {good}
elif near() == 3:
    {torn}
else:
    {bad}"""


def cell(slug: str) -> str:
    """A check that contradicts itself if near() is 3, and is red if it is anything else but 1."""
    prints = {
        "good": toybook.record(slug), "bad": toybook.failed(slug),
        "torn": {**toybook.failed(slug), "verdict": "reproduced"},
    }
    return CHECK.format(**{name: toybook.emit(toybook.VERDICT, record).replace("\n", "\n    ")
                           for name, record in prints.items()})


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha", "beta")
    for slug in ("alpha", "beta"):
        toybook.write(book, toybook.notebook(slug, toybook.good_sources(slug)[0], cell(slug)))
    monkeypatch.chdir(tmp_path)
    return book


@pytest.fixture
def falsify(book, capsys):
    def run(line: str = "", **files: list) -> tuple[int, str, str]:
        for name, faults in files.items():
            path = book.root / "tests" / "faults" / f"{name}.yml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(yaml.safe_dump(faults))
        try:
            cli.main(["falsify", *line.split()])
            status = 0
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()
    return run


def runs(book, name: str) -> dict:
    return matrix.stored(book)[name]


def test_a_fault_in_a_room_turns_the_claims_red_that_rest_on_it(book, falsify):
    before = (book.root / "lib" / "toy" / "far.py").read_text()
    status, out, err = falsify(far=[GOOD])
    assert status == 0, err
    assert "far/off-by-one: near is one too far" in out
    assert {slug: run["red"] for slug, run in runs(book, "far/off-by-one").items()} == {
        "alpha": ["alpha/one"], "beta": ["beta/one"]}
    study = json.loads((book.root / "book" / "data" / "faults.json").read_text())
    assert study["claims_without_fault"] == []
    assert study["faults"][0]["file"] == "lib/toy/far.py"
    assert (book.root / "lib" / "toy" / "far.py").read_text() == before
    assert not (book.root / "_build" / "faults").exists()


def test_what_is_known_is_not_run_again(book, falsify):
    assert "off-by-one in beta" in falsify(far=[GOOD])[2]
    assert falsify()[2] == ""
    toybook.write(book, toybook.notebook("beta", toybook.good_sources("beta")[0],
                                         cell("beta") + "\nx = 1"))
    assert falsify()[2] == ""  # what was added decides nothing
    toybook.write(book, toybook.notebook("beta", toybook.good_sources("beta")[0],
                                         cell("beta").replace("elif", "elif rate and")))
    err = falsify()[2]
    assert "in beta" in err and "in alpha" not in err


def test_a_fault_in_a_chapter(book, falsify):
    fault = {**GOOD, "old": "near() == 1", "new": "near() > 1"}
    status, _, err = falsify("alpha", alpha=[fault])
    assert status == 0 and list(runs(book, "alpha/off-by-one")) == ["alpha"]


@pytest.mark.parametrize("new, red, status, found", [
    ("return 3", [], 1, "the verdict is 'reproduced'; its parts say"),
    ("raise ValueError('no')", [], 1, "failed: ValueError: no"),
    ("return 1 + 0", [], 1, "far/off-by-one: turned nothing red"),
    ("return 1.0", ["alpha/one"], 1, "far/off-by-one: alpha/one stayed as expected"),
])
def test_what_is_no_red(book, falsify, new, red, status, found):
    code, out, err = falsify(far=[{**GOOD, "new": new, "red": red}])
    assert code == status and found in out + err
    assert "alpha/one: no fault turns it red" in err


def test_a_chapter_that_is_refused_counts_as_caught(book, falsify):
    err = falsify(far=[{**GOOD, "new": "return 3", "red": []}])[2]
    assert "turned nothing red" not in err


@pytest.mark.parametrize("faults, message", [
    ([{**GOOD, "old": "return 7"}], "fault far/off-by-one does not apply: 'return 7' stands 0 times"),
    ([{**GOOD, "old": "n"}], "exactly once is allowed"),
    ([{**GOOD, "new": "return ("}], "leaves no Python"),
    ([GOOD, GOOD], "far/off-by-one is there twice"),
    ([{**GOOD, "new": "return 1"}], "old and new are the same"),
    ([{"id": "x"}], "allowed: a mapping of id, new, old, red, what"),
    ([{**GOOD, "what": ""}], "what = ''; allowed: some text"),
])
def test_a_fault_that_is_not_well_formed(book, falsify, faults, message):
    status, out, err = falsify(far=faults)
    assert status == 2 and message in err and out == ""
    assert not (book.root / "book" / "data").exists()


def test_unknown_names(book, falsify):
    assert "no fault 'far/x'; allowed: far/off-by-one" in falsify("--fault far/x", far=[GOOD])[2]
    assert "no chapter 'gamma'" in falsify("gamma", far=[GOOD])[2]
    assert "'nowhere'" in falsify(nowhere=[GOOD])[2]


def test_faults_of_the_book_that_were_removed_are_forgotten(book, falsify):
    falsify(far=[GOOD, {**GOOD, "id": "other", "new": "return 1 + 1"}])
    falsify(far=[{**GOOD, "new": "return 2 * 1"}])
    assert list(matrix.stored(Book(book.root))) == ["far/off-by-one"]
