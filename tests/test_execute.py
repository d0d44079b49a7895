"""Chapters executed in real kernels: what is stored, and what happens when one goes wrong."""

import os
import pickle
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import toybook

from companion import execute, freshness, kernel, storage
from companion.chapters import Book
from companion.errors import ChapterFailed, CompanionError
from companion.jobs import plan, plans

LOOK = """import os, sys
print(sys.executable)
print(os.getcwd())
print([os.environ[f"{lib}_NUM_THREADS"] for lib in ("OPENBLAS", "OMP", "MKL")])
import toy
print(toy.__file__)"""


@pytest.fixture
def book(tmp_path):
    return toybook.make(tmp_path, "alpha", "beta")


def put(book, slug, *sources):
    toybook.write(book, toybook.notebook(slug, *sources))
    return Book(book.root)


def printed(run) -> str:
    return "".join(output["text"] for cell in run.notebook["cells"] if cell["cell_type"] == "code"
                   for output in cell["outputs"] if output["output_type"] == "stream")


def stored(book) -> list[str]:
    """Every file below _build/executed, hidden ones too."""
    return sorted(path.name for path in (book.root / "_build" / "executed").rglob("*"))


def test_a_default_run_is_stored_and_reused(book, capfd):
    book = put(book, "beta", LOOK)
    first = execute.run(book, jobs=2)
    assert [run.executed for run in first] == [True, True]
    assert stored(book) == ["alpha.ipynb", "beta.ipynb"]
    executable, folder, threads, library = printed(first[1]).splitlines()
    assert os.path.realpath(executable) == os.path.realpath(execute.kernel.sys.executable)
    assert folder == str(book.root / "notebooks")
    assert threads == "['1', '1', '1']"
    assert library == str(book.root / "lib" / "toy" / "__init__.py")
    about = first[0].notebook["metadata"]["companion"]
    assert about["seconds"] > 0 and about["peak_memory_mb"] > 10
    assert about["provenance"]["threads"] == 1 and about["provenance"]["blas"]
    assert about["key"] == about["provenance"]["key"]
    progress = capfd.readouterr()
    assert "alpha: 4 cells, first run" in progress.err and "WARNING" not in progress.err
    assert [run.executed for run in execute.run(book)] == [False, False]
    assert capfd.readouterr() == ("", "")
    assert os.getcwd() == str(toybook.Path.cwd())


def test_the_kernels_of_the_blas_are_those_of_the_process_that_computed(book, monkeypatch):
    architecture = "(each,) = threadpoolctl.threadpool_info()\nprint(each['architecture'])"
    book = put(book, "alpha", "import numpy, threadpoolctl\n" + architecture)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")  # any x86 has these; the tests have others
    (run,) = execute.run(book, ["alpha"])
    about = run.notebook["metadata"]["companion"]["provenance"]
    (blas,) = about["blas_kernels"]
    assert (f"{blas['architecture']}\n", blas["threads"]) == (printed(run), 1)
    assert about["environment"]["OPENBLAS_CORETYPE"] == "Prescott"


def test_a_kernel_that_cannot_tell_its_libraries_is_no_failure(book):
    book = put(book, "alpha", "import sys\nsys.modules['threadpoolctl'] = None")
    (run,) = execute.run(book, ["alpha"])
    assert run.notebook["metadata"]["companion"]["provenance"]["blas_kernels"] == []


def test_any_other_run_is_stored_elsewhere(book):
    book = put(book, "alpha", "print(seed, trials, rate)")
    runs = execute.run(book, ["alpha"], "smoke", seeds=[1, 2], cells=[{"rate": 2}], jobs=2)
    assert [printed(run) for run in runs] == ["1 1 2.0\n", "2 1 2.0\n"]
    names = [run.job.target.relative_to(book.root).as_posix() for run in runs]
    assert names[0].startswith("_build/runs/alpha/smoke-seed1-")
    assert not (book.root / "_build" / "executed").exists()
    again = execute.run(book, ["alpha"], "smoke", seeds=[1, 2], cells=[{"rate": 2}])
    assert [run.executed for run in again] == [False, False]
    assert again[0].job.last_seconds is not None
    # the chapter's own seed is the default run, whoever asks for it
    assert plan(book.chapter("alpha"), book, seed=0).label == "alpha"


def test_another_executor_may_do_the_work(book):
    with ThreadPoolExecutor(1) as pool:
        (run,) = execute.run(book, ["alpha"], executor=pool)
        assert run.executed and pool.submit(int).result() == 0
    assert pickle.loads(pickle.dumps(run.job)) == run.job, "a job can be sent to another machine"


