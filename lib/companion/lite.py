"""The chapters as JupyterLite takes them: sources whose first cell loads the library's wheel.

``make lite`` runs ``python -m companion.lite FOLDER`` and builds the site from that folder.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import nbformat

from companion import storage
from companion.chapters import Book, Chapter, find_root
from companion.errors import CompanionError

LOAD = "%pip install --quiet implicit-regularization-reproduced"
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}


def notebook(chapter: Chapter) -> nbformat.NotebookNode:
    """Return the source of `chapter` with its first cell, for the browser's own Python."""
    adapted = copy.deepcopy(chapter.notebook)
    adapted.cells.insert(0, nbformat.v4.new_code_cell(LOAD, id="load"))
    adapted.metadata["kernelspec"] = KERNEL
    return adapted


def write(book: Book, folder: Path) -> None:
    """Put the notebooks of all chapters in `folder`, numbered in the order of the book."""
    for number, chapter in enumerate(book.chapters()):
        name = f"{number:02}-{chapter.path.name}"
        storage.write(folder / name, nbformat.writes(notebook(chapter)) + "\n")


if __name__ == "__main__":
    try:
        write(Book(find_root()), Path(sys.argv[1]))
    except CompanionError as error:
        sys.exit(f"companion: {error}")
