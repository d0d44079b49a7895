"""Whether the published site is the one that building now would give: then nothing is built.

What goes into the site is all of the folders and files named here, what is installed, and this
workshop. A record of it, and of every file of the site, is kept as the site is published.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from companion import storage
from companion.chapters import Book

INPUTS = ("_config.yml", "_toc.yml", "CITATION.cff", "CHANGELOG.md", "pyproject.toml", "book",
          "notebooks", "lib", "_build/executed")
WORKSHOP = Path(__file__).parent


def files(book: Book) -> Iterator[Path]:
    """Yield every file that may change the site of `book`."""
    for path in [*(book.root / name for name in INPUTS), WORKSHOP]:
        yield from [path] if path.is_file() else below(path)


def below(folder: Path) -> list[Path]:
    """Return the files below `folder`, in order; what Python compiled is none of them."""
    return sorted(path for path in folder.rglob("*")
                  if path.is_file() and "__pycache__" not in path.parts)


def installed() -> list[str]:
    """Return Python, and the name and version of everything that it can import."""
    return [sys.version, *sorted({path.name for folder in sys.path
                                  for path in Path(folder).glob("*.dist-info")})]


def digest(paths: Iterable[Path], *words: str) -> str:
    """Return the SHA-256 of files, by name and content, and of `words`."""
    whole = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"\0{path}\0{content}".encode())
    return whole.hexdigest()


def inputs(book: Book) -> str:
    """Return the SHA-256 of all that goes into the site of `book`."""
    return digest(files(book), *installed())


def note(record: Path, made_from: str, site: Path) -> None:
    """Keep in the file `record` what the published `site` was made from, and how it was left."""
    storage.write(record, _record(made_from, site))


def is_current(record: Path, book: Book, site: Path) -> bool:
    """Tell whether `record` is of this `site` and of `book` as both are now."""
    return record.is_file() and record.read_bytes() == _record(inputs(book), site).encode()


def _record(made_from: str, site: Path) -> str:
    return f"made from {made_from}\nleft as {digest(below(site))}\n"
