"""What of the site is kept from one build to the next, and what must be made again."""

import json
import shutil
from types import SimpleNamespace

import pytest
import smallbook
import toybook

from companion.chapters import Book
from companion.sphinx import kept
from companion.sphinx.outputs import FIGURE, KNOB

CHAPTER, SLIDES, CARD = "notebooks/alpha.html", "slides/alpha.html", "book/first.html"
STUDENT, SOLUTIONS = "notebooks/alpha-student.ipynb", "notebooks/alpha-solutions.ipynb"


@pytest.fixture
def app(tmp_path):
    return SimpleNamespace(outdir=tmp_path / "html", doctreedir=tmp_path / "trees",
                           config=SimpleNamespace(companion_sources="w"))


def made(app, made_from, name="a"):
    """Say what was made now."""
    texts = {"x/one.txt": json.dumps(made_from), "two.txt": "2"}
    seen = []
    kept.ensure(app, name, made_from, lambda: seen.append(1) or texts)
    assert {path: (app.outdir / path).read_text() for path in texts} == texts
    return bool(seen)


def test_files_are_made_once(app):
    assert [made(app, {"a": 1}) for _ in range(3)] == [True, False, False]
    assert [made(app, {"a": made_from}) for made_from in (2, 2, 1, 1)] == [True, False] * 2
    assert made(app, {"a": 1}, "b") and not made(app, {"a": 1})


@pytest.mark.parametrize("damage", [
    lambda app: (app.outdir / "two.txt").unlink(),
    lambda app: (app.outdir / "x" / "one.txt").write_text("{}"),
    lambda app: shutil.rmtree(app.outdir),
    lambda app: setattr(app.config, "companion_sources", "another"),
    lambda app: next(app.doctreedir.rglob("*.json")).write_text("{"),
    lambda app: next(app.doctreedir.rglob("*.json")).write_text("[]"),
    lambda app: next(app.doctreedir.rglob("*.json")).unlink(),
])
def test_what_is_not_as_it_was_left_is_made_again(app, damage):
    assert made(app, 1) and not made(app, 1)
    damage(app)
    assert made(app, 1) and not made(app, 1)


def edit(book, name, old, new):
    path = book.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def retag(book, identity, tags):
    source = Book(book.root).chapter("alpha").notebook
    next(cell for cell in source.cells if cell.id == identity).metadata["tags"] = tags
    toybook.write(book, source)


def prose(book):
    edit(book, "notebooks/alpha.ipynb", "The loss is", "Our loss is")


def untag_the_slide(book):
    retag(book, "guess", [])


def untag_the_picture(book):
    retag(book, "cell-1", ["slide"])


def ask_something_else(book):
    edit(book, "book/teaching.yml", "Is it 0, 1?", "Is it 2?")


def give_more_points(book):
    edit(book, "book/teaching.yml", "points: 3", "points: 4")


def answer_otherwise(book):
    edit(book, "book/teaching.yml", "my_x = 2", "my_x = 7")


def name_the_exercise(book):
    edit(book, "notebooks/alpha.ipynb", "**1. The number.**", "**1. The digit.**")


def read_longer(book):
    edit(book, "notebooks/alpha.ipynb", "Our loss is", "word " * 900 + "Our loss is")


def correct_the_paper(book):
    edit(book, "book/references.bib", "Not Be Explainable by Norms",
         "Not Be Explained by Norms")


def execute_again(book):
    drawn = {**smallbook.DRAWN, "caption": "A new line",
             "svg": smallbook.DRAWN["svg"].replace("9,9", "9,7")}
    box = {"schema": 1, "chapter": "alpha", "claims": [toybook.claim("alpha")]}
    toybook.pretend(book, "alpha", (FIGURE, drawn), (KNOB, smallbook.KNOB_RECORD),
                    (toybook.CLAIMS, box),
                    (toybook.VERDICT, toybook.record("alpha", source="Theorem 7")))


CHANGES = [  # what changes, and by page what is shown then: present, or absent if it begins with -
    (prose, {CHAPTER: "Our loss", SLIDES: "Our loss", STUDENT: "Our loss",
             "notebooks/alpha.ipynb": "Our loss", "notebooks/alpha-clean.ipynb": "Our loss"}),
    (untag_the_slide, {SLIDES: "-predict", CHAPTER: "-Guess first"}),
    (ask_something_else, {CARD: "Is it 2?", "book/teaching.html": "Is it 2?"}),
    (give_more_points, {"book/teaching.html": "4 points", STUDENT: "4 points",
                        SOLUTIONS: "4 points"}),
    (answer_otherwise, {SOLUTIONS: "my_x = 7"}),
    (name_the_exercise, {"book/teaching.html": "The digit", SOLUTIONS: "The digit"}),
    (read_longer, {"book/teaching.html": "10 minutes to read"}),
    (correct_the_paper, {page: "Explained by Norms" for page in (
        CHAPTER, SLIDES, "claims/alpha/one.html", "notebooks/alpha.json")}),
    (execute_again, {CHAPTER: "A new line", SLIDES: "A new line", CARD: "M0,0L9,7",
                     "book/intro.html": "M0,0L9,7", "claims/alpha/one.html": "Theorem 7",
                     "notebooks/alpha.json": "Theorem 7", "searchindex.js": "alpha/one"}),
    (untag_the_picture, {CARD: "-<svg", "book/intro.html": '-<div class="card-picture"><svg'}),
]


def texts(site):
    """The files of a site that hold no order of their making."""
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*")
            if path.suffix in (".html", ".ipynb", ".json") and path.is_file()}


def test_a_site_made_step_by_step_is_that_made_at_once(tmp_path):
    book = smallbook.built(tmp_path)
    site = smallbook.html(book)
    for change, shown in CHANGES:
        change(book)
        status, log = smallbook.build(book)
        assert status == 0, log
        for page, text in shown.items():
            there = text.removeprefix("-") in (site / page).read_text(encoding="utf-8")
            assert there != text.startswith("-"), f"{change.__name__}: {page}: {text}"
    (site / SLIDES).unlink()
    edit(book, "book/notation.md", "# Notation", "# Signs")
    assert smallbook.build(book)[0] == 0
    before = texts(site)  # slides that were lost are there again
    shutil.rmtree(book.root / "_build" / "html")
    shutil.rmtree(book.root / "_build" / ".doctrees")
    assert smallbook.build(book)[0] == 0
    anew = texts(site)
    assert set(anew) == set(before)
    assert [name for name in anew if anew[name] != before[name]] == []
