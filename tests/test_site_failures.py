"""A build that is cut short at any step leaves a complete site: the last good one or the new."""

import errno
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import smallbook
import toybook
from command import NOTE, POSIX, gone, pid_in, put, run, wait_for

from companion import schemas, site
from companion.errors import CompanionError


def pages(staging: Path, text: str) -> None:
    """Write what stands for the pages of Jupyter Book."""
    for name in ("index.html", "book/intro.html", "notebooks/alpha.html"):
        path = staging / "_build" / "html" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


# with the pages there, it kills itself when it is about to take the given step for the n-th time
KILLED = f"""import os, sys
from pathlib import Path
from companion import site
from companion.chapters import Book
{inspect.getsource(pages)}
event, left = sys.argv[1], int(sys.argv[2])
def watch(happens, args):
    global left
    left -= happens == event and "_build" in str(args)
    if left == 0:
        left = -1
        os.kill(os.getpid(), 9)
def sphinx(book, staging):
    pages(staging, "two")
    sys.addaudithook(watch)
site._sphinx = sphinx
site.artefact.check_site = lambda *_: []
site.build(Book(Path.cwd()))
"""


def whole(folder: Path) -> str:
    """Return the text that every page of the site in `folder` has; nothing of it is missing."""
    files = {path.relative_to(folder).as_posix(): path.read_text()
             for path in folder.rglob("*") if path.is_file()}
    html = {files.pop(name) for name in list(files) if name.endswith(".html")}
    assert len(html) == 1 and set(files) == {"ledger.json", *schemas.NAMES}
    assert json.loads(files["ledger.json"])["schema"] == 1
    return html.pop()


@pytest.fixture
def build(monkeypatch):
    """Build a book whose pages are the given text; return the site."""
    monkeypatch.setattr(site.artefact, "check_site", lambda *_: [])

    def build(book, text):
        monkeypatch.setattr(site, "_sphinx", lambda book, staging: pages(staging, text))
        return site.build(book).parent

    return build


@pytest.fixture
def book(tmp_path, build):
    book = toybook.make(tmp_path, "alpha")
    toybook.pretend(book, "alpha")
    build(book, "one")
    return book


def beside(book) -> list[str]:
    return sorted(path.name for path in (book.root / "_build").glob("*html*"))


@POSIX
@pytest.mark.parametrize("event, n, left, kept", [
    ("os.rename", 1, ["html"], "one"),  # the ledger is written
    ("os.mkdir", 1, ["html"], "one"),
    ("shutil.copyfile", 1, ["html", "html.new"], "one"),
    ("shutil.copyfile", 4, ["html", "html.new"], "one"),
    ("os.rename", 4, ["html", "html.new"], "one"),  # the last good site is moved aside
    ("os.rename", 5, ["html.new", "html.old"], "one"),  # the new one is moved in
    ("shutil.rmtree", 4, ["html", "html.old"], "two"),
    ("os.rename", 6, ["html"], "two"),  # the stamp is written
])
def test_a_build_that_is_killed(book, build, event, n, left, kept):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, event, str(n)], cwd=book.root, capture_output=True,
        text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert beside(book) == left
    site.recover(site.html_path(book))
    assert whole(site.html_path(book)) == kept
    assert whole(build(book, "three")) == "three" and beside(book) == ["html"]


@pytest.mark.parametrize("module, name, n, kept", [
    (os, "replace", 1, "one"),
    (os, "replace", 3, "one"),
    (site.shutil, "copyfile", 2, "one"),
    (os, "rename", 1, "one"),
    (os, "rename", 2, "one"),
    (os, "replace", 4, "two"),
])
def test_a_disk_that_fills_up_in_a_build(book, build, monkeypatch, module, name, n, kept):
    real, calls = getattr(module, name), []

    def full(*args, **kwargs):
        calls.append(args)
        if len(calls) == n or (len(calls) > n and name == "copyfile"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(args[0]))
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, full)
        with pytest.raises(CompanionError, match=r"^cannot write .*_build/\S+: .*No space left on "
                                                 r"device.*; allowed: a folder .*$") as caught:
            build(book, "two")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500
    assert whole(site.html_path(book)) == kept and beside(book) == ["html"]
    assert whole(build(book, "three")) == "three"


def test_a_site_with_a_ledger_of_another_schema_is_replaced(book, build):
    for folder in (site.html_path(book), book.root / "_build" / "staging" / "_build" / "html"):
        (folder / "ledger.json").write_text('{"schema": 9}')
    assert whole(build(book, "two")) == "two"


@POSIX
def test_jupyter_book_ends_with_a_build_that_is_killed(book):
    fake = book.root / "fake" / "jupyter_book" / "cli"
    fake.mkdir(parents=True)
    for folder in (fake, fake.parent):
        (folder / "__init__.py").touch()
    hang = f"{NOTE}\nimport time\ntime.sleep(600)".replace("\n", "\n    ")
    (fake / "main.py").write_text(f"def main():\n    {hang}\n")
    path = os.pathsep.join([str(book.root / "fake"), *filter(None, [os.environ.get("PYTHONPATH")])])
    start = ("from pathlib import Path\nfrom companion import site\nfrom companion.chapters import "
             "Book\nsite._sphinx(Book(Path.cwd()), Path('_build/staging').resolve())")
    with subprocess.Popen([sys.executable, "-c", start], cwd=book.root,
                          env={**os.environ, "PYTHONPATH": path}) as build:
        try:
            pid = pid_in(book.root / "pid")
        finally:
            build.kill()
    wait_for(lambda: gone(pid))


def test_a_book_with_an_odd_name(tmp_path):
    book = smallbook.make(tmp_path / "Büch mit Ω  空白 %20 #1 {x}")
    smallbook.pretend(book)
    page = site.build(book)
    assert "On alpha" in (page.parent / "notebooks" / "alpha.html").read_text(encoding="utf-8")


def test_the_last_good_site_is_back_even_if_the_next_run_fails(book):
    site.html_path(book).rename(book.root / "_build" / "html.old")
    put(book, "1 / 0")
    ended = run(book, "book")
    assert ended.status == 1 and "ZeroDivisionError" in ended.said[0]
    assert whole(site.html_path(book)) == "one" and beside(book) == ["html"]
