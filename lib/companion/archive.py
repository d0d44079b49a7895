"""The whole site as one file: unpacked anywhere, it opens from disk with no server."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from companion import storage

NAME = "implicit-regularization-reproduced.zip"
DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows: the same site, the same bytes
LINK = re.compile(rf' href="(\.\./)*{re.escape(NAME)}"')


def write(site: Path) -> Path:
    """Put all files of `site` in one archive beside them, and return it.

    It does not hold itself, so in its pages the links to it are plain words.
    """
    archive = site / NAME
    files = sorted(path for path in site.rglob("*")
                   if path.is_file() and not path.relative_to(site).parts[0].startswith(".")
                   and path != archive)
    with storage.replacing(archive) as temporary, zipfile.ZipFile(
            temporary, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in files:
            name = f"{archive.stem}/{path.relative_to(site).as_posix()}"
            zipped.writestr(_entry(name), _inside(path))
    return archive


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, DATE)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
    entry.external_attr = 0o644 << 16
    return entry


def _inside(path: Path) -> bytes:
    data = path.read_bytes()
    return LINK.sub("", data.decode()).encode() if path.suffix == ".html" else data
