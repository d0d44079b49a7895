"""What teachers are told fits the chapters, paths keep the order of ideas, copies are complete."""

import copy
import doctest
from types import SimpleNamespace

import pytest
import smallbook
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from test_finding import expected_ledger

from companion import answers, cli, exercises, handouts, schemas, teaching
from companion.chapters import Book, read_yaml
from companion.errors import ChapterFailed, CompanionError
from companion.sphinx import downloads

ROOT = Book(smallbook.ROOT)
LEDGER = {"chapters": [{"chapter": "alpha", "claims": [{"claim": "alpha/one"}]}]}
WORTH = [{"points": 1, "minutes": 5, "answer": "my_x = 2"}, {"points": 3, "minutes": 20}]


def notebook(*cells):
    """A notebook of these cells: text is Markdown, a pair is the id and the source of code."""
    return new_notebook(cells=[
        new_markdown_cell(cell, id=f"text-{k}") if isinstance(cell, str) else
        new_code_cell(cell[1], id=cell[0]) for k, cell in enumerate(cells)])


SMALL = notebook("# On alpha", smallbook.EXERCISES, ("check", smallbook.CHECK), smallbook.ANSWERS,
                 "## Cite\n\n**3.** is no exercise.")


def chapter(content=SMALL):
    return SimpleNamespace(notebook=content, title="On alpha")


@pytest.fixture
def book(tmp_path):
    return smallbook.make(tmp_path)


def test_the_book_has_both_paths():
    stored = teaching.load(ROOT, expected_ledger())
    assert [len(stored[name]) for name in teaching.PATHS] == [3, 12]
    taken = {slug for session in stored["weeks"] for slug in session["chapters"]}
    assert len(taken) >= 19


ONE = {"title": "One", "chapters": ["a"], "opens": "a", "steps": [], "homework": {}}
TWO = {"title": "Two", "chapters": ["b"], "opens": "b", "steps": [{"shows": ["a/x"]}],
       "homework": {"a": [1]}}
ENTRIES = {"a": {"needs": [], "exercises": [{}]}, "b": {"needs": ["a"], "exercises": []}}


@pytest.mark.parametrize("path, told", [
    ([ONE, TWO], []),
    ([{**ONE, "chapters": ["a", "b"]}], []),
    ([{**ONE, "chapters": ["b", "a"]}], ["'One' takes b before a, which it needs"]),
    ([{**TWO, "steps": [], "homework": {}}], ["'Two' takes b before a, which it needs"]),
    ([{**ONE, "chapters": ["c"]}], ["'One' names 'c', which is no chapter"]),
    ([{**ONE, "opens": "b"}], ["'One' opens with 'b', which is no chapter of it"]),
    ([ONE, {**TWO, "steps": [{"shows": ["a/y"]}]}], ["'Two' shows 'a/y', which is no claim"]),
    ([{**ONE, "steps": [{"shows": ["b/x"]}]}], ["'One' shows b/x before its chapter"]),
    ([{**ONE, "homework": {"b": [1]}}], ["'One' sets exercises of b before the chapter"]),
    ([{**ONE, "homework": {"a": [1, 2]}}],
     ["'One' sets exercise 2 of a, which has no such exercise"]),
])
def test_a_path_keeps_the_order_of_ideas(path, told):
    assert list(teaching.path_faults(path, ENTRIES, {"a/x", "b/x"})) == told


@pytest.mark.parametrize("old, new, told", [
    ("", "", None),
    ("goals: [Say", "aims: [Say", "$.chapters.alpha: 'goals' is a required property"),
    ("goals: [Say what $x^2$ is., Draw <it>.]", "goals: [Draw it.]", "$.chapters.alpha.goals: "),
    ("  alpha:\n", "  beta:\n", "chapters are beta; allowed: those of _toc.yml, in its order"),
    ("needs: []", "needs: [alpha]", "'the book' takes alpha before alpha, which it needs"),
    ('right: "1 & more"', 'right: "2"', "alpha: right = '2'; allowed: one of the answers"),
    ("shown_by: [alpha/one]", "shown_by: [alpha/won]", "alpha: shown_by names 'alpha/won'"),
    ("    - {points: 3, minutes: 20}\n", "", "alpha: 1 exercises; allowed: 2, as many as it has"),
    (", answer: my_x = 2", "", "alpha: exercise 1: allowed: an answer where the exercise has"),
    ("minutes: 20}", "minutes: 20, answer: my_x = 1}", "alpha: exercise 2: allowed: an answer"),
    ("answer: my_x = 2", "answer: my_y = 2", "answer 'my_y = 2': allowed: my_x = ..."),
    ("{minutes: 60,", "{minutes: 61,", "lectures: 'One & only' takes 91 minutes; allowed: 90"),
])
def test_what_does_not_fit_is_named(book, old, new, told):
    (book.root / teaching.DATA).write_text(smallbook.TEACHING.replace(old, new, 1))
    if told is None:
        assert teaching.load(book, LEDGER)["chapters"]["alpha"]["needs"] == []
        return
    with pytest.raises(CompanionError) as caught:
        teaching.load(book, LEDGER)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_the_schema_is_one():
    assert schemas.findings(read_yaml(ROOT.root / teaching.DATA), schemas.TEACHING) == []
    assert schemas.findings({}, schemas.TEACHING) != []


