"""What makes an executed copy stale, and what does not."""

import json

import pytest
import toybook

from companion import freshness
from companion.chapters import Book
from companion.errors import CompanionError


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha", "beta")
    toybook.pretend(book, "alpha")
    return book


def fresh(book) -> bool:
    """Read everything anew, as the next command would."""
    book = Book(book.root)
    return freshness.is_fresh(book, book.chapter("alpha"))


def edit(book, change) -> None:
    source = Book(book.root).chapter("alpha").notebook
    change(source)
    toybook.write(book, source)


def test_nothing_changed(book):
    assert fresh(book)
    assert not freshness.is_fresh(book, book.chapter("beta"))


def test_an_edit_of_prose_changes_nothing(book):
    edit(book, lambda source: source.cells[0].update(source="# Another title"))
    assert fresh(book)
    edit(book, lambda source: source.cells.insert(0, source.cells.pop(1)))
    assert fresh(book)


@pytest.mark.parametrize("change", [
    lambda source: source.cells[3].update(source=source.cells[3].source + "\n1"),
    lambda source: source.cells[3].update(id="renamed"),
    lambda source: source.cells[3].metadata.update(tags=["skip-execution"]),
    lambda source: source.cells[3].metadata.update(tags=["slide", "raises-exception"]),
    lambda source: source.cells[2].update(source=toybook.PARAMETERS.replace("0.5", "0.25")),
    lambda source: source.cells.append(source.cells.pop(3)),
    lambda source: source.cells.pop(3),
])
def test_an_edit_of_code_is_seen(book, change):
    edit(book, change)
    assert not fresh(book)


@pytest.mark.parametrize("tags", [["hide-input"], ["slide"], ["predict", "thumbnail"], []])
def test_a_tag_that_only_says_how_a_cell_is_shown_changes_nothing(book, tags):
    edit(book, lambda source: source.cells[3].metadata.update(tags=tags))
    assert fresh(book)


@pytest.mark.parametrize("room", ["rooms", "far", "__init__"])
def test_an_edit_of_a_room_in_the_closure_is_seen(book, room):
    with (book.root / "lib" / "toy" / f"{room}.py").open("a") as file:
        file.write("# edited\n")
    assert not fresh(book)


def test_an_edit_of_a_room_outside_the_closure_changes_nothing(book):
    (book.root / "lib" / "toy" / "unused.py").write_text("x = 2\n")
    assert fresh(book)


def test_the_closure_is_read_off_the_imports(book):
    files, packages = freshness.closure(book.chapter("alpha"))
    assert [path.name for path in files] == ["__init__.py", "far.py", "rooms.py"]
    assert packages == set()
    edit(book, lambda source: source.cells[1].update(
        source="%matplotlib inline\nimport toy.unused\ndef f():\n    from sklearn import svm"))
    files, packages = freshness.closure(Book(book.root).chapter("alpha"))
    assert [path.name for path in files] == ["__init__.py", "unused.py"]
    assert packages == {"scikit-learn"}


def test_a_relative_import_of_a_package(book):
    (book.root / "lib" / "toy" / "rooms.py").write_text("from . import unused\nnear = 1\n")
    files, _ = freshness.closure(book.chapter("alpha"))
    assert [path.name for path in files] == ["__init__.py", "rooms.py", "unused.py"]


def test_another_version_of_an_imported_package_is_seen(book, monkeypatch, tmp_path):
    edit(book, lambda source: source.cells[1].update(source="import numpy as np"))
    toybook.pretend(book, "alpha")
    assert fresh(book)
    here = freshness.versions(["numpy"])["numpy"]
    for name in ("scipy", "numpy"):
        about = tmp_path / "packages" / f"{name}-0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Name: {name}\nVersion: 0\n")
        monkeypatch.syspath_prepend(str(tmp_path / "packages"))
        assert fresh(book) == (name == "scipy")
    (about / "METADATA").write_text(f"Name: numpy\nVersion: {here}\n")
    assert fresh(book)


def test_parameters_are_in_the_key(book):
    chapter = book.chapter("alpha")
    assert freshness.key(chapter, chapter.parameters) != freshness.key(
        chapter, {**chapter.parameters, "seed": 1})


def test_a_copy_that_is_cut_short_is_stale(book):
    path = freshness.executed_path(book, "alpha")
    text = path.read_text()
    for length in (0, 1, len(text) // 2, len(text) - 3):
        path.write_text(text[:length])
        assert not fresh(book)
    path.write_bytes(b"\xff\xfe\x00")
    assert not fresh(book)


@pytest.mark.parametrize("change", [
    lambda copy: copy["cells"][-1]["outputs"].clear(),
    lambda copy: copy["cells"][-1]["outputs"][1]["data"][toybook.VERDICT].update(margin=9),
    lambda copy: copy["cells"][-1].update(source="1"),
    lambda copy: copy["metadata"]["companion"].update(seconds=0.1),
    lambda copy: copy["metadata"].pop("companion"),
    lambda copy: copy["cells"].pop(),
])
def test_a_copy_edited_by_hand_is_stale(book, change):
    path = freshness.executed_path(book, "alpha")
    copy = json.loads(path.read_text())
    path.write_text(json.dumps(copy))
    assert fresh(book)
    change(copy)
    path.write_text(json.dumps(copy))
    assert not fresh(book)


def test_a_stale_copy_is_never_handed_out(book):
    edit(book, lambda source: source.cells[3].update(source="1"))
    book = Book(book.root)
    with pytest.raises(CompanionError, match="alpha has no fresh executed copy; run: companion"):
        freshness.executed(book, book.chapter("alpha"))
