"""The site: built beside the last good one, checked, and swapped with it as a whole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from companion import artefact, current, ledger, remarks, storage
from companion.chapters import Book
from companion.errors import ChapterFailed
from companion.execute import Run

# how rarely to look for garbage: a document is a tree of many small objects, and at Python's own
# rate a quarter of the time goes into finding that all of them are still needed
RARELY = (100_000, 20, 20)
# it ends with whoever started it, even if that was killed: two of them would mix their pages
SPHINX = f"""import gc, os, threading
gc.set_threshold{RARELY}
threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start()
from jupyter_book.cli.main import main
main()"""
PROGRESS = re.compile(r"\[ *\d+%\]")
TAIL = 30  # lines of the log that a failure shows


def html_path(book: Book) -> Path:
    """Return the folder of the published site."""
    return book.root / "_build" / "html"


def lock_path(book: Book) -> Path:
    """Return the lock that whoever builds the site holds."""
    return book.root / "_build" / "locks" / "book.lock"


def judged_path(book: Book) -> Path:
    """Return where it is kept which executed copies were judged and found sound."""
    return book.root / "_build" / "judged.json"


def is_current(book: Book) -> bool:
    """Tell whether building would give the published site, and no file of it was touched."""
    return current.is_current(_record(book), book, html_path(book))


def _record(book: Book) -> Path:
    return book.root / "_build" / "staging" / ".published"


def build(book: Book, verified: Sequence[Run] | None = None) -> Path:
    """Build the site from the executed chapters and return its front page.

    The last good site stays in place until the new one has passed every check. `verified` are the
    runs of all chapters if they were just judged; else they are read, and judged here.
    """
    output = html_path(book)
    recover(output)
    made_from = current.inputs(book)  # now: what changes while the pages are made is not in them
    staging = book.root / "_build" / "staging"
    stamp = staging / ".complete"
    tools = _tools(book)
    if not stamp.is_file() or stamp.read_text() != tools:
        shutil.rmtree(staging, ignore_errors=True)
    storage.ensure_writable(staging)
    stamp.unlink(missing_ok=True)
    html = staging / "_build" / "html"
    built = ledger.build(book) if verified is None else ledger.of_sound(
        book, [(run.chapter, run.notebook) for run in verified])
    remarks.load(book, built)  # a broken file is one line here, and a long log from Sphinx
    _sphinx(book, staging)
    ledger.write(built, html)
    found = artefact.check_site(html, book, staging / ".sound")
    if found:
        raise ChapterFailed(f"the site has {len(found)} faults; the last good site is kept",
                            "\n".join(found))
    _swap(html, output)
    storage.write(stamp, tools)
    current.note(_record(book), made_from, output)
    return output / "index.html"


def _tools(book: Book) -> str:
    """Return a hash of what Sphinx does not watch: its configuration and what makes pages."""
    folders = [current.WORKSHOP, *(book.root / "book" / name for name in ("assets", "templates"))]
    files = [book.root / "_config.yml", book.root / "_toc.yml"]
    files += [path for folder in folders for path in current.below(folder)]
    return current.digest(files, *current.installed())


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
