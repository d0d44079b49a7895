"""The chapters themselves: clean sources, and verdicts as expected."""

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest

from companion import execute, faults, scales, studies
from companion.chapters import Book
from companion.errors import ChapterFailed
from companion.expected import compare, expectations
from companion.jobs import plan
from companion.verify import rows_by_seed

ROOT = Path(__file__).parents[1]
SLUGS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
HIDDEN = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
each_chapter = pytest.mark.parametrize("slug", SLUGS)


@pytest.fixture(scope="session")
def book():
    return Book(ROOT)


@pytest.fixture(scope="session", params=["book", "smoke"])
def profile(book, request):
    """A profile of which every chapter has been tried, side by side."""
    with suppress(ChapterFailed):  # each chapter's own test says what failed
        execute.run(book, profile=request.param)
    return request.param


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


def test_the_checklist_names_tests_that_are_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)`: `(test_\w+)` \|$", text, re.MULTILINE)
    rows = re.findall(r"^\| (?!what)(?!-).*\|$", text, re.MULTILINE)
    assert len(named) == len(rows) >= 10
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), test


@each_chapter
def test_the_verdicts_are_as_expected(book, slug, profile):
    (rows,) = rows_by_seed(book, execute.run(book, [slug], profile)).values()
    assert [row for row in rows if row.differs] == []
