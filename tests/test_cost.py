"""What a study would cost, from what single runs took."""

import smallbook

from companion.sphinx import cost

RUN = {"chapter": "alpha", "seconds": 36.0, "peak_memory_mb": 250.4, "bytes": 500_000,
       "provenance": {"cpu": "a <cpu>"}}
RUNS = [RUN, {**RUN, "chapter": "beta", "seconds": 144.0, "peak_memory_mb": None}]


def test_all_chapters_are_summed():
    text = cost.summary(RUNS, 10_000)
    assert "3 min 0 s of one core (a &lt;cpu&gt;)" in text
    assert "10,000 seeds of all 2" in text and "<b>500 core-hours</b>, 5.0 hours on 100" in text
    assert "10 GB of executed copies" in text


def test_each_chapter_has_a_line():
    text = cost.table(RUNS, 10_000, {"alpha": "a.html", "beta": "b.html"})
    first, second = text.partition("<tbody>")[2].split("</tr><tr>")
    for said in ('<a href="a.html">alpha</a>', ">36 s<", ">100<", ">250 MB<", ">5.0 GB<"):
        assert said in first
    for said in (">2 min 24 s<", ">400<", ">not measured<"):
        assert said in second


def test_the_page_is_made_from_the_ledger(tmp_path):
    book = smallbook.make(tmp_path)
    smallbook.pretend(book)
    page = book.root / "book" / "cluster.md"
    status, log = smallbook.build(book)
    assert status == 0, log
    made = (smallbook.html(book) / "book" / "cluster.html").read_text(encoding="utf-8")
    assert "One run of every chapter takes 1.0 s of one core" in made and ">80 MB<" in made
    page.write_text(page.read_text(encoding="utf-8").replace("cost} 10000", "cost} many"),
                    encoding="utf-8")
    status, log = smallbook.build(book)
    assert status and "study-cost many: allowed: how many root seeds, a whole number" in log
