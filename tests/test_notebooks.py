"""The chapters themselves: clean sources, and verdicts as expected."""

import json
import re
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from conftest import one_at_a_time

from companion import (answers, execute, exercises, faults, handouts, scales, schemas, slides, studies,
                       teaching)
from companion.chapters import Book, read_yaml
from companion.errors import ChapterFailed
from companion.expected import compare, expectations
from companion.jobs import plan
from companion.judge import VERDICT
from companion.sphinx.outputs import FIGURE, KNOB
from companion.sphinx.pages import join
from companion.verify import rows_by_seed

ROOT = Path(__file__).parents[1]
SLUGS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
HIDDEN = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
MOST_WORDS = 70  # on a slide; a formula, a caption and a verdict are seen, not read
ASKS = re.compile(r"\?|\b(predict|guess|expect)", re.IGNORECASE)
NUMBER, TAG = re.compile(r"\((\d\d?)\)"), re.compile(r"\\tag\{(\d+)\}")  # of formulas
POINTS = re.compile(r"\b(?:above|below)[,.:;)]", re.IGNORECASE)  # "below 0" compares
BEGUN = re.compile(r"(#[^\n]*\n\s*)?[a-z]")
UNENDED = re.compile(r"[,:]\s*(\\tag\{\d+\}\s*)?(\$\$)?\s*$")
UNREAD = re.compile(r"\$\$.*?\$\$|\$[^$]+\$|^#[^\n]*", re.MULTILINE | re.DOTALL)
each_chapter = pytest.mark.parametrize("slug", SLUGS)


@pytest.fixture(scope="session")
def book():
    return Book(ROOT)


def try_all(book, profile="book"):
    """Execute what is stale, side by side; of a chapter that fails its own tests say so."""
    with one_at_a_time(), suppress(ChapterFailed):
        execute.run(book, profile=profile)


@pytest.fixture(scope="session")
def tried(book):
    """The book, when each chapter has been tried."""
    try_all(book)
    return book


@pytest.fixture(scope="session", params=["book", "smoke"])
def profile(book, request):
    """A profile of which each chapter has been tried."""
    try_all(book, request.param)
    return request.param


def run_of(book, slug, profile="book"):
    """The run of a chapter; one that failed is tried again, to say why."""
    with one_at_a_time():
        (run,) = execute.run(book, [slug], profile)
    return run


def test_the_contents_name_every_notebook(book):
    assert sorted(chapter.slug for chapter in book.chapters()) == SLUGS


def test_profiles_name_chapters_only(book):
    assert {slug for chapters in book.profiles.values() for slug in chapters} <= set(SLUGS)


@pytest.mark.parametrize("name", ["smoke", "paper"])
def test_stored_runs_of_other_sizes_are_as_expected(book, name):
    for slug, stored in studies.load(book, scales.NAME)["runs"][name].items():
        rows = compare(slug, stored["claims"], expectations(book, slug, name))
        assert [row for row in rows if row.differs] == []


@each_chapter
def test_a_source_holds_no_outputs_and_names_its_cells(book, slug):
    raw = json.loads(book.chapter(slug).path.read_text(encoding="utf-8"))
    for cell in raw["cells"]:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", cell["id"]), f"id {cell['id']!r} is not a name"
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None, cell["id"]
    ids = [cell["id"] for cell in raw["cells"]]
    assert len(ids) == len(set(ids))


@each_chapter
def test_a_chapter_has_its_parameters_its_paper_and_its_kernel(book, slug):
    chapter = book.chapter(slug)
    assert {"seed", "trials"} <= set(chapter.parameters)
    assert chapter.citation and chapter.title
    assert chapter.notebook.metadata.kernelspec.name == "python3"
    for profile in book.profiles:
        if slug not in book.out_of_reach(profile):
            plan(chapter, book, profile)


@each_chapter
def test_cells_are_short_and_prose_stands_between_them(book, slug):
    previous = None
    for cell in book.chapter(slug).notebook.cells:
        hidden = HIDDEN & set(cell.metadata.get("tags", []))
        if cell.cell_type == "code" and not hidden:
            assert len(cell.source.splitlines()) <= 20, cell.id
            assert previous != "code", f"no prose before cell {cell.id}"
        if not hidden:
            previous = cell.cell_type


@each_chapter
def test_it_has_claims_a_control_and_a_picture(book, slug):
    cells = book.chapter(slug).notebook.cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for wanted in ("chapter.claim(", "refuted_by=", "chapter.control(", "chapter.check("):
        assert wanted in code, f"no {wanted}"
    pictures = [cell for cell in cells if "thumbnail" in cell.metadata.get("tags", [])]
    assert len(pictures) == 1, "one picture stands for the chapter"


@each_chapter
def test_each_claim_has_a_fault_that_is_meant_for_it(book, slug):
    meant = {claim for fault in faults.load(book) for claim in fault.red}
    claims = {f"{slug}/{claim}" for claim in expectations(book, slug, "book")}
    assert claims <= meant, sorted(claims - meant)


@each_chapter
def test_an_exercise_is_answered_in_a_fold(book, slug):
    prose = "\n".join(cell.source for cell in book.chapter(slug).notebook.cells
                      if cell.cell_type == "markdown")
    exercises = prose.partition("## Exercises")[2]
    asked = set(re.findall(r"^\*\*(\d+)\.", exercises, re.MULTILINE))
    answered = set(re.findall(r"^<details><summary>Solution (\d+)", exercises, re.MULTILINE))
    assert asked and asked == answered


