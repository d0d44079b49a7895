"""A study on a real Dask scheduler and its workers: what is lost, and only that, is redone."""

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import pytest
import toybook
from distributed import Client, KilledWorker

from companion import carrier, cluster, compare, errand, execute, freshness, judge
from companion.chapters import Book
from companion.errors import ChapterFailed, CompanionError
from companion.jobs import plan
from companion.perform import perform

ROOT = Path(__file__).parents[1]
# a record whose number follows from the root seed, and a sign that its cell was run
DRAW = """import os, pathlib, time, numpy, toy
(pathlib.Path({signs!r}) / f"{{seed}}-{{os.getpid()}}").write_text(toy.__file__)
print(toy.__file__)
time.sleep({seconds})
x = float(numpy.random.default_rng(seed).normal(size=50) @ numpy.linspace(0.0, 0.02, 50))"""
SHOW = """import IPython.display
record = {record!r}
part = record["parts"][0]
for seen in (part["observed"], record["observed"][0]):
    seen.update(value=abs(x), max=abs(x), min=0.0, median=abs(x) / 2)
record["margin"] = part["margin"] = 1 - abs(x)
IPython.display.display({{{mime!r}: record, "text/plain": {card!r}}}, raw=True)"""
OTHER_SCIPY = """import distributed.versions as told
real = told._version_cached
told._version_cached = lambda name: "0.1" if name == "scipy" else real(name)
from distributed.cli.dask_worker import main
main()"""


