"""Chapters, their parameters, and what is said when either is not as it should be."""

import re

import pytest
import toybook
from nbformat.v4 import new_code_cell

from companion import parameters
from companion.chapters import Book, find_root
from companion.errors import CompanionError


def refused(message: str):
    """Expect a one-line refusal that matches `message`."""
    return pytest.raises(CompanionError, match=rf"^[^\n]*{message}[^\n]*$")


@pytest.fixture
def book(tmp_path):
    return toybook.make(tmp_path, "beta", "alpha")


def test_chapters_come_in_the_order_of_the_contents(book):
    assert [chapter.slug for chapter in book.chapters()] == ["beta", "alpha"]
    chapter = book.chapter("alpha")
    assert (chapter.title, chapter.citation) == ("On alpha", "key")
    assert chapter.parameters == {"seed": 0, "trials": 3, "rate": 0.5, "name": "x",
                                  "exact": False, "sizes": [1, 2]}


def test_the_root_is_found_from_below(book):
    assert find_root(book.root / "lib" / "toy") == book.root.resolve()


def test_no_root(tmp_path_factory):
    with refused("_config.yml and notebooks/"):
        find_root(tmp_path_factory.mktemp("empty"))


def test_unknown_chapter_names_what_is_allowed(book):
    with refused("'gamma'; allowed: beta, alpha"):
        book.chapter("gamma")


def test_unknown_profile_names_what_is_allowed(book):
    with refused("'large'; allowed: book, smoke"):
        book.profile("large", "beta")


def test_contents_that_name_a_notebook_that_is_not_there(book):
    (book.root / "notebooks" / "alpha.ipynb").unlink()
    with refused("_toc.yml names alpha.ipynb"):
        Book(book.root).chapters()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', "\xff"])
def test_a_notebook_that_does_not_parse(book, text):
    (book.root / "notebooks" / "alpha.ipynb").write_text(text, encoding="latin-1")
    with refused("alpha.ipynb is not a valid notebook"):
        book.chapter("alpha").notebook


def test_a_notebook_whose_cells_have_no_ids(book):
    path = book.root / "notebooks" / "alpha.ipynb"
    old = re.sub(r' *"id": "[^"]*",\n', "", path.read_text())
    path.write_text(old.replace('"nbformat_minor": 5', '"nbformat_minor": 4'))
    with refused("no cell ids; allowed: nbformat 4.5"):
        book.chapter("alpha").notebook


def test_a_notebook_under_another_slug(book):
    path = book.root / "notebooks" / "alpha.ipynb"
    path.write_text(path.read_text().replace('"slug": "alpha"', '"slug": "other"'))
    with refused("slug is 'other'; it must be 'alpha'"):
        book.chapter("alpha").notebook


def test_contents_that_are_not_yaml(book):
    (book.root / "_toc.yml").write_text("{")
    with refused("_toc.yml is not YAML"):
        book.chapters()


@pytest.mark.parametrize("number", [0, 2])
def test_one_parameters_cell_exactly(book, number):
    source = toybook.notebook("alpha")
    cell = source.cells.pop(2)
    for i in range(number):
        copy = new_code_cell(cell.source, id=f"copy-{i}", metadata=cell.metadata)
        source.cells.append(copy)
    toybook.write(book, source)
    with refused(f"{number} cells are tagged 'parameters'; exactly one is allowed"):
        book.chapter("alpha").parameters


@pytest.mark.parametrize("source, message", [
    ("seed = 0\ntrials = 2 + 3j", "'trials' is no literal"),
    ("seed = 0\ntrials = None", "'trials' is no literal"),
    ("seed = 0\ntrials = len([1])", "'trials' is no literal"),
    ("seed = 0\ntrials = 1\nsizes = [[1]]", "'sizes' is no literal"),
    ("seed = 0\ntrials = 1\nprint()", "is no assignment"),
    ("seed, trials = 0, 1", "is no assignment"),
    ("seed = = 0", "is not Python"),
    ("seed = 0", "does not set 'trials'"),
    ("seed = 0\ntrials = 0", "trials = 0; allowed: an int >= 1"),
    ("seed = -1\ntrials = 1", "seed = -1; allowed: an int >= 0"),
    ("seed = 0\ntrials = True", "trials = True; allowed: an int >= 1"),
])
def test_parameters_are_literals_in_range(book, source, message):
    toybook.write(book, toybook.notebook("alpha", parameters=source))
    with refused(message):
        book.chapter("alpha").parameters


@pytest.mark.parametrize("changed", [
    {"trials": 5}, {"rate": 1}, {"rate": 1e-3}, {"name": "y"}, {"exact": True}, {"sizes": [3]},
    {"trials": parameters.Text("7")}, {"exact": parameters.Text("true")},
    {"name": parameters.Text("3")}, {"sizes": parameters.Text("[4, 5]")},
])
def test_an_override_of_the_same_type(book, changed):
    values = parameters.override(book.chapter("alpha").parameters, changed, "alpha")
    (name, value), = changed.items()
    assert type(values[name]) is type(book.chapter("alpha").parameters[name])
    assert isinstance(value, parameters.Text) or values[name] == value


@pytest.mark.parametrize("changed, message", [
    ({"trails": 5}, "no parameter 'trails'; allowed: seed, trials, rate, name, exact, sizes"),
    ({"trials": True}, "trials = True is a bool; allowed: an int"),
    ({"trials": 2.0}, "trials = 2.0 is a float; allowed: an int"),
    ({"exact": 1}, "exact = 1 is an int; allowed: a bool"),
    ({"rate": "fast"}, "rate = 'fast' is a str; allowed: a float"),
    ({"name": 3}, "name = 3 is an int; allowed: a str"),
    ({"sizes": [1.5]}, "allowed: a list of int"),
    ({"sizes": 3}, "allowed: a list of int"),
    ({"trials": 0}, "trials = 0; allowed: an int >= 1"),
    ({"seed": -3}, "seed = -3; allowed: an int >= 0"),
    ({"trials": parameters.Text("many")}, "trials = 'many' is a str; allowed: an int"),
])
def test_an_override_that_is_refused(book, changed, message):
    with refused(message):
        parameters.override(book.chapter("alpha").parameters, changed, "alpha")
