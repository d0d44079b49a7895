"""The command line in a process of its own, so that it can be killed, starved and raced."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import toybook

from companion.chapters import Book

PATIENCE = 120  # seconds for what takes two on a machine that does nothing else
POSIX = pytest.mark.skipif(os.name != "posix", reason="the failure is injected as POSIX has it")
NOTE = "import os\nopen('pid', 'w').write(str(os.getpid()))"
HANG = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""


@dataclass(frozen=True)
class Ended:
    """A command that is over."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """What it says is wrong."""
        return [line for line in self.err.splitlines() if line.startswith("companion: ")]


class Command:
    """``companion`` started in `book`, after the Python code `before`."""

    def __init__(self, book: Book, *words: str, before: str = "", **env: str | None) -> None:
        env = {**os.environ, **env}
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{before}\nfrom companion.cli import main\nmain()", *words],
            cwd=book.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env={name: value for name, value in env.items() if value is not None})

    def end(self) -> Ended:
        """Wait until it is over."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return Ended(self.process.returncode, out, err)


def run(book: Book, *words: str, before: str = "", **env: str | None) -> Ended:
    """Run ``companion`` in `book` to its end."""
    return Command(book, *words, before=before, **env).end()


def put(book: Book, *sources: str) -> Book:
    """Give alpha these cells; return the book, read anew."""
    toybook.write(book, toybook.notebook("alpha", *sources))
    return Book(book.root)


def kept(book: Book) -> dict[str, bytes]:
    """Every file below _build/executed, hidden ones too."""
    folder = book.root / "_build" / "executed"
    return {path.name: path.read_bytes() for path in folder.rglob("*")}


def assert_works(book: Book) -> None:
    """Run alpha: its copy is stored, and nothing is left beside it."""
    put(book, *toybook.good_sources("alpha"))
    before = kept(book)
    ended = run(book, "run", "alpha")
    assert (ended.status, ended.out.split()) == (0, ["_build/executed/alpha.ipynb"]), ended.err
    assert list(kept(book)) == ["alpha.ipynb"] and kept(book) != before


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until `condition` is true."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def pid_in(file: Path) -> int:
    """Return the process id that `NOTE` leaves in `file`, as soon as it is there."""
    wait_for(lambda: file.is_file() and file.read_text())
    return int(file.read_text())


def gone(pid: int) -> bool:
    """Tell whether process `pid` has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