def test_a_failing_cell_is_shown_and_the_last_good_copy_kept(book):
    execute.run(book, ["alpha"])
    before = freshness.executed_path(book, "alpha").read_bytes()
    book = put(book, "alpha", "1", "def f(x):\n    return 1 / x\nf(0)")
    with pytest.raises(ChapterFailed) as caught:
        execute.run(book, ["alpha", "beta"], jobs=2)
    message, detail = str(caught.value), caught.value.detail
    assert message == "alpha: code cell 4 (id cell-1) failed: ZeroDivisionError: division by zero"
    assert "return 1 / x" in detail and "Traceback" in detail and "\x1b" not in detail
    assert freshness.executed_path(book, "alpha").read_bytes() == before
    assert stored(book) == ["alpha.ipynb", "beta.ipynb"], "the other chapter is finished and kept"


def test_a_kernel_that_dies(book):
    book = put(book, "alpha", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    start = time.monotonic()
    with pytest.raises(ChapterFailed, match=r"alpha: code cell 3 \(id cell-0\): the kernel died "
                                            r"\(signal 9\)"):
        execute.run(book, ["alpha"])
    assert time.monotonic() - start < 20
    assert stored(book) == []


def test_the_time_limit_is_for_the_whole_chapter(book):
    book = put(book, "alpha", *["import time\ntime.sleep(0.9)"] * 5, "time.sleep(60)")
    start = time.monotonic()
    with pytest.raises(ChapterFailed, match="still running at the chapter's time limit of 3 s"):
        execute.run(book, ["alpha"], timeout=3)
    assert time.monotonic() - start < 15
    assert stored(book) == []


def test_the_time_limit_follows_the_last_run(book):
    chapter = book.chapter("alpha")
    assert plan(chapter, book).timeout == 300
    toybook.pretend(book, "alpha")
    assert plan(chapter, book).timeout == 300
    assert plan(chapter, book, timeout=7).timeout == 7


def test_an_interrupt_kills_the_kernels_and_stores_nothing(book):
    book = put(book, "alpha", "import os\nopen('pid', 'w').write(str(os.getpid()))",
               "import time\ntime.sleep(60)")
    pid_file = book.root / "notebooks" / "pid"

    def interrupt():
        while not pid_file.is_file() or not pid_file.read_text():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        execute.run(book, ["alpha", "beta"], jobs=1)
    thread.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert stored(book) == [] and not kernel._living
    assert execute.run(book, ["beta"])[0].executed, "and the next command works"


def test_a_folder_that_takes_no_file(book):
    (book.root / "_build").mkdir()
    (book.root / "_build" / "executed").write_text("in the way")
    with pytest.raises(CompanionError, match=r"^cannot write [^\n]*executed[^\n]*allowed[^\n]*$"):
        execute.run(book, ["alpha"])


def test_a_disk_that_fills_up_keeps_the_last_copy(book, monkeypatch):
    path = book.root / "_build" / "x"
    storage.write(path, "good")

    def full(*names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "replace", full)
    with pytest.raises(CompanionError, match="cannot write .*: No space left on device"):
        storage.write(path, "new")
    assert [(file.name, file.read_text()) for file in path.parent.iterdir()] == [("x", "good")]


def test_two_runs_of_one_chapter_at_once(book):
    job = plan(book.chapter("alpha"), book)
    with storage.locked(execute._lock(job), "executing alpha"):
        with pytest.raises(CompanionError, match=r"^another process is executing alpha \(it holds "
                                                 r"[^\n]*alpha-executed.lock\); wait[^\n]*$"):
            execute.run(book, ["alpha"])
        assert execute.run(book, ["beta"])[0].executed
    assert execute.run(book, ["alpha"])[0].executed


def test_a_thousand_seeds_share_a_text_and_a_lock(book):
    jobs = list(plans(book.chapter("alpha"), book, seeds=range(1, 1001)))
    assert len({job.key for job in jobs}) == len({job.target for job in jobs}) == 1000
    assert len({id(job.notebook) for job in jobs}) == len({execute._lock(job) for job in jobs}) == 1
    assert jobs[6].key == plan(book.chapter("alpha"), book, seed=7).key


def test_a_copy_that_is_gone_before_it_is_read(book):
    (run,) = execute.run(book, ["alpha"])
    run.job.target.unlink()
    with pytest.raises(CompanionError, match="alpha.ipynb was changed or removed while it was read"):
        _ = run.notebook
