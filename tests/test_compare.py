"""A run beside a published ledger: what is the same, what differs by how much, what is refused."""

import json

import pytest
import toybook

from companion import cli, compare, ledger
from companion.chapters import Book


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha", "beta")
    for slug in ("alpha", "beta"):
        toybook.pretend(book, slug)
    ledger.write(ledger.build(book), tmp_path / "site")
    monkeypatch.chdir(tmp_path)
    return book


@pytest.fixture
def companion(capfd):
    """Run ``companion compare ...`` and return (status, stdout, stderr)."""
    def call(line: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = 0
        try:
            cli.main(["compare", *line.split()])
        except SystemExit as end:
            status = end.code
        return status, *capfd.readouterr()

    return call


def publish(book: Book, change) -> None:
    """Change the published ledger by `change`, which is given its chapters."""
    path = book.root / "site" / "ledger.json"
    content = json.loads(path.read_text())
    change(content["chapters"])
    path.write_text(json.dumps(content))


def moved(record: dict, value: float, margin: float) -> dict:
    """`record` with its one number and its margin."""
    seen = {**record["parts"][0]["observed"], "value": value}
    part = {**record["parts"][0], "observed": seen, "margin": margin}
    return {**record, "parts": [part], "observed": [seen], "margin": margin}


def test_the_same_run(book, companion):
    status, out, err = companion("site/ledger.json")
    assert (status, err) == (0, "")
    assert out.splitlines()[1].split() == [
        "alpha/one", "reproduced", "0.5", "0.5", "0", "all", "0.5"]
    assert out.splitlines()[-1] == ("2 verdicts as in site/ledger.json; 2 numbers the same, "
                                    "0 within the margin, 0 beyond it")
    assert "beta" not in companion("site/ledger.json alpha")[1]


@pytest.mark.parametrize("value, margin, row, summary", [
    (0.5001, 0.4999, ["-0.0001", "3", "0.5", "within"], "0 numbers the same, 1 within"),
    (0.5, 0.26, ["0", "all", "0.26"], "1 number the same, 0 within"),
    (0.9, 0.1, ["-0.4", "0", "0.1", "beyond", "the", "margin"], "0 within the margin, 1 beyond it"),
])
def test_the_tolerance_is_the_margin(book, companion, value, margin, row, summary):
    publish(book, lambda chapters: chapters[0].update(
        claims=[moved(chapters[0]["claims"][0], value, margin)]))
    status, out, _ = companion("site/ledger.json alpha")
    assert status == 0 and summary in out
    assert out.splitlines()[1].split()[4:] == row


def test_what_is_no_number_has_no_difference():
    part = toybook.record("alpha")["parts"][0]
    seen = {**part["observed"], **dict.fromkeys(("value", "min", "median", "max"))}
    nothing = {**part, "margin": None, "observed": seen}
    same, lost = compare.Part(nothing, nothing), compare.Part(part, nothing)
    assert same.same and same.within and same.difference is None and same.digits is None
    assert not lost.same and not lost.within and lost.difference is None


def test_another_criterion_has_no_numbers_to_compare(book, companion):
    publish(book, lambda chapters: chapters[0]["claims"][0]["parts"][0].update(criterion="x ≤ 2"))
    status, out, _ = companion("site/ledger.json alpha")
    assert status == 0 and "no number to compare" in out and "0 numbers the same" in out


def test_another_verdict_or_a_missing_claim_is_a_failure(book, companion):
    publish(book, lambda chapters: chapters[0].update(
        claims=[toybook.failed("alpha"), toybook.record("alpha", "two")]))
    status, out, err = companion("site/ledger.json")
    assert status == 1 and "not reproduced → reproduced" in out
    assert err.splitlines() == [
        "companion: 2 verdicts not as in site/ledger.json", "",
        "alpha/one: reproduced, published not reproduced",
        "alpha/two: missing, published reproduced"]
    assert companion("site/ledger.json beta")[0] == 0


def test_a_chapter_that_this_book_lacks_is_missing_and_a_new_claim_is_none(book, companion):
    publish(book, lambda chapters: chapters[1].update(chapter="gamma", claims=[]))
    status, out, _ = companion("site/ledger.json")
    assert status == 0 and "1 verdict as in" in out
    publish(book, lambda chapters: (chapters[0].update(claims=[]),
                                    chapters[1].update(claims=[toybook.record("gamma")])))
    status, out, err = companion("site/ledger.json")
    assert status == 1 and "gamma/one: missing, published reproduced" in err
    assert "missing → reproduced" in out, "alpha/one is new"
    publish(book, lambda chapters: chapters.pop())
    status, out, _ = companion("site/ledger.json")
    assert status == 0 and "0 verdicts as in site/ledger.json, 1 claim not in it" in out


def test_another_run_says_what_was_set_otherwise(book, companion):
    publish(book, lambda chapters: chapters[0]["provenance"]["versions"].update(python="3.0"))
    status, _, err = companion("site/ledger.json alpha --seed 7")
    assert status == 0 and "alpha: seed = 7 here, 0 published" in err
    assert 'here, "3.0" published' in err
    assert list((book.root / "_build" / "runs" / "alpha").glob("book-seed7.ipynb"))


def test_schema_is_checked_as_published(book, companion):
    publish(book, lambda chapters: [chapter.pop("paper") for chapter in chapters])
    status, out, err = companion("site/ledger.json")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "site/ledger.json: $.chapters[0]: 'paper' is a required property (and 1 more)" in err


@pytest.mark.parametrize("text, message", [
    (None, "cannot read other.json: No such file or directory; allowed: the ledger.json of a site"),
    ("{", "other.json is not a ledger"), ("[]", "other.json is not a ledger"),
    ("[" * 100_000, "other.json is not a ledger"), ("{}", "other.json is not a ledger"),
    ('{"schema": 2, "chapters": []}', "other.json has schema 2; allowed: 1"),
    ('{"schema": 1}', "other.json: $: 'chapters' is a required property"),
    ('{"schema": 1, "chapters": []}', "other.json has no chapter of this book; "),
])
def test_a_file_that_is_no_ledger_is_one_line(book, companion, text, message):
    if text is not None:
        (book.root / "other.json").write_text(text)
    status, out, err = companion("other.json")
    assert (status, out, err.count("\n")) == (2, "", 1) and message in err


def test_names_that_are_not_there_or_there_twice(book, companion):
    assert "no chapter 'gamma'; allowed: alpha, beta" in companion("site/ledger.json gamma")[2]
    publish(book, lambda chapters: chapters.pop())
    status, _, err = companion("site/ledger.json beta")
    assert status == 2 and "site/ledger.json has no chapter 'beta'; allowed: alpha" in err
    publish(book, lambda chapters: chapters.append(chapters[0]))
    assert "site/ledger.json holds alpha twice" in companion("site/ledger.json")[2]
