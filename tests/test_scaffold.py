"""A new chapter passes everything that the tests ask of a chapter, or nothing of it is written."""

import shutil
from pathlib import Path

import pytest
import test_addresses
import test_notebooks
import toybook

from companion import answers, cli, falsify, faults, scaffold, storage
from companion.chapters import Book, read_yaml
from companion.errors import CompanionError
from companion.papers import papers

ROOT = Path(__file__).parents[1]
NEW = ["notebooks/my-chapter.ipynb", "tests/expected/my-chapter.yml", "tests/faults/my-chapter.yml",
       "_toc.yml", "book/references.bib"]


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return toybook.make(tmp_path, "alpha", "beta")


def files(root):
    """Every file below `root` but locks, with what it holds."""
    return {path: path.read_bytes() for path in root.rglob("*")
            if path.is_file() and "_build" not in path.parts}


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A book with the real library that was given one chapter more."""
    root = tmp_path_factory.mktemp("extended")
    book = toybook.make(root, "alpha")
    shutil.copytree(ROOT / "lib" / "implicitreg", root / "lib" / "implicitreg",
                    ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "book" / "teaching.yml", root / "book")
    scaffold.create(book, "my-chapter")
    return Book(root)


@pytest.mark.parametrize("check", [
    test_notebooks.test_a_source_holds_no_outputs_and_names_its_cells,
    test_notebooks.test_a_chapter_has_its_parameters_its_paper_and_its_kernel,
    test_notebooks.test_cells_are_short_and_prose_stands_between_them,
    test_notebooks.test_it_has_claims_a_control_and_a_picture,
    test_notebooks.test_each_claim_has_a_fault_that_is_meant_for_it,
    test_notebooks.test_an_exercise_is_answered_in_a_fold,
    test_notebooks.test_an_exercise_starts_red,
    test_notebooks.test_it_says_what_a_teacher_needs,
    test_notebooks.test_a_students_copy_keeps_the_checks_and_no_solution,
    test_notebooks.test_the_solutions_hold_every_exercise_and_its_answer,
    test_notebooks.test_its_slides_tell_its_story,
])
def test_a_new_chapter_has_what_a_chapter_must_have(extended, check):
    check(extended, "my-chapter")


@pytest.mark.parametrize("profile", ["book", "smoke"])
def test_its_verdicts_are_as_expected(extended, profile):
    test_notebooks.test_the_verdicts_are_as_expected(extended, "my-chapter", profile)


def test_its_answer_turns_its_check_green(extended):
    found = answers.run(extended, ["my-chapter"])
    assert [(each.number, each.colour) for each in found] == [(1, "green")]


def test_its_faults_turn_its_claims_red(extended):
    runs = falsify.complete(extended, faults.load(extended), ["my-chapter"])
    for fault in faults.load(extended):
        assert runs[fault.id]["my-chapter"]["red"] == list(fault.red)


def test_the_command_names_its_files(book, capsys):
    cli.main(["new", "my-chapter"])
    assert capsys.readouterr().out.splitlines() == NEW
    slugs = [chapter.slug for chapter in Book(book.root).chapters()]
    assert slugs == ["alpha", "beta", "my-chapter"]
    assert "key" in papers(book.root).entries and "my-chapter" in papers(book.root).entries


def test_it_stands_in_the_index_and_its_addresses_are_kept(book):
    (book.root / "book" / "notions.yml").write_text("methods: {}\nnotions:\n  a: [alpha]\n")
    (book.root / "tests" / "addresses.txt").write_text("notebooks/alpha.html\n")
    scaffold.create(book, "my-chapter")
    index = read_yaml(book.root / "book" / "notions.yml")["notions"]
    assert sum("my-chapter" in str(places) for places in index.values()) == 2
    claims = read_yaml(book.root / "tests" / "expected" / "my-chapter.yml")["book"]
    due = ["notebooks/my-chapter.html", "slides/my-chapter.html", *(each for claim in claims
           for each in test_addresses.promised("my-chapter", claim))]
    stored = (book.root / "tests" / "addresses.txt").read_text().split()
    assert stored == ["notebooks/alpha.html", *due]


@pytest.mark.parametrize("slug, message", [
    ("Alpha", "SLUG 'Alpha': allowed: at most 60"), ("a--b", "SLUG 'a--b': allowed: "),
    ("../x", "allowed: "), ("1st", "a letter first"), ("", "allowed: "), ("a\n", "allowed: "),
    ("x" * 61, "allowed: at most 60 lower-case letters"),
    ("alpha", "SLUG 'alpha' is taken, by notebooks/alpha.ipynb; allowed: a new name"),
    ("rooms", "SLUG 'rooms' is taken, by lib/toy/rooms.py"),
    ("key", "SLUG 'key' is taken, by book/references.bib"),
])
def test_a_name_that_is_not_legal_or_taken(book, slug, message):
    before = files(book.root)
    with pytest.raises(CompanionError) as caught:
        scaffold.create(book, slug)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert files(book.root) == before


def test_contents_without_a_chapter(book):
    (book.root / "_toc.yml").write_text("format: jb-book\nroot: book/intro\n")
    with pytest.raises(CompanionError, match="no line `- file: notebooks"):
        scaffold.create(Book(book.root), "my-chapter")


def test_a_failure_leaves_nothing_behind(book, monkeypatch):
    before, write = files(book.root), storage.write

    def full(path, text):
        if path.name == "references.bib":
            raise CompanionError("no room")
        write(path, text)

    monkeypatch.setattr(storage, "write", full)
    with pytest.raises(CompanionError, match="no room"):
        scaffold.create(book, "my-chapter")
    assert files(book.root) == before
