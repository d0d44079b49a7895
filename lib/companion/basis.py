"""What the verdicts of a chapter rest on: the part of its code that can change one.

A study over seeds takes an hour of computation. It holds as long as the code behind the verdicts is
the same, so its key leaves out what no verdict depends on: prose, comments, docstrings, pictures,
and how a card looks.
"""

from __future__ import annotations

import ast
import copy
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from symtable import SymbolTable, symtable

import nbformat

from companion.chapters import Chapter
from companion.freshness import parse_cell, sha256
from companion.parameters import TAG
from companion.reach import library_of, segment

LOOKS = ("implicitreg.cards", "implicitreg.figures", "implicitreg.interactive",
         "implicitreg.panels")
DECIDE = ("check", "not_testable")
DECLARE = ("claim", "control")
BOXES = ("claims", "controls")


def key(chapter: Chapter) -> str:
    """Return the SHA-256 of what decides the verdicts of `chapter`, its root seed aside."""
    deciding = slice_of(chapter)
    library = library_of(chapter.path.parents[1] / "lib")
    reached = library.reached(ast.Module([part.statement for part in deciding], type_ignores=[]))
    return sha256({
        "chapter": [part.text for part in deciding if not part.imports],
        "library": {".".join(each): without_words(library.source(*each))
                    for each in sorted(reached) if each[0] not in LOOKS},
        "parameters": {name: value for name, value in chapter.parameters.items() if name != "seed"},
    })


class Statement:
    """One statement at the top of a cell, and the names it is about.

    `uses` it reads, `binds` it sets anew, `changes` it may alter; `later` are the names that a
    function defined in it reads when it is called. `cell` is the id of its cell.
    """

    def __init__(self, statement: ast.stmt, source: str, cell: str, imported: set[str]) -> None:
        self.statement, self.cell = statement, cell
        self.text = without_words(segment(source, statement))
        self.imports = isinstance(statement, ast.Import | ast.ImportFrom)
        table = symtable(ast.unparse(_with_generators(statement)), "cell", "exec")
        symbols = table.get_symbols()
        self.binds = {each.get_name() for each in symbols
                      if each.is_assigned() or each.is_imported()}
        self.later = {name for child in table.get_children() for name in _globals(child)}
        self.uses = {each.get_name() for each in symbols if each.is_referenced()} | self.later
        self.changes = self.binds | set(_changed(statement, imported))
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.FunctionDef | ast.ClassDef):
            self.binds = set()  # bound in some runs only, or from the old value

    @property
    def decides(self) -> bool:
        """The statement checks a claim."""
        return _calls(self.statement, DECIDE)


def _with_generators(statement: ast.stmt) -> ast.stmt:
    """Make comprehensions generators: from Python 3.12 on only these have a scope of their own."""
    if any(isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp)
           for node in ast.walk(statement)):
        return _Generators().visit(copy.deepcopy(statement))
    return statement


class _Generators(ast.NodeTransformer):
    """Put a generator in the place of each comprehension."""

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        return ast.GeneratorExp(self.visit(node.elt), list(map(self.visit, node.generators)))

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        pair = ast.Tuple([self.visit(node.key), self.visit(node.value)], ast.Load())
        return ast.GeneratorExp(pair, list(map(self.visit, node.generators)))


def _calls(tree: ast.AST, methods: tuple[str, ...]) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in methods for node in ast.walk(tree))


def _globals(table: SymbolTable) -> Iterator[str]:
    yield from (each.get_name() for each in table.get_symbols() if each.is_global())
    for child in table.get_children():
        yield from _globals(child)


def _changed(statement: ast.stmt, imported: set[str]) -> Iterator[str]:
    """Yield the names whose objects `statement` may alter.

    They are those with an item or an attribute set, those whose method stands alone, as in
    ``found.append(x)``, and the first argument of an imported function that stands alone.
    """
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield from _names(node.value)
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
            if imported & set(_names(owner)):
                yield from (name for first in call.args[:1] for name in _names(first))
            elif getattr(call.func, "attr", None) not in DECIDE + DECLARE:
                yield from _names(owner)


def _names(tree: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def slice_of(chapter: Chapter) -> list[Statement]:
    """Return the statements of `chapter` that can change a verdict, in order.

    The cell of parameters is left out: their values are known.
    """
    cells = [cell for cell in chapter.notebook.cells if cell.cell_type == "code"
             and TAG not in cell.metadata.get("tags", [])]
    statements = [(each, cell) for cell in cells for each in parse_cell(cell.source).body]
    imported = {name.asname or name.name for each, _ in statements
                if isinstance(each, ast.Import | ast.ImportFrom) for name in each.names}
    parts = [Statement(each, cell.source, cell.id, imported) for each, cell in statements]
    called: set[str] = set()
    while True:
        kept, live = [], set(called)
        for part in reversed(parts):
            if part.decides or part.changes & live:
                kept.append(part)
                live = (live - part.binds) | part.uses | called
        more = {name for part in kept for name in part.later}
        if more <= called:
            return kept[::-1]
        called |= more


def trimmed(chapter: Chapter) -> str:
    """Return the notebook of `chapter` with those cells only that its verdicts need, as text."""
    needed = {part.cell for part in slice_of(chapter)}
    notebook = copy.deepcopy(chapter.notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code" and (
        cell.id in needed or TAG in cell.metadata.get("tags", [])
        or _calls(parse_cell(cell.source), DECLARE + BOXES))]
    return nbformat.writes(notebook)


@cache
def without_words(source: str) -> str:
    """Return Python code without comments, docstrings and empty lines.

    >>> without_words('def f():  # why' + chr(10) + '    "The one."' + chr(10) + '    return 1')
    'def f():\\n    return 1'
    """
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            for row in range(body[0].lineno, body[0].end_lineno + 1):
                lines[row - 1] = ""
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _is_text(statement: ast.stmt) -> bool:
    return (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str))