def dask(folder, *command):
    """A process of Dask's own command line, which finds no library of ours by `PYTHONPATH`."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([sys.executable, *command], cwd=folder, stdout=log, stderr=log,
                                env={**os.environ, "PYTHONPATH": ""})


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Address of a scheduler without workers, and a way to start one."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    started = [dask(folder, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
                    "--port", "0", "--no-dashboard", "--scheduler-file", str(file))]
    wait_for(lambda: file.is_file() and file.read_text().endswith("}"))
    address = json.loads(file.read_text())["address"]

    def worker(*program):
        started.append(dask(folder, *(program or ("-m", "distributed.cli.dask_worker")), address,
                            "--nthreads", "1", "--no-nanny", "--no-dashboard",
                            "--local-directory", str(folder / f"worker-{len(started)}")))
        return started[-1]

    yield SimpleNamespace(address=address, worker=worker, folder=folder, started=started)
    end(started)


def end(processes):
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def workers(scheduler):
    """Two workers; they and all others are gone after the test."""
    started = [scheduler.worker(), scheduler.worker()]
    with Client(scheduler.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        yield started
        end(scheduler.started[1:])
        wait_for(lambda: not client.nthreads())


def folder(worker):
    """Where a worker keeps its files."""
    return worker.args[-1]


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book with the workshop in its own library, as the real one has it."""
    root = tmp_path / "book"
    book = toybook.make(root, "alpha", "beta")
    shutil.copytree(ROOT / "lib" / "companion", root / "lib" / "companion",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in cluster.SOURCES[:-1]:
        shutil.copy(ROOT / name, root)
    monkeypatch.chdir(root)
    return book


def put(book, slug, seconds):
    signs = book.root.parent / "signs"
    signs.mkdir(exist_ok=True)
    record, mime = toybook.record(slug), toybook.VERDICT
    toybook.write(book, toybook.notebook(
        slug, toybook.good_sources(slug)[0], DRAW.format(signs=str(signs), seconds=seconds),
        SHOW.format(record=record, mime=mime, card=toybook.card(record))))
    return signs


def verdicts(run):
    return {record["claim"]: record for record in judge.outputs(run.notebook, judge.VERDICT)}


def test_a_worker_killed_in_the_middle_loses_nothing(book, scheduler, workers, capfd):
    signs = put(book, "alpha", seconds=1)
    seeds, done = range(1, 7), []
    book = Book(book.root)
    with cluster.Cluster(scheduler.address, book.root) as there:
        perform_all = execute.perform_all

        def kill_after_the_first(planned, at_once, executor):
            for each in perform_all(planned, at_once, executor):
                if not done:
                    before = set(signs.iterdir())
                    wait_for(lambda: any(folder(workers[0]) in sign.read_text()
                                         for sign in set(signs.iterdir()) - before))
                    workers[0].send_signal(signal.SIGKILL)
                done.append(each)
                yield each

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(execute, "perform_all", kill_after_the_first)
            remote = execute.run(book, ["alpha"], seeds=seeds, executor=there)
    assert workers[0].wait() == -signal.SIGKILL and workers[1].poll() is None
    assert [run.executed for run in remote] == [True] * 6 == [not failure for _, failure in done]
    begun = [int(path.name.split("-")[0]) for path in signs.iterdir()]
    assert set(begun) == set(seeds) and len(begun) == 7, "what was lost, and it only, ran twice"
    told = capfd.readouterr().err
    assert "MB (6 of 6)" in told and told.count("alpha (book-seed3)") == 1
    kept = {run.job.parameters["seed"]: (verdicts(run), run.notebook) for run in remote}
    local = execute.run(book, ["alpha"], seeds=[1, 6], force=True)
    for run in local:
        records, notebook = kept[run.job.parameters["seed"]]
        (row,) = compare.beside(verdicts(run), records)
        assert not row.differs and row.published == "reproduced"
        assert [part.digits for part in row.parts] == [16], "on one processor all digits are stable"
        mine, theirs = (each["metadata"]["companion"] for each in (run.notebook, notebook))
        for of in (mine, theirs):
            for name in ("seconds", "peak_memory_mb", "digest"):
                assert of.pop(name)
            of["provenance"].pop("date")
        assert mine == theirs
        assert str(scheduler.folder) in str(notebook) and str(book.root) not in str(notebook)


def test_the_command_line_runs_there_and_leaves_nothing(book, scheduler, workers, capsys):
    put(book, "beta", seconds=0)
    assert toybook.companion(f"verify --seeds 1:3 --scheduler {scheduler.address}") == 0
    told = capsys.readouterr()
    assert told.err.startswith(f"{scheduler.address}: workers 2, runs at a time 2\n")
    assert "2 claims of 2 chapters as expected at each of 2 seeds" in told.out
    assert toybook.companion(f"run alpha --scheduler {scheduler.address}") == 0
    assert capsys.readouterr().out == "_build/executed/alpha.ipynb\n"
    assert freshness.is_fresh(book, Book(book.root).chapter("alpha"))
    assert not [path for each in workers for path in Path(folder(each)).glob("**/companion-*")]


def test_a_failing_cell_is_shown_as_if_it_ran_here(book, scheduler, workers, capsys):
    toybook.write(book, toybook.notebook("alpha", "1 / 0"))
    assert toybook.companion(f"run alpha beta --scheduler {scheduler.address}") == 1
    told = capsys.readouterr().err
    assert "companion: alpha: code cell 3 (id cell-0) failed: ZeroDivisionError" in told
    assert "1 / 0" in told and "Traceback" in told
    assert [path.name for path in (book.root / "_build" / "executed").iterdir()] == ["beta.ipynb"]


def test_an_interrupt_ends_the_kernels_there(book, scheduler, workers):
    signs = put(book, "alpha", seconds=60)
    process = dask(book.root, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'lib')!r}); "
                   "from companion.cli import main; main(sys.argv[1:])",
                   "verify", "alpha", "--seeds", "1:5", "--scheduler", scheduler.address)
    wait_for(lambda: len(list(signs.iterdir())) == 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 130
    kernels = [int(path.name.split("-")[1]) for path in signs.iterdir()]
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in kernels))
    assert not (book.root / "_build" / "runs" / "alpha" / "book-seed1.ipynb").exists()
    assert (book.root / "log").read_text().endswith("interrupted; what was finished is kept\n")


def test_a_worker_with_other_packages_is_refused_or_left_idle(book, scheduler, workers, capsys):
    with cluster.Cluster(scheduler.address, book.root) as there:
        scheduler.worker("-c", OTHER_SCIPY)
        wait_for(lambda: len(there._client.nthreads()) == 3)
        execute.run(Book(book.root), ["alpha"], seeds=range(1, 4), executor=there)
        addresses = list(there._client.scheduler_info(n_workers=-1)["workers"].items())
        offering = [address for address, about in addresses if about["resources"]]
        assert len(offering) == 2
    (idle,) = {address for address, _ in addresses} - set(offering)
    assert toybook.companion(f"run alpha --scheduler {scheduler.address}") == 2
    here = carrier.installed(carrier.get_versions(["scipy"]), ["scipy"])["scipy"]
    assert capsys.readouterr().err.endswith(
        f"MB (3 of 3)\ncompanion: worker {idle} has scipy 0.1 (here {here}); allowed: workers with "
        "the packages of requirements.lock, as here\n")


