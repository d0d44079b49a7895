"""The exercises of a chapter: what is asked, the cell that checks it, the folded solution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from companion.errors import CompanionError

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
FOLD = re.compile(r"^<details><summary>Solution (?P<solved>\d+)</summary>\n(?P<solution>.*?)"
                  r"^</details>[ \t]*$", re.MULTILINE | re.DOTALL)
ASKED = re.compile(r"^\*\*(?P<asked>\d+)\..*?(?=^\*\*\d+\.|^<details>|\Z)",
                   re.MULTILINE | re.DOTALL)
ITEM = re.compile(f"{FOLD.pattern}|{ASKED.pattern}", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r"\*\*\d+\.\s*(.*?)\.?\*\*\s*(.+?)(?=[.?!](?:\s|$)|\Z)", re.DOTALL)
MINE = re.compile(r"my_\w+(?= = )")  # what a reader of the chapter sets
COLOURS = {"✗": "red", "✓": "green"}  # by the marks of an attempt's parts, the decisive first


@dataclass(frozen=True)
class Exercise:
    """One exercise; `checker` is its code cell, None where it asks for words alone."""

    number: int
    asked: str
    solution: str = ""
    checker: NotebookNode | None = None

    @property
    def title(self) -> str:
        """What stands in bold after its number, for example "The race", else its first sentence."""
        bold, sentence = TITLE.match(self.asked).groups()
        return bold or " ".join(sentence.split())


def find(notebook: NotebookNode) -> list[Exercise]:
    """Return the exercises of `notebook` by their numbers, which count from 1."""
    found: list[Exercise] = []
    for cell in _section(notebook):
        if cell.cell_type == "code":
            if found and not found[-1].solution:
                found[-1] = _with_checker(found[-1], cell)
            continue
        for item in ITEM.finditer(cell.source):
            if item["asked"]:
                found.append(Exercise(int(item["asked"]), item[0].strip()))
            else:
                found[-1] = _with_solution(found[-1:], item)
    if [each.number for each in found] != list(range(1, len(found) + 1)):
        raise CompanionError(f"exercises {[each.number for each in found]}; allowed: "
                             "numbers that count from 1")
    return found


def _section(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the cells from the heading "Exercises" to the next heading of its level."""
    inside = False
    for cell in notebook.cells:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            inside = heading[1].strip() == "Exercises"
        if inside:
            yield cell


def _with_checker(exercise: Exercise, cell: NotebookNode) -> Exercise:
    if exercise.checker is not None:
        raise CompanionError(f"exercise {exercise.number} has cells {exercise.checker.id!r} and "
                             f"{cell.id!r}; allowed: one, its check")
    return replace(exercise, checker=cell)


def _with_solution(last: list[Exercise], fold: re.Match) -> Exercise:
    if not last or last[0].number != int(fold["solved"]) or last[0].solution:
        raise CompanionError(f"Solution {fold['solved']} does not follow exercise "
                             f"{fold['solved']}; allowed: one fold after each exercise")
    return replace(last[0], solution=fold["solution"].strip())


def answered(source: str, answer: str) -> str:
    r"""Return the checker's `source` with `answer` in place of the line that sets the same name.

    >>> answered("my_x = 1.0\nattempt(value('x', my_x) <= 0)", "my_x = -2")
    "my_x = -2\nattempt(value('x', my_x) <= 0)"
    """
    name = MINE.match(answer)
    line = re.compile(rf"^{name[0]} = .*$", re.MULTILINE) if name else None
    if line is None or len(line.findall(source)) != 1:
        allowed = ", ".join(f"{each} = ..." for each in MINE.findall(source)) or "none"
        raise CompanionError(f"answer {answer!r}: allowed: {allowed}")
    return line.sub(lambda _: answer, source)


def colour(cell: Mapping) -> str:
    """Return the colour of the attempt that the executed `cell` showed, else "none"."""
    marks = "".join(line.strip()[:1] for output in cell["outputs"]
                    for line in _text(output).splitlines())
    return next((COLOURS[mark] for mark in COLOURS if mark in marks), "none")


def _text(output: Mapping) -> str:
    text = output.get("data", {}).get("text/plain", "")
    return text if isinstance(text, str) else "".join(text)
