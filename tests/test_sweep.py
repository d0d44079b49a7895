"""A chapter over values of its parameters: every combination, at every seed, is a line."""

from types import SimpleNamespace

import toybook
from toybook import companion

from companion import freshness
from companion.chapters import Book
from companion.execute import Run
from companion.jobs import plan
from companion.sweep import cells, table

EXCEED = """x = rate * (1 + seed) / len(sizes)
record, card = ({good!r}, {good_card!r}) if x <= 1 else ({bad!r}, {bad_card!r})
for seen in (record["parts"][0]["observed"], record["observed"][0]):
    seen.update(value=x, max=x)
import IPython.display
IPython.display.display({{{mime!r}: record, "text/plain": card}}, raw=True)"""


def test_every_cell_has_a_line_over_its_seeds(tmp_path, monkeypatch, capsys):
    book = toybook.make(tmp_path, "alpha")
    good, bad = toybook.record("alpha"), toybook.failed("alpha")
    good["margin"] = good["parts"][0]["margin"] = 0.25
    toybook.write(book, toybook.notebook("alpha", toybook.good_sources("alpha")[0], EXCEED.format(
        good=good, bad=bad, good_card=toybook.card(good), bad_card=toybook.card(bad),
        mime=toybook.VERDICT)))
    monkeypatch.chdir(tmp_path)
    line = "sweep alpha -p rate 0.5 -p rate 0.50 -p rate 2 -p sizes [3] -p sizes [1,2] --seeds 0:2"
    assert companion(line) == 0
    lines = [each.split() for each in capsys.readouterr().out.splitlines()]
    assert lines == [
        "rate sizes claim verdict least margin median of".split(),
        "0.5 [3] alpha/one 2 reproduced 0.25 0.75 x".split(),
        "0.5 [1, 2] alpha/one 2 reproduced 0.25 0.375 x".split(),
        "2.0 [3] alpha/one 2 not reproduced -0.25 3 x".split(),
        "2.0 [1, 2] alpha/one 1 reproduced, 1 not reproduced -0.25 1.5 x".split(),
    ]
    assert companion(line) == 0
    assert capsys.readouterr().err == "", "nothing is stale the second time"


def test_the_number_is_of_the_same_part_in_all_cells(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    parts = toybook.record("alpha")["parts"]
    runs = []
    for seed, margins in enumerate([(0.5, 0.1), (0.2, 0.9)]):
        both = [{**parts[0], "margin": margin,
                 "observed": {**parts[0]["observed"], "name": name, "value": margin}}
                for name, margin in zip("uv", margins, strict=True)]
        chapter = Book(book.root).chapter("alpha")
        job = plan(chapter, book, seed=seed)
        target = toybook.pretend(book, "alpha", (
            toybook.VERDICT, toybook.record("alpha", parts=both, margin=min(margins))))
        notebook = freshness.load(target)
        runs.append(SimpleNamespace(job=job, notebook=notebook))
    columns = {column.header: list(column.cells) for column in table(runs, ["seed"]).columns}
    assert (columns["median"], columns["of"]) == (["0.1", "0.9"], ["v", "v"])
    assert columns["least margin"] == ["0.1", "0.2"]


def test_a_value_that_is_given_twice_is_one_cell():
    assert cells([("rate", "1"), ("rate", "1")]) == [{"rate": "1"}]
    assert cells([]) == [{}]


def test_a_claim_without_numbers_is_a_line_too(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    record = toybook.record("alpha", verdict="not testable here", parts=[], observed=[],
                            margin=None, reason="too large")
    toybook.pretend(book, "alpha", (toybook.VERDICT, record))
    chapter = Book(book.root).chapter("alpha")
    found = table([Run(chapter, plan(chapter, book), executed=False)], ["trials"])
    assert [list(column.cells) for column in found.columns] == [
        ["3"], ["alpha/one"], ["1 not testable here"], [""], [""], [""]]