def test_reading_takes_as_long_as_the_rule_says():
    words, formula = "word " * 150, "$$\nx\n$$\n\n"
    program = "\n".join(["chapter.claim(1)"] * 4 + ["show(2)", "knob(3)"])
    content = notebook(words * 4 + formula * 4, ("code", program), "## Exercises\n" + words * 9)
    assert teaching.reading_minutes(chapter(content)) == 10  # 4 + 2, 2 + 2
    content.cells[0].source += "more"
    assert teaching.reading_minutes(chapter(content)) == 15


def test_a_chapter_without_a_line_of_needs_is_named(tmp_path):
    source = SimpleNamespace(notebook=notebook("Prose."), path=tmp_path / "a.ipynb")
    with pytest.raises(CompanionError, match=r"^a\.ipynb: no line `\*You need"):
        teaching.notions(source)


def test_exercises_are_found_with_their_checks_and_solutions():
    first, second = exercises.find(SMALL)
    assert (first.number, first.title, second.title) == (1, "The number", "The reason")
    assert first.asked == "**1. The number.** Which one?" and first.checker.id == "check"
    assert first.solution == "It is two, as $2=1+1$." and second.checker is None
    (untitled,) = exercises.find(notebook("## Exercises\n\n**1.** Let $p>0$. Why?"))
    assert (untitled.title, untitled.solution) == ("Let $p>0$", "")


FOLD = "<details><summary>Solution {}</summary>\n\nSo.\n\n</details>\n"


@pytest.mark.parametrize("cells, told", [
    (["**2. Second.** Why?"], "exercises [2]; allowed: numbers that count from 1"),
    (["**1. A.** Why?\n\n" + FOLD.format(2)], "Solution 2 does not follow exercise 2"),
    ([FOLD.format(1)], "Solution 1 does not follow exercise 1"),
    (["**1. A.** Why?\n\n" + 2 * FOLD.format(1)], "Solution 1 does not follow"),
    (["**1. A.** Why?", ("x", "1"), ("y", "2")], "exercise 1 has cells 'x' and 'y'"),
])
def test_exercises_out_of_order_are_named(cells, told):
    with pytest.raises(CompanionError) as caught:
        exercises.find(notebook("## Exercises", *cells))
    assert told in str(caught.value)


@pytest.mark.parametrize("lines, colour", [
    ("  ✓ x is 1\n      seen 1", "green"), ("  ✓ x\n  ✗ y", "red"), ("12", "none")])
def test_the_colour_of_an_attempt(lines, colour):
    shown = new_output("execute_result", data={"text/plain": lines})
    assert exercises.colour({"outputs": [shown]}) == colour
    kept = {"outputs": [{"data": {"text/plain": lines.splitlines(keepends=True)}}]}
    assert exercises.colour(kept) == colour


def test_a_students_copy_has_places_for_answers():
    made = handouts.student(chapter(), WORTH)
    assert [cell.id for cell in made.cells] == [
        "student", "text-0", "text-1", "check", "answer-1", "text-3-1", "answer-2", "text-4"]
    sources = {cell.id: cell.source for cell in made.cells}
    assert sources["answer-2"] == "**Your answer to exercise 2** (3 points):"
    assert sources["text-3-1"] == "**2. The reason.** Why?" and sources["check"] == smallbook.CHECK
    assert SMALL.cells[3].source == smallbook.ANSWERS, "the source is not changed"


