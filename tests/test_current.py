"""A site passes as current only if building would give it, and nobody touched it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import smallbook
from command import run

from companion import current, site
from companion.chapters import Book
from companion.errors import ChapterFailed

# it tells which files the build opens, and so what the pages can depend on
WATCHED = """import sys
from pathlib import Path
root, opened = Path.cwd(), set()
def watch(event, args):
    if event == "open" and isinstance(args[0], str) and args[1] in ("r", "rb"):
        path = Path(args[0])
        if path.is_relative_to(root) and path.is_file():
            opened.add(path.relative_to(root).as_posix())
sys.addaudithook(watch)
sys.argv[1:] = ["build", ".", "-W"]
from jupyter_book.cli.main import main
try:
    main()
finally:
    Path("opened.txt").write_text("\\n".join(sorted(opened)))
"""
INPUTS = [
    "_config.yml", "_toc.yml", "CITATION.cff", "CHANGELOG.md", "pyproject.toml",
    "book/notation.md", "book/parts/landscapes.md", "book/references.bib", "book/notions.yml",
    "book/errata.yml", "book/replies/alpha.yml", "book/releases/0.1.0/ledger.json",
    "book/data/seeds.json", "book/assets/book.css", "book/assets/katex/katex.min.js",
    "book/templates/layout.html", "notebooks/alpha.ipynb", "notebooks/profiles.yml",
    "lib/toy/rooms.py", "lib/toy/unused.py", "_build/executed/alpha.ipynb",
]
PAGES = ["index.html", "book/intro.html"]


def pages(book: Book, staging: Path) -> None:
    """Stand for Jupyter Book."""
    for name in PAGES:
        path = staging / "_build" / "html" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book whose site was just built."""
    monkeypatch.setattr(site, "_sphinx", pages)
    monkeypatch.setattr(site.artefact, "check_site", lambda *_: [])
    book = smallbook.make(tmp_path)
    smallbook.study(book)
    smallbook.pretend(book)
    site.build(book)
    return book


def is_current(book: Book) -> bool:
    """Look anew, as the next command would."""
    return site.is_current(Book(book.root))


def test_a_site_that_was_just_built_is_current(book):
    assert is_current(book)
    for path in current.below(book.root):
        os.utime(path)
    (book.root / "lib" / "toy" / "__pycache__").mkdir()
    (book.root / "lib" / "toy" / "__pycache__" / "rooms.pyc").touch()
    (book.root / "notes.txt").touch()
    assert is_current(book)


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_changed_is_seen(book, name):
    path = book.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.is_file() else b""
    path.write_bytes(before + b" ")
    assert not is_current(book)
    path.unlink()
    assert is_current(book) == (before == b"")
    path.write_bytes(before or b"x")
    assert is_current(book) == (before != b"")


def test_a_file_with_another_name_is_seen(book):
    path = book.root / "book" / "notation.md"
    path.rename(path.with_name("signs.md"))
    assert not is_current(book)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("damage", [
    Path.unlink, lambda page: page.write_text("on"), lambda page: page.write_text("two"),
    lambda page: page.with_name("more.html").touch(), lambda page: page.rename(f"{page}.old"),
])
def test_a_site_that_was_touched_is_not_current(book, name, damage):
    damage(site.html_path(book) / name)
    assert not is_current(book)


@pytest.mark.parametrize("text", [None, b"", b"\xff", b"made from 0\nleft as 0\n"])
def test_without_its_record_no_site_is_current(book, text):
    (record,) = (book.root / "_build").rglob(".published")
    record.unlink() if text is None else record.write_bytes(text)
    assert not is_current(book)


def test_another_workshop_is_seen(book, monkeypatch, tmp_path):
    (tmp_path / "workshop").mkdir()
    monkeypatch.setattr(current, "WORKSHOP", tmp_path / "workshop")
    assert not is_current(book)


def test_what_is_installed_counts(book, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    assert is_current(book)
    (tmp_path / "packages" / "jinja2-99.dist-info").mkdir(parents=True)
    assert not is_current(book)
    monkeypatch.setattr(current.sys, "path", [])
    assert not is_current(book)


def test_another_python_is_seen(book, monkeypatch):
    monkeypatch.setattr(current.sys, "version", "3.99")
    assert not is_current(book)


def test_what_changes_while_the_pages_are_made_is_not_in_them(book, monkeypatch):
    def late(book, staging):
        pages(book, staging)
        (book.root / "book" / "notation.md").write_text("# Other signs\n")

    monkeypatch.setattr(site, "_sphinx", late)
    site.build(book)
    assert not is_current(book)


def test_after_a_build_that_failed_the_last_site_is_not_current(book, monkeypatch):
    (book.root / "book" / "notation.md").write_text("# Other signs\n")
    monkeypatch.setattr(site.artefact, "check_site", lambda *_: ["a fault"])
    with pytest.raises(ChapterFailed):
        site.build(book)
    assert not is_current(book)


def test_every_file_that_a_build_opens_is_an_input(tmp_path):
    book = smallbook.make(tmp_path)
    smallbook.study(book)
    smallbook.pretend(book)
    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    opened = set((tmp_path / "opened.txt").read_text().splitlines())
    assert {"book/intro.md", "notebooks/alpha.ipynb", "CITATION.cff"} < opened
    known = {path.relative_to(tmp_path).as_posix() for path in current.files(book)
             if path.is_relative_to(tmp_path)}
    made = {name for name in opened if name.startswith(("_build/html/", "_build/.doctrees/",
                                                        "_build/locks/"))}
    assert opened - known - made == set()


def test_the_command_builds_what_is_not_current(tmp_path):
    book = smallbook.make(tmp_path)
    smallbook.pretend(book)
    page = site.html_path(book) / "book" / "notation.html"
    said = []
    for _ in range(2):
        ended = run(book, "book")
        assert ended.status == 0 and "1 claim of 1 chapter as expected" in ended.out, ended.err
        said.append(ended.err)
    page.write_text("broken")
    said.append(run(book, "book").err)
    build = "building the pages\n"
    nothing = "nothing changed: the pages are as they would be built\n"
    assert said == [build, nothing, build]
    assert "Notation" in page.read_text(encoding="utf-8")