@each_chapter
def test_an_exercise_starts_red(tried, slug):
    run = run_of(tried, slug)
    shown = answers.states(run.chapter, run.notebook)
    assert shown and {each.colour for each in shown} == {"red"}


def worth(book, slug):
    return read_yaml(book.root / teaching.DATA)["chapters"][slug]["exercises"]


@each_chapter
def test_it_says_what_a_teacher_needs(book, slug):
    chapter, stored = book.chapter(slug), read_yaml(book.root / teaching.DATA)
    assert schemas.findings(stored, schemas.TEACHING) == []
    claims = {f"{slug}/{claim}" for claim in expectations(book, slug, "book")}
    assert list(teaching.chapter_faults(chapter, stored["chapters"][slug], claims)) == []
    assert teaching.notions(chapter)
    assert abs(teaching.reading_minutes(chapter) - teaching.stated_minutes(chapter)) <= 5


@each_chapter
def test_a_students_copy_keeps_the_checks_and_no_solution(book, slug):
    chapter = book.chapter(slug)
    copy = handouts.student(chapter, worth(book, slug))
    nbformat.validate(copy)
    code = [[cell for cell in notebook.cells if cell.cell_type == "code"]
            for notebook in (copy, chapter.notebook)]
    assert code[0] == code[1]
    text = "\n".join(cell.source for cell in copy.cells)
    assert "<details>" not in text and "Solution" not in text
    for exercise in exercises.find(chapter.notebook):
        assert exercise.asked in text and f"answer-{exercise.number}" in [c.id for c in copy.cells]
        assert [line for line in exercise.solution.splitlines()
                if len(line) > 12 and line in text] == []


@each_chapter
def test_the_solutions_hold_every_exercise_and_its_answer(book, slug):
    chapter = book.chapter(slug)
    notebook = handouts.solutions(chapter, worth(book, slug))
    nbformat.validate(notebook)
    cells = {cell.id: cell.source for cell in notebook.cells}
    for exercise, about in zip(exercises.find(chapter.notebook), worth(book, slug), strict=True):
        assert exercise.asked in cells[f"exercise-{exercise.number}"]
        assert exercise.solution and exercise.solution in cells[f"solution-{exercise.number}"]
        if exercise.checker is not None:
            assert "attempt(" in exercise.checker.source
            assert about["answer"] in cells[f"green-{exercise.number}"].splitlines()


def read(slide):
    """What the cells of text say on a slide."""
    return "\n".join(cell.source for cell in slide.cells if cell.cell_type == "markdown")


def words(slide):
    """The words to read on a slide, without its heading and its formulas."""
    return re.findall(r"\S*\w\S*", UNREAD.sub(" ", read(slide)))


def shown(slide):
    """What the cells of a slide put out, a bundle each."""
    return [output.get("data", {}) for cell in slide.cells for output in cell.get("outputs", [])]


def said(slide):
    """What a slide says in words: its text, and the captions and claims that it puts out."""
    kinds = [(FIGURE, "caption"), (KNOB, "caption"), (VERDICT, "statement"), (VERDICT, "criterion")]
    put_out = [str(bundle[kind].get(key, "")) for bundle in shown(slide)
               for kind, key in kinds if kind in bundle]
    return "\n".join([UNREAD.sub(" ", read(slide)), *put_out])


def assert_it_stands_alone(slide, formulas):
    """Assert that a slide points at nothing that its deck lacks, and begins and ends a sentence."""
    first, told = slide.cells[0].id, said(slide)
    assert set(NUMBER.findall(told)) <= formulas, f"{first}: a formula is on no slide"
    assert "scroll" not in told, first
    if not shown(slide):
        assert not POINTS.search(told), f"{first}: points at what is not on it"
        assert not UNENDED.search(read(slide)), f"{first}: breaks off"
    assert not BEGUN.match(read(slide)), f"{first}: begins within a sentence"


@each_chapter
def test_its_slides_tell_its_story(tried, slug):
    chapter, run = tried.chapter(slug), run_of(tried, slug)
    deck = slides.of(join(chapter.notebook, run.notebook))
    assert 8 <= len(deck) + 1 <= 14, "with the last one, which is made by itself"
    assert deck[0].cells[0].source.startswith(f"# {chapter.title}")
    formulas = {n for slide in deck for cell in slide.cells for n in TAG.findall(cell.source)}
    for slide, after in zip(deck, [*deck[1:], None]):
        first = slide.cells[0].id
        assert len(words(slide)) <= MOST_WORDS, (first, len(words(slide)))
        assert words(slide) or shown(slide) or slide is deck[0], f"{first}: an empty slide"
        if slide.kind == "predict":
            assert ASKS.search(slide.cells[-1].source) and not shown(slide), first
            assert after and shown(after), f"{first}: the next slide does not answer"
        assert_it_stands_alone(slide, formulas)
    figures = [i for i, slide in enumerate(deck)
               if any(FIGURE in each or KNOB in each for each in shown(slide))]
    assert figures and "predict" in [slide.kind for slide in deck[:figures[0]]]
    verdicts = [each[VERDICT] for slide in deck for each in shown(slide) if VERDICT in each]
    assert {record["control"] for record in verdicts} == {False, True}


def test_the_checklist_names_tests_that_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)`: `(test_\w+)` \|$", text, re.MULTILINE)
    rows = re.findall(r"^\| (?!what)(?!-).*\|$", text, re.MULTILINE)
    assert len(named) == len(rows) >= 10
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), test


@each_chapter
def test_the_verdicts_are_as_expected(book, slug, profile):
    (rows,) = rows_by_seed(book, [run_of(book, slug, profile)]).values()
    assert [row for row in rows if row.differs] == []
