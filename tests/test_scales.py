"""Other sizes than the book's: what is kept of their runs, and what the page says."""

import pytest
import toybook
from toybook import companion

from companion import readings, scales, studies
from companion.chapters import Book
from companion.errors import CompanionError
from companion.sphinx import scales as shown

PROFILES = ("smoke: {alpha: {trials: 1}}\n"
            "paper: {alpha: {trials: 30, rate: 1}, beta: its networks need a GPU}\n")


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha", "beta")
    (book.root / "notebooks" / "profiles.yml").write_text(PROFILES)
    for slug in ("alpha", "beta"):
        path = book.root / "tests" / "expected" / f"{slug}.yml"
        path.write_text(path.read_text() + "paper: {one: reproduced}\n")
    monkeypatch.chdir(tmp_path)
    return Book(book.root)


def test_what_is_out_of_reach_is_left_out_with_its_reason(book, capsys):
    assert companion("verify --profile paper --keep") == 0
    out, err = capsys.readouterr()
    assert "1 claim of 1 chapter as expected" in out
    assert "beta: not testable here: its networks need a GPU" in err
    (entry,) = studies.load(book, scales.NAME)["runs"]["paper"].values()
    assert entry["parameters"] == {"trials": 30, "rate": 1.0} == scales.changed(book, "paper", "alpha")
    (claim,) = entry["claims"]
    assert (claim["claim"], claim["verdict"], claim["margin"]) == ("alpha/one", "reproduced", 0.5)
    assert claim["parts"][0]["range"] == [0.1, 0.3, 0.5]
    assert "key" in entry and "key" not in entry["provenance"]


def test_it_is_refused_by_name(book, capsys):
    assert companion("run beta --profile paper") == 2
    assert ("profile 'paper' of beta is not testable here: its networks need a GPU"
            in capsys.readouterr().err)
    with pytest.raises(CompanionError, match="no profile 'huge'"):
        book.out_of_reach("huge")


def test_runs_are_kept_chapter_by_chapter(book):
    assert companion("verify alpha --profile smoke --keep") == 0
    assert companion("verify beta --profile smoke --keep") == 0
    runs = studies.load(book, scales.NAME)["runs"]
    assert list(runs["smoke"]) == ["alpha", "beta"]


def part(value: float | None, margin: float | None) -> dict:
    return {"criterion": "c", "value": value, "range": [value] * 3, "n": 1, "margin": margin}


def test_the_number_of_a_claim_is_the_part_nearest_to_flipping():
    here = {"parts": [part(1, 0.5), part(2, 0.1)]}
    assert readings.beside(here, {"parts": [part(3, 0.0), part(4, 9.0)]})["value"] == 4
    assert readings.beside(here, {"parts": [part(3, 0.0)]}) is None
    assert readings.beside(here, None) is None
    assert readings.beside({"parts": []}, here) is None


class Pages:
    """What the page is made of."""

    def __init__(self, book: Book, key: str = "k") -> None:
        self.book, self.keys = book, {"alpha": key, "beta": "b"}
        self.studies = {scales.NAME: {"runs": RUNS}}
        record = toybook.record("alpha")
        self.ledger = {"chapters": [{"chapter": "alpha", "claims": [record], "seconds": 2.0,
                                     "parameters": book.chapter("alpha").parameters}]}

    def entry(self, slug: str) -> dict:
        return next((e for e in self.ledger["chapters"] if e["chapter"] == slug), {"claims": []})


RUNS = {"paper": {"alpha": {
    "key": "k", "parameters": {"trials": 30, "rate": 1.0}, "seconds": 200.0,
    "claims": [{"claim": "alpha/one", "verdict": "not reproduced", "margin": -0.1,
                "parts": [part(0.7, -0.1)]}]}}}


def test_the_summary_names_what_differs_and_what_is_missing(book):
    said = shown.summary(Pages(book), RUNS)
    for words in ("Other verdicts at paper size</dt><dd>alpha/one: not reproduced",
                  "Other verdicts at smoke size</dt><dd>none", "3 min 20 s of computation",
                  "Smoke, not measured yet</dt><dd>alpha, beta",
                  "not testable here: its networks need a GPU"):
        assert words in said
    assert "earlier code" not in said
    assert "Paper, with earlier code</dt><dd>alpha" in shown.summary(Pages(book, "x"), RUNS)


def test_a_chapter_tells_of_its_other_sizes(book):
    assert shown.of_chapter("alpha", Pages(book)) == {
        "At paper size": "3 min 20 s: one not reproduced"}
    assert "with earlier code" in shown.of_chapter("alpha", Pages(book, "x"))["At paper size"]
    assert shown.of_chapter("beta", Pages(book)) == {
        "At paper size": "not testable here: its networks need a GPU"}


def test_the_trend_is_flat_where_nothing_changes():
    heights = [float(dot.split('cy="')[1].split('"')[0])
               for dot in shown.trend([1.0, 1.001, None]).split("<circle")[1:]]
    assert len(heights) == 2 and abs(heights[0] - heights[1]) < 0.1
    assert shown.trend([None, 1.0, None]) == ""
    assert "M8,12.0 L40,20.0 L72,4.0" in shown.trend([0.0, -1.0, 1.0])
