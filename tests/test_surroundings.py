"""Where a run takes place: read-only folders, odd names, no home, no network."""

import os
import subprocess
import sys

import pytest
import toybook
from command import POSIX, run

HOOK = """import os, sys
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
def note(event, args):
    if event in NETWORK and "127.0.0.1" not in str(args):
        with open({connections!r}, "a") as file:
            file.write(event + str(args))
    elif event in ("cpython.run_module", "cpython.run_command"):
        with open({hooked!r}, "a") as file:
            file.write(str(args))
sys.addaudithook(note)
"""


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha")
    toybook.pretend(book, "alpha")
    return book


@POSIX
def test_a_read_only_folder(book):
    build = book.root / "_build"
    build.rename(book.root / "kept")
    if os.geteuid() == 0 and os.path.isdir("/proc/self"):
        build.symlink_to("/proc/self")  # not even root makes a folder here
    else:
        build.mkdir(mode=0o500)
    for words in (["run", "alpha"], ["verify"], ["book"]):
        ended = run(book, *words)
        assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
        assert ended.said[0].startswith(f"companion: cannot write {build}")
    assert run(book, "list").status == 0, "what only reads works"


@pytest.mark.parametrize("home", [None, "missing", "_toc.yml"])
def test_a_home_that_takes_no_file(book, home):
    ended = run(book, "run", HOME=home and str(book.root / home), LC_ALL="C")
    assert ended.status == 0, ended.err
    assert not (book.root / "missing").exists()


def test_odd_names(tmp_path):
    root = tmp_path / "Büch mit Ω  空白 %20 #1 {x}"
    book = toybook.make(root, "alpha")
    (root / (90 * "t")).mkdir()  # too long for the name of a socket
    ended = run(book, "run", TMPDIR=str(root / (90 * "t")))
    assert (ended.status, ended.out) == (0, "_build/executed/alpha.ipynb\n"), ended.err
    ended = run(book, "verify", LC_ALL="C")
    assert (ended.status, ended.err) == (0, ""), "and the copy is fresh"


def test_no_process_of_a_run_connects_to_another_machine(book):
    connections, hooked = book.root / "connections", book.root / "hooked"
    (book.root / "hook").mkdir()
    (book.root / "hook" / "sitecustomize.py").write_text(
        HOOK.format(connections=str(connections), hooked=str(hooked)))
    path = os.pathsep.join([str(book.root / "hook"), *filter(None, [os.environ.get("PYTHONPATH")])])
    dead = "http://127.0.0.1:1"
    ended = run(book, "run", PYTHONPATH=path, http_proxy=dead, https_proxy=dead)
    assert ended.status == 0, ended.err
    assert "ipykernel_launcher" in hooked.read_text(), "the kernel is watched too"
    assert not connections.exists(), connections.read_text()


@pytest.fixture(scope="module")
def alone() -> list[str]:
    """How to start a process that has no network."""
    command = ["unshare", "--map-root-user", "--net"]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not take the network away")
    return command


def test_a_machine_without_a_network(book, alone):
    done = subprocess.run([*alone, sys.executable, "-m", "companion", "run"], cwd=book.root,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
