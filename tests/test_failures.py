"""What may happen to a run: kills, endless loops, no memory, a full disk."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toybook
from command import HANG, NOTE, POSIX, Command, assert_works, gone, kept, pid_in, put, run, wait_for

from companion import execute, kernel, perform, storage
from companion.errors import ChapterFailed, CompanionError

LIMITED = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha", "beta")
    toybook.pretend(book, "alpha")
    return book


@pytest.fixture
def pid_file(book):
    return book.root / "notebooks" / "pid"


@POSIX
def test_a_second_run_is_refused_and_a_killed_one_leaves_no_kernel(book, pid_file):
    put(book, f"{NOTE}\n{HANG}")
    before = kept(book)
    first = Command(book, "run", "alpha")
    pid = pid_in(pid_file)
    for words in (["run", "alpha"], ["verify"], ["book"]):
        second = run(book, *words)
        assert second.status == 2 and second.err.count("\n") == 1
        assert second.err.startswith("companion: another process is executing alpha (it holds ")
        assert second.err.endswith("alpha-executed.lock); wait until it ends, then try again\n")
    first.process.kill()
    first.end()
    wait_for(lambda: gone(pid))
    assert kept(book) == before and not (book.root / "_build" / "html").exists()
    assert_works(book)


@POSIX
def test_a_kernel_that_is_killed(book, pid_file):
    put(book, f"{NOTE}\n{HANG}")
    before = kept(book)
    (book.root / "tmp").mkdir()
    command = Command(book, "run", "alpha", TMPDIR=str(book.root / "tmp"))
    os.kill(pid_in(pid_file), 9)
    ended = command.end()
    assert (ended.status, ended.out) == (1, "")
    assert ended.said == ["companion: alpha: code cell 3 (id cell-0): the kernel died (signal 9)"]
    assert kept(book) == before and not list((book.root / "tmp").iterdir())
    assert_works(book)


def test_an_endless_loop_ends_at_the_time_limit(book, pid_file, monkeypatch):
    book = put(book, NOTE, HANG)
    before, clock = kept(book), time.monotonic
    monkeypatch.setattr(perform, "monotonic", lambda: clock() + 300 * pid_file.is_file())
    with pytest.raises(ChapterFailed, match=r"^alpha: code cell 4 \(id cell-1\) was still running "
                                            r"at the chapter's time limit of 300 s; --timeout"):
        execute.run(book, ["alpha"])
    assert gone(pid_in(pid_file)) and kept(book) == before


@pytest.mark.parametrize("grow", ["x.append(bytes(10**6))", "x.append([0])"])
def test_a_kernel_that_eats_memory(book, pid_file, monkeypatch, grow):
    monkeypatch.setattr(kernel, "MEMORY_GB", 0.25)
    book = put(book, NOTE, f"x = []\nwhile True:\n    {grow}")
    before = kept(book)
    with pytest.raises(ChapterFailed, match=r"^alpha: code cell 4 \(id cell-1\): the kernel was "
                                            r"stopped: it took more than 0.25 GB of memory$"):
        execute.run(book, ["alpha"])
    assert gone(pid_in(pid_file)) and kept(book) == before


@POSIX
@pytest.mark.parametrize("room, where", [(1_000, "_build/locks"),
                                         (200_000, "_build/executed/alpha.ipynb")])
def test_a_disk_without_room(book, room, where):
    """It is found before the chapter runs, or when its copy is written."""
    put(book, "print(300_000 * 'x')")
    before = kept(book)
    ended = run(book, "run", "alpha", before=LIMITED.format(room))
    assert (ended.status, ended.out) == (2, "")
    assert ended.said == [
        f"companion: cannot write {book.root / where}: File too large; allowed: a folder that can "
        "be written to, with room for the book (about 100 MB)"]
    assert ("last run" in ended.err) == (room > 1_000)
    assert kept(book) == before
    assert_works(book)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_disk_that_fills_up_in_the_middle_of_a_file(book):
    path = book.root / "_build" / "x"
    storage.write(path, "good")
    path.with_name(".x.new").symlink_to("/dev/full")
    with pytest.raises(CompanionError, match=r"cannot write \S*x: No space left on device; allo"):
        storage.write(path, "new")
    assert path.read_text() == "good" and not path.with_name(".x.new").is_symlink()
    for unbuffered in ("", "1"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([sys.executable, "-m", "companion", "list"], cwd=book.root,
                                  text=True, stdout=full, stderr=subprocess.PIPE, check=False,
                                  env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
        assert done.returncode == 2
        assert done.stderr == "companion: the file system: No space left on device\n"


def test_what_a_killed_process_half_wrote_is_overwritten(book):
    (book.root / "_build" / "executed" / ".alpha.ipynb.new").write_text("{")
    assert_works(book)
