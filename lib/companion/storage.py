"""Files that are either whole or not there, and one writer at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from companion.errors import CompanionError


def write(path: Path, text: str) -> None:
    """Put `text` in `path` as a whole."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend a file beside `path`, and rename it over `path` once it is whole."""
    # one name for all times: what a killed process left is overwritten, not kept
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> CompanionError:
    """Return the error that says why `path` cannot be written."""
    return CompanionError(
        f"cannot write {path}: {error.strerror or error}; "
        "allowed: a folder that can be written to, with room for the book (about 100 MB)"
    )


def ensure_writable(folder: Path) -> None:
    """Refuse a `folder` that takes no file, before anything is computed for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        raise cannot_write(folder, error) from None


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold the lock file `path`; if another process holds it, say what it is `doing`."""
    ensure_writable(path.parent)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise CompanionError(
            f"another process is {doing} (it holds {path}); wait until it ends, then try again"
        ) from None
    try:
        yield
    finally:
        lock.release()
