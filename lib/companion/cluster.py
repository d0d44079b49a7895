"""A Dask cluster as an executor: its workers get the library as a wheel, answers stream back."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures import Future as Answer
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cloudpickle
from distributed import Client, Future, KilledWorker, get_worker

from companion import carrier
from companion.errand import pack, unpack
from companion.errors import ChapterFailed, CompanionError
from companion.freshness import PACKAGES
from companion.jobs import Job
from companion.provenance import commit

ADDRESS = re.compile(r"(tcp|tls|ws|wss)://[^\s/]+:\d+")
WAIT = 10  # seconds in which a scheduler must answer and have a worker
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT", "lib")
cloudpickle.register_pickle_by_value(carrier)  # the workers have no module of that name


class Cluster(Executor):
    """The workers of the Dask scheduler at `address`, each with the library of the book at `root`.

    Each call runs in a process of its own. What a lost worker was doing, another does again.
    """

    def __init__(self, address: str, root: Path) -> None:
        self._address = address
        self._client = _connect(address)
        try:
            versions = _common_versions(self._client)
            self._commit = commit(root)
            self._carrier = carrier.Carrier(wheel(root), versions)
            self._client.register_plugin(self._carrier, name=self._carrier.name)
        except BaseException:
            self._client.close()
            raise

    def __str__(self) -> str:
        threads = self._client.nthreads().values()
        return f"{self._address}: workers {len(threads)}, runs at a time {sum(threads)}"

    def submit(self, function: Callable, job: Job, *arguments: Any) -> Answer:
        """Run ``function(job, *arguments)`` on some worker; `function` belongs to the library.

        There the book's root is the folder of the process.
        """
        name = self._carrier.name
        sent = replace(job, root=Path(), target=Path(job.target.name), inputs={},
                       commit=self._commit)

        def carry(call: bytes) -> bytes:  # a local function: Dask sends its code, not its name
            return get_worker().plugins[name].run(call)

        task = self._client.submit(carry, pack((function, (sent, *arguments))), pure=False,
                                   resources={name: 1})
        answer = Answer()
        answer.add_done_callback(partial(_cancel, task))
        task.add_done_callback(partial(_settle, answer, job.label, self._address))
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End what still runs there, and leave nothing of the library on the cluster."""
        with suppress(OSError):  # the scheduler may be gone
            self._client.unregister_worker_plugin(self._carrier.name)
        self._client.close()


def _connect(address: str) -> Client:
    if not ADDRESS.fullmatch(address):
        raise CompanionError(f"--scheduler {address}: allowed: tcp://HOST:PORT of a Dask scheduler "
                             "(or tls://, ws://, wss://)")
    try:
        client = Client(address, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CompanionError(f"--scheduler {address}: no Dask scheduler answers there within "
                             f"{WAIT} s ({str(error).partition(chr(10))[0]})") from None
    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError:
        client.close()
        raise CompanionError(f"--scheduler {address}: it has no worker after {WAIT} s; "
                             "allowed: a scheduler with at least one") from None
    return client


def _common_versions(client: Client) -> dict[str, str | None]:
    """Return the versions that decide numbers; refuse a worker that has others than are here."""
    names = dict.fromkeys(["python", *PACKAGES.values()])
    told = client.get_versions(packages=list(names))
    here = carrier.installed(told["client"], names)
    for worker, each in told["workers"].items():
        there = carrier.installed(each, names)
        other = [f"{name} {there[name] or 'missing'} (here {here[name] or 'missing'})"
                 for name in names if there[name] != here[name]]
        if other:
            raise CompanionError(f"worker {worker} has {', '.join(other)}; allowed: workers with "
                                 "the packages of requirements.lock, as here")
    return here


def wheel(root: Path) -> bytes:
    """Return the library of the book at `root`, as it is now, as a wheel."""
    with tempfile.TemporaryDirectory(prefix="cw-") as folder:
        source = Path(folder, "source")
        shutil.copytree(root, source, ignore=_all_but_the_library(root))
        build = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet",
                 "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(source)]
        done = subprocess.run(build, capture_output=True, text=True, check=False)
        if done.returncode:
            *_, last = ["no reason given", *done.stderr.splitlines()]
            raise CompanionError(f"the wheel of {root / 'lib'} cannot be built: {last}",
                                 done.stderr)
        (built,) = Path(folder).glob("*.whl")
        return built.read_bytes()


def _all_but_the_library(root: Path) -> Callable[[str, list[str]], set[str]]:
    made = shutil.ignore_patterns("__pycache__", "*.egg-info")
    return lambda folder, names: (set(names) - set(SOURCES) if Path(folder) == root
                                  else made(folder, names))


def _cancel(task: Future, answer: Answer) -> None:
    if answer.cancelled():
        task.cancel()


def _settle(answer: Answer, label: str, address: str, task: Future) -> None:
    """Hand what came of `task` to whoever waits for `answer`."""
    if not answer.set_running_or_notify_cancel():
        return
    try:
        outcome = unpack(task.result())
    except KilledWorker as lost:
        outcome = ChapterFailed(f"{label}: {lost.allowed_failures + 1} workers were lost while "
                                f"they ran it, the last one {lost.last_worker.address}")
    except RuntimeError as error:  # what the process on the worker said last
        lines = str(error).splitlines()
        outcome = ChapterFailed(f"{label}: on a worker of {address}: {lines[-1]}", str(error))
    except Exception as error:  # cancelled by Dask
        outcome = CompanionError(f"the scheduler {address} was lost ({type(error).__name__}); "
                                 "what was finished is kept, run the command again")
    if isinstance(outcome, CompanionError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