def test_a_scheduler_that_is_none(book, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "WAIT", 0.5)
    for address, said in [
        ("nowhere", "--scheduler nowhere: allowed: tcp://HOST:PORT of a Dask scheduler"),
        ("tcp://127.0.0.1:1", "--scheduler tcp://127.0.0.1:1: no Dask scheduler answers there "
                              "within 0.5 s"),
    ]:
        assert toybook.companion(f"run alpha --scheduler {address}") == 2
        told = capsys.readouterr().err
        assert told.startswith(f"companion: {said}") and told.count("\n") == 1
    assert not (book.root / "_build").exists()


def test_a_scheduler_without_workers(book, scheduler, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "WAIT", 2)
    assert toybook.companion(f"run alpha --scheduler {scheduler.address}") == 2
    assert capsys.readouterr().err == (
        f"companion: --scheduler {scheduler.address}: it has no worker after 2 s; allowed: a "
        "scheduler with at least one\n")


def test_what_excludes_a_scheduler(book, capsys, monkeypatch):
    assert toybook.companion("run alpha --jobs 2 --scheduler tcp://a:1") == 2
    assert "--jobs and --scheduler exclude one another" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "companion.cluster")
    assert toybook.companion("run alpha --scheduler tcp://a:1") == 2
    assert capsys.readouterr().err.startswith(
        "companion: --scheduler tcp://a:1 needs the package distributed; allowed: an environment")


def test_a_library_that_makes_no_wheel(book):
    (book.root / "pyproject.toml").write_text("[project\n", encoding="utf-8")
    with pytest.raises(CompanionError, match="the wheel of .*lib cannot be built: ") as caught:
        cluster.wheel(book.root)
    assert str(caught.value).endswith("(at line 1, column 9)")


@pytest.mark.parametrize(("raised", "kind", "said"), [
    (KilledWorker("task", SimpleNamespace(address="tcp://b:2"), 3), ChapterFailed,
     "alpha: 4 workers were lost while they ran it, the last one tcp://b:2"),
    (RuntimeError("Traceback\nImportError: no papermill"), ChapterFailed,
     "alpha: on a worker of tcp://a:1: ImportError: no papermill"),
    (LookupError("gone"), CompanionError, "the scheduler tcp://a:1 was lost (LookupError); what "
                                          "was finished is kept, run the command again"),
])
def test_what_dask_says_of_a_call_is_one_line(raised, kind, said):
    def result():
        raise raised

    answer = Future()
    cluster._settle(answer, "alpha", "tcp://a:1", SimpleNamespace(result=result))
    assert type(answer.exception()) is kind and str(answer.exception()) == said


def test_an_answer_that_nobody_waits_for_is_dropped():
    answer, cancelled = Future(), []
    answer.add_done_callback(
        lambda done: cluster._cancel(SimpleNamespace(cancel=lambda: cancelled.append(1)), done))
    assert answer.cancel() and cancelled
    cluster._settle(answer, "alpha", "tcp://a:1", SimpleNamespace())


def test_a_failure_that_can_be_mended_is_an_answer(tmp_path):
    for function, answer in [(int, 0), (_fail, "mend it")]:
        (tmp_path / "call").write_bytes(errand.pack((function, ())))
        errand.run(tmp_path)
        found = errand.unpack((tmp_path / "answer").read_bytes())
        assert str(found) == str(answer)
    assert (type(found), found.detail) == (ChapterFailed, "here")


def _fail():
    raise ChapterFailed("mend it", "here")


def test_what_is_sent_is_small(book):
    (chapter,) = book.select(["alpha"])
    sent = []
    there = object.__new__(cluster.Cluster)
    there._client = SimpleNamespace(submit=lambda carry, call, **how: sent.append(call) or
                                    SimpleNamespace(add_done_callback=id))
    there._carrier, there._commit, there._address = SimpleNamespace(name="c"), ("abc", False), "a"
    job = plan(chapter, book, seed=3)
    there.submit(perform, job, None)
    function, (job, report) = errand.unpack(sent[0])
    assert (function, report, job.commit, job.inputs) == (perform, None, ("abc", False), {})
    assert not job.root.is_absolute() and str(book.root) not in str(pickle.dumps(job))
