"""Which definitions of the library a chapter can reach, read off the syntax trees.

A definition is a function, a class or a name bound at the top of a file below ``lib/``; what else
stands at the top of a file counts as the definition called ``""``, which importing runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from companion.chapters import Chapter
from companion.freshness import module_path, origin_of, parse_cell

Definition = tuple[str, str]  # (dotted name of the module, name in it)


class Module:
    """One file of the library: its definitions, and where its imported names come from."""

    def __init__(self, tree: ast.Module, source: str = "", package: str = "") -> None:
        self.source = source
        self.definitions: dict[str, list[ast.stmt]] = {"": []}
        self.imports: dict[str, Definition] = {}
        for statement in tree.body:
            for name in _bound(statement):
                self.definitions.setdefault(name, []).append(statement)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                origin = origin_of(node, package)
                self.imports |= {alias.asname or alias.name: (origin, alias.name)
                                 for alias in node.names}
            elif isinstance(node, ast.Import):
                self.imports |= {alias.asname or alias.name: (alias.name, "*")
                                 for alias in node.names}

    def at(self, line: int) -> set[str]:
        """Return the definitions whose statements cover `line` of the file."""
        return {name for name, statements in self.definitions.items()
                if any(each.lineno <= line <= each.end_lineno for each in statements)} or {""}


def _bound(statement: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a file defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    names = [node.id for target in targets if target is not None
             for node in ast.walk(target) if isinstance(node, ast.Name)]
    return names or [""]


class Library:
    """The modules below the folder `path`, parsed as they are asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """Return the module called `name`, or None if it is not below the folder."""
        if name not in self._modules:
            file = module_path(name, self.path)
            self._modules[name] = None
            if file:
                text = file.read_text(encoding="utf-8")
                package = name if file.name == "__init__.py" else name.rpartition(".")[0]
                self._modules[name] = Module(ast.parse(text), text, package)
        return self._modules[name]

    def reached(self, code: ast.Module) -> set[Definition]:
        """Return every definition that `code` may use, directly or not."""
        found: set[Definition] = set()
        waiting = list(self._uses(Module(code), code.body))
        while waiting:
            definition = waiting.pop()
            module = self.module(definition[0])
            if definition in found or module is None:
                continue
            if definition[1] not in module.definitions:
                waiting += self._elsewhere(*definition, module)
                continue
            found.add(definition)
            waiting += [(definition[0], ""), *self._uses(
                module, module.definitions[definition[1]], definition[0])]
        return found

    def source(self, name: str, member: str) -> str:
        """Return the source of the definition called `member` in module `name`."""
        module = self.module(name)
        return "\n".join(segment(module.source, statement)
                         for statement in module.definitions[member])

    def _elsewhere(self, name: str, member: str, module: Module) -> Iterator[Definition]:
        """Yield what is meant by a `member` that module `name` does not define itself."""
        if member in module.imports:
            yield module.imports[member]
        elif self.module(f"{name}.{member}"):  # a module, imported from its package
            yield f"{name}.{member}", "*"
        else:
            yield from ((name, each) for each in module.definitions)

    def _uses(
        self, module: Module, statements: Iterable[ast.stmt], name: str = ""
    ) -> Iterator[Definition]:
        """Yield the definitions that `statements` of `module` name."""
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    base = self._submodule(module.imports.get(node.value.id))
                    if base:
                        yield base, node.attr
                elif isinstance(node, ast.Name):
                    if node.id in module.definitions:
                        yield name, node.id
                    elif node.id in module.imports and not self._submodule(
                            module.imports[node.id]):
                        yield module.imports[node.id]

    def _submodule(self, imported: Definition | None) -> str | None:
        """Return the module of the library that an imported name is, if it is one."""
        if imported is None:
            return None
        whole = imported[0] if imported[1] == "*" else ".".join(imported)
        return whole if self.module(whole) else None


def segment(source: str, statement: ast.stmt) -> str:
    """Return the part of `source` that is `statement`, as ``ast.get_source_segment`` does.

    That one reads the whole source for each statement, letter by letter.
    """
    lines = _lines(source)[statement.lineno - 1:statement.end_lineno]
    lines[-1] = lines[-1][:statement.end_col_offset]
    lines[0] = lines[0][statement.col_offset:]
    return b"".join(lines).decode()


@lru_cache(maxsize=256)
def _lines(source: str) -> list[bytes]:
    return source.encode().splitlines(keepends=True)  # of bytes: it knows Python's line ends only


def of_chapter(chapter: Chapter) -> frozenset[Definition]:
    """Return every definition of the library that a cell of `chapter` may use."""
    cells = tuple(cell.source for cell in chapter.notebook.cells if cell.cell_type == "code")
    return _of_cells(library_of(chapter.path.parents[1] / "lib"), cells)


@lru_cache(maxsize=256)
def _of_cells(library: Library, cells: tuple[str, ...]) -> frozenset[Definition]:
    body = [statement for source in cells for statement in parse_cell(source).body]
    return frozenset(library.reached(ast.Module(body=body, type_ignores=[])))


def library_of(path: Path) -> Library:
    """Return the library below the folder `path` as it is now, parsed once as long as it stays."""
    files = tuple((file, file.read_bytes()) for file in sorted(path.rglob("*.py")))
    return _parsed(path, files)


@lru_cache(maxsize=1)
def _parsed(path: Path, files: tuple) -> Library:
    return Library(path)
