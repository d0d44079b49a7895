"""What the workers of a cluster are given: the library in a folder of its own, and calls to run.

This code is sent to workers that have no `companion`; it may use the standard library and Dask.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from distributed import Worker, WorkerPlugin
from distributed.versions import get_versions


class Carrier(WorkerPlugin):
    """A wheel, unpacked on every worker, and the processes that run calls with it.

    A worker whose packages are not those of `versions` does not offer to run any.
    """

    def __init__(self, wheel: bytes, versions: Mapping[str, str | None]) -> None:
        self.name = f"companion-{uuid4().hex}"  # two studies may share a cluster
        self.wheel, self.versions = wheel, dict(versions)

    async def setup(self, worker: Worker) -> None:
        """Unpack the wheel where the worker keeps its files, and offer as many calls as threads."""
        self.folder = tempfile.TemporaryDirectory(dir=worker.local_directory, prefix="companion-",
                                                  ignore_cleanup_errors=True)
        self.running: set[subprocess.Popen] = set()
        zipfile.ZipFile(io.BytesIO(self.wheel)).extractall(Path(self.folder.name, "lib"))
        Path(self.folder.name, "notebooks").mkdir()
        if installed(get_versions(list(self.versions)), self.versions) == self.versions:
            await worker.set_resources(**{self.name: worker.state.nthreads})

    def teardown(self, worker: Worker) -> None:
        """End what still runs, and leave nothing behind."""
        for process in list(self.running):
            process.stdin.close()  # its lifeline
        self.folder.cleanup()

    def run(self, call: bytes) -> bytes:
        """Return the answer to `call`, given by a process that has the library."""
        with tempfile.TemporaryDirectory(dir=self.folder.name, ignore_cleanup_errors=True) as place:
            Path(place, "call").write_bytes(call)
            with Path(place, "log").open("w+", encoding="utf-8", errors="replace") as log:
                self._process(place, log)
                log.seek(0)
                said = log.read()
            answer = Path(place, "answer")
            if not answer.is_file():
                raise RuntimeError(said.strip() or "it was stopped")
            return answer.read_bytes()

    def _process(self, place: str, log: io.TextIOBase) -> None:
        paths = filter(None, [f"{self.folder.name}/lib", os.environ.get("PYTHONPATH")])
        process = subprocess.Popen(
            [sys.executable, "-m", "companion.errand", place], cwd=self.folder.name,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE, stdout=log, stderr=log)
        self.running.add(process)
        process.wait()
        self.running.discard(process)
        process.stdin.close()


def installed(told: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, str | None]:
    """Return of what a process `told` of its versions those of the packages `names`."""
    return {name: told["packages"].get(name) for name in names}
