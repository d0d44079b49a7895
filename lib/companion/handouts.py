"""What a teacher hands out: a student's copy of a chapter, and its solutions by themselves."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from companion import exercises
from companion.chapters import Chapter

BOOK = "*Implicit Regularization, Reproduced*"
NOTE = f"""**Name:**

Student's copy of a chapter of {BOOK}. Its exercises are at the
end, each with a cell for your answer. Some have a cell of code with a line `my_... = ...`, whose
value is wrong. Run all cells above it, put your value there and run it: it is right when the check
turns green. The notebook needs the library of the book: its page "Re-execute" says how."""
ANSWER = "**Your answer to exercise {number}** ({points}):"
FIRST = """# Solutions: {title}

The exercises of a chapter of {book}, each with its solution; {total} in all. Numbers of formulas
are the chapter's. The cell of code after a solution belongs into the chapter's notebook or into a
student's copy, in place of the one before it; there its check turns green."""


def points(number: int) -> str:
    """Return a number of points in words.

    >>> points(1), points(3)
    ('1 point', '3 points')
    """
    return f"{number} point" if number == 1 else f"{number} points"


def student(chapter: Chapter, worth: Sequence[dict[str, Any]]) -> NotebookNode:
    """Return `chapter` with a cell for an answer in place of each solution; checks are kept.

    `worth` says what each exercise is worth, in their order, as ``book/teaching.yml`` does.
    """
    notebook = copy.deepcopy(chapter.notebook)
    notebook.cells = [new_markdown_cell(NOTE, id="student"),
                      *(part for cell in notebook.cells for part in _opened(cell, worth))]
    return notebook


def _opened(cell: NotebookNode, worth: Sequence[dict[str, Any]]) -> Iterator[NotebookNode]:
    """Yield `cell`, or what stands before, between and after the solutions that it holds."""
    folds = list(exercises.FOLD.finditer(cell.source)) if cell.cell_type == "markdown" else []
    if not folds:
        yield cell
        return
    ends = [0, *(fold.end() for fold in folds)]
    starts = [*(fold.start() for fold in folds), len(cell.source)]
    for k, (end, start) in enumerate(zip(ends, starts, strict=True)):
        if text := cell.source[end:start].strip():
            yield new_markdown_cell(text, id=cell.id if k == 0 else f"{cell.id}-{k}")
        if k < len(folds):
            number = int(folds[k]["solved"])
            text = ANSWER.format(number=number, points=points(worth[number - 1]["points"]))
            yield new_markdown_cell(text, id=f"answer-{number}")


def solutions(chapter: Chapter, worth: Sequence[dict[str, Any]]) -> NotebookNode:
    """Return the exercises of `chapter` with their solutions, the answers put into their checks."""
    notebook = copy.deepcopy(chapter.notebook)
    total = points(sum(each["points"] for each in worth))
    first = FIRST.format(title=chapter.title, book=BOOK, total=total)
    found = zip(exercises.find(chapter.notebook), worth, strict=True)
    notebook.cells = [new_markdown_cell(first, id="solutions"),
                      *(cell for each, about in found for cell in _solved(each, about))]
    return notebook


def _solved(exercise: exercises.Exercise, worth: dict[str, Any]) -> Iterator[NotebookNode]:
    number, told = exercise.number, f"*{points(worth['points'])}, {worth['minutes']} minutes*"
    yield new_markdown_cell(f"## Exercise {number}\n\n{told}\n\n{exercise.asked}",
                            id=f"exercise-{number}")
    if exercise.checker is not None:
        yield new_code_cell(exercise.checker.source, id=f"check-{number}")
    yield new_markdown_cell(f"### Solution {number}\n\n{exercise.solution}",
                            id=f"solution-{number}")
    if exercise.checker is not None:
        yield new_code_cell(exercises.answered(exercise.checker.source, worth["answer"]),
                            id=f"green-{number}")
