"""The site: built beside the last good one, checked, and swapped with it as a whole."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click

from companion import artefact, ledger, remarks, storage
from companion.chapters import Book
from companion.errors import ChapterFailed

# it ends with whoever started it, even if that was killed: two of them would mix their pages
SPHINX = """import os, threading
threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start()
from jupyter_book.cli.main import main
main()"""
TOOLS = ("sphinx", "jupyter-book", "myst-nb", "myst-parser", "sphinxcontrib-bibtex")
PROGRESS = re.compile(r"\[ *\d+%\]")
TAIL = 30  # lines of the log that a failure shows


def html_path(book: Book) -> Path:
    """Return the folder of the published site."""
    return book.root / "_build" / "html"


def lock_path(book: Book) -> Path:
    """Return the lock that whoever builds the site holds."""
    return book.root / "_build" / "locks" / "book.lock"


def build(book: Book) -> Path:
    """Build the site from the executed chapters and return its front page.

    The last good site stays in place until the new one has passed every check.
    """
    output = html_path(book)
    recover(output)
    staging = book.root / "_build" / "staging"
    stamp = staging / ".complete"
    tools = _tools(book)
    if not stamp.is_file() or stamp.read_text() != tools:
        shutil.rmtree(staging, ignore_errors=True)
    storage.ensure_writable(staging)
    stamp.unlink(missing_ok=True)
    html = staging / "_build" / "html"
    built = ledger.build(book)
    remarks.load(book, built)  # a broken file is one line here, and a long log from Sphinx
    _sphinx(book, staging)
    ledger.write(built, html)
    found = artefact.check_site(html, book)
    if found:
        raise ChapterFailed(f"the site has {len(found)} faults; the last good site is kept",
                            "\n".join(found))
    _swap(html, output)
    storage.write(stamp, tools)
    return output / "index.html"


def _tools(book: Book) -> str:
    """Return a hash of what Sphinx does not watch: its configuration and what makes pages."""
    digest = hashlib.sha256()
    for name in TOOLS:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    folders = [Path(__file__).parent, *(book.root / "book" / name
                                        for name in ("assets", "templates"))]
    files = [book.root / "_config.yml", book.root / "_toc.yml"]
    files += [path for folder in folders for path in sorted(folder.rglob("*"))
              if path.is_file() and "__pycache__" not in path.parts]
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sphinx(book: Book, staging: Path) -> None:
    """Let Jupyter Book write the pages below `staging`; keep its log."""
    log = staging / "build.log"
    command = [sys.executable, "-c", SPHINX, "build", str(book.root),
               "--path-output", str(staging), "-W", "--keep-going"]
    with log.open("wb") as stream, subprocess.Popen(
        command, cwd=book.root, stdin=subprocess.PIPE, stdout=stream, stderr=subprocess.STDOUT,
        env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
    ) as process:
        status = process.wait()
    if status:
        raise ChapterFailed(f"the pages could not be built; the whole log is in {log}",
                            _tail(log.read_text(encoding="utf-8", errors="replace")))


def _tail(log: str) -> str:
    """Return the last lines of `log` that a person can use: no progress, no tool's traceback."""
    before = click.unstyle(log).partition("Traceback (most recent call last)")[0]
    lines = [line for line in before.splitlines() if line.strip() and not PROGRESS.search(line)]
    return "\n".join(lines[-TAIL:])


def _swap(new: Path, output: Path) -> None:
    """Put a copy of `new` in the place of `output`, by renames."""
    beside, old = output.with_name("html.new"), output.with_name("html.old")
    try:
        for folder in (beside, old):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(new, beside)
        if output.exists():
            output.rename(old)
        beside.rename(output)
    except shutil.Error as error:  # every file that was not copied, each with its reason
        raise storage.cannot_write(output, OSError(error.args[0][0][2])) from None
    except OSError as error:
        raise storage.cannot_write(output, error) from None
    finally:
        recover(output)
        for folder in (beside, old):
            shutil.rmtree(folder, ignore_errors=True)


def recover(output: Path) -> None:
    """Put the last good site back if a build ended between the two renames."""
    old = output.with_name("html.old")
    if old.is_dir() and not output.exists():
        old.rename(output)
