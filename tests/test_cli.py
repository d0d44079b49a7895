"""The command line: every mistake is one line on stderr, and the exit status is useful."""

import subprocess
import sys

import pytest
import toybook

from companion import cli, execute, freshness, storage


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha", "beta")
    for slug in ("alpha", "beta"):
        toybook.pretend(book, slug)
    monkeypatch.chdir(tmp_path)
    return book


@pytest.fixture
def companion(capfd, monkeypatch):
    """Run the command line in this process and return (status, stdout, stderr)."""
    monkeypatch.setattr(cli.signal, "signal", lambda *args: None)

    def call(line: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = 0
        try:
            cli.main(line.split())
        except SystemExit as end:
            status = end.code
        return status, *capfd.readouterr()

    return call


@pytest.mark.parametrize("line, message", [
    ("run gamma", "no chapter 'gamma'; allowed: alpha, beta"),
    ("verify gamma", "no chapter 'gamma'; allowed: alpha, beta"),
    ("run alpha -p trails 3", "alpha has no parameter 'trails'; allowed: seed, trials, rate"),
    ("run alpha -p trials many", "trials = 'many' is a str; allowed: an int"),
    ("run alpha -p trials true", "trials = True is a bool; allowed: an int"),
    ("run alpha -p trials 0", "trials = 0; allowed: an int >= 1"),
    ("run alpha -p exact 1", "exact = 1 is an int; allowed: a bool"),
    ("run alpha --seed -1", "seed = -1; allowed: an int >= 0"),
    ("run alpha --seed x", "'x' is not a valid integer"),
    ("run alpha --seeds 3:1", "--seeds 3:1: allowed: A:B with 0 <= A < B"),
    ("run alpha --seeds 1", "--seeds 1: allowed: A:B"),
    ("run alpha --seed 1 --seeds 1:2", "--seed and --seeds exclude one another"),
    ("run alpha --seed 1 -p seed 2", "-p seed and --seed or --seeds exclude one another"),
    ("run alpha -p rate 1 -p rate 2", "-p rate is given twice; allowed: once (companion sweep"),
    ("sweep alpha", "sweep takes -p NAME VALUE for each value; none is given"),
    ("sweep gamma -p rate 1", "no chapter 'gamma'; allowed: alpha, beta"),
    ("sweep alpha -p trails 1", "alpha has no parameter 'trails'"),
    ("run alpha --profile large", "no profile 'large'; allowed: book, smoke"),
    ("run alpha --jobs 0", "0 is not in the range x>=1"),
    ("run alpha --timeout 0", "0.0 is not in the range x>0"),
    ("run --lowd", "No such option"),
    ("build", "No such command 'build'"),
])
def test_a_mistake_is_one_line(book, companion, line, message):
    status, out, err = companion(line)
    assert (status, out) == (2, "")
    assert err.startswith("companion: ") and message in err and err.count("\n") == 1


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_notebook_that_does_not_parse_is_one_line(book, companion, text):
    (book.root / "notebooks" / "beta.ipynb").write_text(text)
    for line in ("list", "run beta", "verify", "book"):
        status, out, err = companion(line)
        assert status == 2 and err.count("\n") == 1 and "beta.ipynb is not a valid" in err
    assert freshness.executed_path(book, "beta").is_file(), "the last good copy is kept"


def test_outside_of_a_book(companion, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    status, _, err = companion("list")
    assert status == 2 and err.count("\n") == 1 and "no book at or above" in err


@pytest.mark.parametrize("line", ["", "list", "run", "verify", "compare", "new", "release", "book"])
def test_help(companion, line):
    status, out, _ = companion(f"{line} --help")
    assert status == 0 and out.startswith("Usage: companion")


def test_list_shows_states_and_verdicts(book, companion):
    source = toybook.notebook("beta", "1")
    toybook.write(book, source)
    status, out, _ = companion("list")
    lines = out.splitlines()
    assert status == 0
    assert lines[1].split() == ["alpha", "fresh", "1.0", "1", "reproduced"]
    assert lines[2].split()[:2] == ["beta", "stale"]
    freshness.executed_path(book, "beta").unlink()
    assert companion("list")[1].splitlines()[2].split() == ["beta", "none"]


def test_verify_as_expected(book, companion):
    status, out, err = companion("verify")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "2 claims of 2 chapters as expected"


def test_verify_says_what_differs(book, companion):
    box = toybook.CLAIMS, {"claims": [toybook.claim("beta")]}
    toybook.pretend(book, "beta", box, (toybook.VERDICT, toybook.failed("beta")))
    status, out, err = companion("verify")
    assert status == 1
    assert "beta/one   not reproduced  reproduced" in out
    assert "beta/one: not reproduced, expected reproduced, margin -0.25 (x reached 1.25)" in err
    (book.root / "tests" / "expected" / "beta.yml").write_text("book: {one: not reproduced}")
    assert companion("verify")[0] == 0


def test_verify_over_seeds_names_what_flipped(book, companion):
    good = toybook.emit(toybook.VERDICT, toybook.record("alpha"))
    bad = toybook.emit(toybook.VERDICT, toybook.failed("alpha"))
    choose = f"if seed == 2:\n    {bad.replace(chr(10), chr(10) + '    ')}\nelse:\n    " \
             f"{good.replace(chr(10), chr(10) + '    ')}"
    toybook.write(book, toybook.notebook("alpha", toybook.good_sources("alpha")[0], choose))
    status, out, err = companion("verify alpha --seeds 1:3 --jobs 2")
    assert status == 1 and "1 of 2" in out and "-0.25" in out
    assert "margin -0.25 (x reached 1.25) at seed 2" in err and "at seed 1" not in err
    assert companion("verify alpha --seeds 1:2")[0] == 0


def test_run_executes_what_is_fresh_too(book, companion):
    before = freshness.executed_path(book, "alpha").read_text()
    status, out, err = companion("run alpha")
    assert (status, out) == (0, "_build/executed/alpha.ipynb\n")
    assert "alpha: 4 cells, last run 1.0 s" in err
    assert freshness.executed_path(book, "alpha").read_text() != before


def test_a_failing_chapter_exits_with_1(book, companion):
    toybook.write(book, toybook.notebook("alpha", "x = {}['missing']"))
    status, _, err = companion("verify alpha")
    assert status == 1
    assert "companion: alpha: code cell 3 (id cell-0) failed: KeyError: 'missing'" in err
    assert "x = {}['missing']" in err


def test_an_interrupt_exits_with_130(book, companion, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(execute, "run", interrupted)
    assert companion("verify")[0] == 130


def test_two_builds_at_once(book, companion):
    from companion import site

    with storage.locked(site.lock_path(book), "building the book"):
        status, _, err = companion("book")
    assert status == 2 and err.count("\n") == 1 and "another process is building the book" in err


def test_the_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "companion", "--help"], capture_output=True,
                          text=True, check=True)
    assert "verify" in done.stdout