def test_the_solutions_stand_alone():
    made = handouts.solutions(chapter(), WORTH)
    assert [cell.id for cell in made.cells] == [
        "solutions", "exercise-1", "check-1", "solution-1", "green-1", "exercise-2", "solution-2"]
    sources = {cell.id: cell.source for cell in made.cells}
    assert "# Solutions: On alpha" in sources["solutions"]
    assert "solution; 4 points in all" in sources["solutions"]
    assert sources["green-1"] == smallbook.CHECK.replace("my_x = 1", "my_x = 2")
    assert "*3 points, 20 minutes*" in sources["exercise-2"]
    assert "<details>" not in "".join(sources.values())


@pytest.mark.parametrize("module", [exercises, handouts, teaching])
def test_the_examples(module):
    assert doctest.testmod(module).failed == 0


def test_answers_turn_the_checks_of_a_chapter_green():
    found = answers.run(ROOT, ["norms-diverging"], "smoke")
    assert [each.number for each in found] == [1, 2, 3]
    assert {each.colour for each in found} == {"green"}


@pytest.mark.parametrize("colour, status", [("green", 0), ("red", 1), ("none", 1)])
def test_the_command_says_which_check_is_not_green(book, monkeypatch, capfd, colour, status):
    monkeypatch.chdir(book.root)
    monkeypatch.setattr(cli.signal, "signal", lambda *args: None)
    monkeypatch.setattr(answers, "run", lambda *args: [answers.Checked("alpha", 1, colour)])
    if status == 0:
        cli.main(["exercises"])
        assert capfd.readouterr().out == "checks that turned green: 1 of 1\n"
        return
    with pytest.raises(SystemExit) as end:
        cli.main(["exercises", "alpha"])
    told = capfd.readouterr().err
    assert end.value.code == 1
    assert "companion: 1 of 1 checks are not green\n\nalpha: exercise 1" in told


def test_a_chapter_that_fails_with_its_answers_says_so(book):
    text = (book.root / teaching.DATA).read_text().replace("my_x = 2", "my_x = 1 / 0")
    (book.root / teaching.DATA).write_text(text)
    with pytest.raises(ChapterFailed, match="answers of alpha: .*ZeroDivisionError"):
        answers.run(book)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


def test_the_page_for_teachers(built):
    text = (smallbook.html(built) / "book" / "teaching.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    lecture, entry = page.select_one("#lecture-1"), page.select_one("#teach-alpha")
    assert "Lecture 1. One & only" in lecture.summary.get_text() and lecture.select_one(".katex")
    assert [row.th.get_text() for row in lecture.select("tr")] == ["30 min", "60 min"]
    links = {link["href"] for link in lecture.select("a")}
    places = ("", "#claim-one", "#exercises")
    assert links == {f"../notebooks/alpha.html{place}" for place in places}
    assert "1, 2 (4 points)" in lecture.get_text()
    assert "Draw <it>." in entry.get_text() and entry.b.get_text() == "1 & more"
    assert "25 of exercises for 4 points" in entry.summary.get_text()
    assert [row.get_text(" ") for row in entry.select("tr")] == [
        "1 The number  (check) 1 point 5 min", "2 The reason 3 points 20 min"]
    files = [link["href"] for link in entry.select("a[download]")]
    assert files == ["../notebooks/alpha-student.ipynb", "../notebooks/alpha-solutions.ipynb"]
    assert all((smallbook.html(built) / "book" / file).resolve().is_file() for file in files)


@pytest.mark.parametrize("file, old, new, told", [
    ("book/teaching.md", "{teaching} weeks", "{teaching} years", "no part 'years'; allowed: lec"),
    (teaching.DATA, "minutes: 60", "minutes: 50", "teaching.yml: lectures: 'One & only' takes 80"),
])
def test_a_page_that_cannot_be_made_stops_the_build(built, file, old, new, told):
    path = built.root / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    status, log = smallbook.build(built)
    path.write_text(text, encoding="utf-8")
    assert status != 0 and told in log


def test_a_students_copy_installs_the_library_where_there_is_an_address():
    small = Book(ROOT.root).chapter("norms-diverging")
    executed = {small.slug: copy.deepcopy(small.notebook)}
    companion = SimpleNamespace(
        address="https://github.com/x/y", branch="main", executed=executed,
        teaching=yaml.safe_load((ROOT.root / teaching.DATA).read_text(encoding="utf-8")),
        entry=lambda slug: {"chapter": slug})
    parts = downloads._parts(small, companion)
    made = downloads._files(small, executed[small.slug], *parts)
    assert '"install"' in made["notebooks/norms-diverging-student.ipynb"]
    assert '"install"' not in made["notebooks/norms-diverging-clean.ipynb"]
