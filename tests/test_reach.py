"""Which definitions code can reach."""

import ast

import pytest

from companion.reach import Library

FILES = {
    "toy/__init__.py": "",
    "toy/a.py": "from toy import b\nfrom toy.c import deep as shallow\nLEVEL = 3\n\n"
                "def one():\n    return two() + LEVEL\n\ndef two():\n    return b.three()\n\n"
                "def four():\n    return shallow\n\nclass Five:\n    def go(self):\n"
                "        return one()\n",
    "toy/b.py": "import toy.c\n\ndef three():\n    return 3\n\ndef all_of_c():\n    return toy.c\n",
    "toy/c.py": "deep, high = 1, 2\n\nprint\n",
}


@pytest.fixture
def library(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Library(tmp_path)


@pytest.mark.parametrize("code, reached", [
    ("from toy.a import one\none()", {"a.one", "a.two", "a.LEVEL", "b.three"}),
    ("from toy.a import four as f\nf", {"a.four", "c.deep", "c.high"}),
    ("from toy.a import Five\nFive", {"a.Five", "a.one", "a.two", "a.LEVEL", "b.three"}),
    ("from toy import b\nb.three()", {"b.three"}),
    ("from toy.a import one", set()),
    ("import numpy\nnumpy.one()", set()),
])
def test_reached(library, code, reached):
    found = {f"{module}.{name}".removeprefix("toy.")
             for module, name in library.reached(ast.parse(code)) if name}
    assert found == reached


def test_the_definition_at_a_line(library):
    module = library.module("toy.a")
    assert [module.at(line) for line in (1, 3, 6, 15)] == [{""}, {"LEVEL"}, {"one"}, {"Five"}]
    assert library.module("toy.c").at(1) == {"deep", "high"}
    assert library.source("toy.b", "three") == "def three():\n    return 3"
