"""What the verdicts of a chapter rest on: what is in the key of a study, and what is not."""

import ast
import json
from pathlib import Path

import pytest
import toybook

from companion import basis
from companion.chapters import Book

BODY = [
    "from toy.rooms import near\nfrom toy.looks import draw",
    "def twice(x):\n    return rate * x * near()",
    "found = []\nfor k in range(trials):\n    found.append(twice(k))",
    "found = sorted(found)",
    "picture = draw(found)\npicture.title('so')\npicture",
    "box.claim('one', 'x stays below 1')",
    "box.check('one', found)",
]


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    (tmp_path / "lib" / "toy" / "looks.py").write_text("def draw(x):\n    return x\n")
    toybook.write(book, toybook.notebook("alpha", *BODY))
    return book


def key(book, *changed: tuple[str, str]) -> str:
    """Return the key after replacing texts in the cells."""
    sources = BODY
    for old, new in changed:
        assert any(old in source for source in sources)
        sources = [source.replace(old, new) for source in sources]
    toybook.write(book, toybook.notebook("alpha", *sources))
    return basis.key(Book(book.root).chapter("alpha"))


def test_the_trimmed_notebook_keeps_parameters_claims_and_what_decides(book):
    toybook.write(book, toybook.notebook("alpha", *BODY, "box.claims"))
    cells = json.loads(basis.trimmed(Book(book.root).chapter("alpha")))["cells"]
    assert [cell["id"] for cell in cells] == [
        "imports", "parameters", *(f"cell-{i}" for i in (0, 1, 2, 3, 5, 6, 7))]


def texts(book) -> list[str]:
    return [part.text for part in basis.slice_of(Book(book.root).chapter("alpha"))]


def test_the_slice_keeps_what_the_check_needs(book):
    kept = texts(book)
    assert "found = []" in kept and "box.check('one', found)" in kept
    assert any(text.startswith("def twice") for text in kept)
    assert any("found.append" in text for text in kept)
    assert not any("picture" in text or "box.claim" in text for text in kept)


@pytest.mark.parametrize("change", [
    ("rate * x", "rate + x"), ("range(trials)", "range(trials + 1)"),
    ("sorted(found)", "sorted(found)[1:]"), ("check('one', found)", "check('one', found[0])"),
])
def test_what_decides_is_in_the_key(book, change):
    assert key(book, change) != key(book)


@pytest.mark.parametrize("change", [
    ("title('so')", "title('otherwise')"), ("'x stays below 1'", "'x never reaches 1'"),
    ("found = []", "found = []  # empty"), ("draw(found)", "draw(found[::-1])"),
])
def test_pictures_words_and_comments_are_not(book, change):
    assert key(book, change) == key(book)


def test_a_room_counts_by_what_is_reached_in_it(book):
    before, far = key(book), book.root / "lib" / "toy" / "far.py"
    far.write_text('def near():\n    "Why."\n    return 1  # one\n\n\ndef unused():\n    return 2\n')
    assert key(book) == before
    far.write_text("one = 2\n\n\ndef near():\n    return one\n")
    assert key(book) != before


def test_every_room_that_draws_is_left_out():
    rooms = (Path(__file__).parents[1] / "lib" / "implicitreg").glob("*.py")
    drawing = {f"implicitreg.{room.stem}" for room in rooms
               if "implicitreg.figures" in room.read_text(encoding="utf-8")}
    assert drawing == {"implicitreg.interactive", "implicitreg.panels"} <= set(basis.LOOKS)


def test_parameters_count_but_not_the_seed(book):
    before = key(book)
    for change, same in (("seed = 0", True), ("trials = 3", False)):
        parameters = toybook.PARAMETERS.replace(change, change[:-1] + "9")
        toybook.write(book, toybook.notebook("alpha", *BODY, parameters=parameters))
        assert (basis.key(Book(book.root).chapter("alpha")) == before) is same


def test_a_name_bound_anew_does_not_reach_back(book):
    toybook.write(book, toybook.notebook(
        "alpha", "x = 1", "y = x", "x = 2", "def f():\n    return z", "z = 3",
        "box.check('one', x, f())"))
    assert texts(book) == ["x = 2", "def f():\n    return z", "z = 3", "box.check('one', x, f())"]


@pytest.mark.parametrize("made", ["[f(x) for x in y]", "{f(x) for x in y}", "{x: f(x) for x in y}"])
def test_a_comprehension_keeps_its_variable_to_itself_in_every_python(made):
    source = f"a = {made}"
    part = basis.Statement(ast.parse(source).body[0], source, "cell", set())
    assert part.binds == {"a"} and part.uses == {"f", "y"}
