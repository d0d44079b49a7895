"""The study over root seeds: what is kept of it, and what the pages say."""

import json

import pytest
import toybook
from toybook import companion

from companion import execute, seeds, studies
from companion.chapters import Book
from companion.sphinx import seeds as shown

CHOOSE = "if seed % 3:\n    near.check = True\n    {good}\nelse:\n    {bad}"


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha", "beta")
    cells = {name: toybook.emit(toybook.VERDICT, record).replace("\n", "\n    ") for name, record
             in (("good", toybook.record("alpha")), ("bad", toybook.failed("alpha")))}
    toybook.write(book, toybook.notebook("alpha", toybook.good_sources("alpha")[0],
                                         CHOOSE.format(**cells)))
    monkeypatch.chdir(tmp_path)
    return book


def test_a_study_is_kept_with_its_flips(book, capsys):
    assert companion("verify alpha --seeds 1:4 --keep") == 1
    assert "2 of 3" in capsys.readouterr().out
    study = studies.load(book, seeds.NAME)
    entry = study["chapters"]["alpha"]
    assert entry["seconds"] > 0 and entry["seeds"] == [1, 2, 3] and set(study["chapters"]) == {"alpha"}
    claim = entry["claims"][0]
    assert (claim["flips"], claim["margins"]) == ([3], [0.5, 0.5, -0.25])
    assert claim["parts"][0]["values"] == [0.5, 0.5, 0.5]
    assert seeds.worst(claim, entry["seeds"]) == (-0.25, 3)
    assert companion("verify beta --seeds 1:3 --keep") == 0
    assert set(studies.load(book, seeds.NAME)["chapters"]) == {"alpha", "beta"}


@pytest.mark.parametrize("line", [
    "--keep", "--seeds 1:2 --keep", "--seeds 1:4 --keep --profile smoke",
    "--seeds 1:4 --keep -p trials 2",
])
def test_what_cannot_be_kept(book, capsys, line):
    assert companion(f"verify {line}") == 2
    assert "--keep takes no -p, and either --seeds A:B" in capsys.readouterr().err
    assert not (book.root / "book").joinpath("data").exists()


class Pages:
    """What the pages are made of, as far as a study is concerned."""

    def __init__(self, key: str, flips: list[int], chance: float = 1e-9) -> None:
        claim = {"claim": "alpha/one", "flips": flips, "margins": [0.1, -0.2 if flips else 0.3],
                 "chance": chance, "parts": []}
        about = {"commit": None, "date": "2026-01-02T03:04:05+00:00", "versions": {}, "cpu": "c"}
        self.studies = {"seeds": {"provenance": about, "chapters": {
            "alpha": {"key": "k", "seeds": [5, 6], "claims": [claim]}}}}
        self.keys = {"alpha": key, "beta": "b"}


def test_what_a_chapter_says():
    assert shown.of_chapter("beta", Pages("k", [])) == ""
    assert shown.of_chapter("alpha", Pages("k", [])) == (
        "2 root seeds (5 to 6): every claim as expected at each")
    assert shown.of_chapter("alpha", Pages("other", [6])) == (
        "2 root seeds (5 to 6), with earlier code: one flipped at 6")


def test_what_the_scoreboard_says():
    assert shown.of_claim("alpha/one", Pages("k", [6])) == "1 of 2"
    assert shown.of_claim("alpha/one", Pages("other", [])) == "2 of 2, earlier code"
    assert shown.of_claim("beta/one", Pages("k", [])) == ""


def test_the_summary_hides_nothing():
    text = shown.summary(Pages("other", [6], chance=0.01))
    for said in ("alpha/one at 6", "Not measured yet", "beta", "Measured with earlier code",
                 "<dd>0.01</dd>", "<dd>1</dd>"):
        assert said in text


def test_margins_are_strokes():
    drawn = shown.strokes({"margins": [0.01, 0.1, 10.0, 1e6, -0.1, None]})
    places = [float(part.split(",")[0]) for part in drawn.split('d="M')[2 + 4:]]
    assert places == [6, pytest.approx(55.3), 154, 154, 2, 2]
    assert drawn.count('class="bad"') == 2 and "from −10 % to &gt; 1000 %" in drawn


def test_a_chapter_that_never_ran_here_starts_as_early_as_it_is_long(book, capfd):
    chapters = {slug: {"seconds": seconds} for slug, seconds in (("alpha", 1.5), ("beta", 9.0))}
    studies.store(book, seeds.NAME, {"chapters": chapters})
    execute.run(book, jobs=1)
    told = capfd.readouterr().err
    assert told.index("beta: ") < told.index("alpha: ")


def test_a_broken_study_is_one_line(book, capsys):
    path = studies.path(Book(book.root), seeds.NAME)
    path.parent.mkdir()
    for text, message in (("{", "is not a study"), ('{"schema": 9}', "has schema 9; allowed: 1")):
        path.write_text(text)
        assert companion("verify beta --seeds 1:3 --keep") == 2
        assert message in capsys.readouterr().err


def test_numbers_stand_on_one_line():
    text = studies.text({"margins": [0.1, None, -2e-9], "names": ["a", "b"], "flips": []})
    assert '"margins": [ 0.1, null, -2e-09 ]' in text and json.loads(text)["names"] == ["a", "b"]
