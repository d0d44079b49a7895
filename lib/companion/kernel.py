"""A kernel of the running interpreter, alone with its files and one BLAS thread."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop, run_sync

THREADS = 1
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
MEMORY_GB = 4.0  # no chapter takes a quarter of it; a runaway is to end before the machine does
ANSWER_SECONDS = 60.0  # a kernel whose cells are done answers in milliseconds
SOCKET_PATH = 90  # bytes of a folder whose sockets every system can name; Linux allows 107 in all
_living: set[InterpreterKernel] = set()
stopped = threading.Event()  # set when the user has had enough: no kernel starts after it


class InterpreterKernel(AsyncKernelManager):
    """The kernel of ``sys.executable``, whatever kernels the machine has registered.

    Its connection, its profile and its standard streams live in a folder of its own, so neither
    the reader's IPython settings nor a port taken by a neighbour change a run.
    """

    def __init__(
        self, library: Path, environment: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(kernel_name="python3", **kwargs)
        self._folder = tempfile.TemporaryDirectory(prefix="ck-", ignore_cleanup_errors=True)
        self._library = library.resolve()
        self._environment = dict(environment or {})
        self._channels = None
        self.peak_memory_mb: float | None = None
        self.took_too_much = False
        self.connection_file = os.path.join(self._folder.name, "k.json")
        if os.name == "posix" and len(os.fsencode(self._folder.name)) <= SOCKET_PATH:
            self.transport = "ipc"

    @property
    def log_path(self) -> Path:
        """What the kernel's process wrote to its own standard streams."""
        return Path(self._folder.name) / "log"

    @property
    def kernel_spec(self) -> KernelSpec:
        """The running interpreter, one thread a process, the book's library first, and what is asked."""
        threads = dict.fromkeys(THREAD_VARIABLES, str(THREADS))
        paths = [str(self._library), *filter(None, [os.environ.get("PYTHONPATH")])]
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            env={**threads, "PYTHONPATH": os.pathsep.join(paths),
                 "IPYTHONDIR": os.path.join(self._folder.name, "ipython"),
                 **self._environment},
        )

    def client(self, **kwargs: Any) -> Any:
        """Return a client, and remember it: who lends the kernel closes its channels."""
        self._channels = super().client(**kwargs)
        return self._channels

    async def _async_start_kernel(self, **kwargs: Any) -> None:
        with self.log_path.open("wb") as log:
            await super()._async_start_kernel(stdout=log, stderr=log, **kwargs)
        asyncio.get_running_loop().create_task(self._watch_memory())
        _living.add(self)
        if stopped.is_set():
            kill_all()

    start_kernel = _async_start_kernel

    async def _watch_memory(self) -> None:
        """Kill the kernel when it has more than `MEMORY_GB`.

        A limit of the operating system would starve it instead: Python may then hang for good.
        """
        with suppress(psutil.Error):  # it has ended
            process = psutil.Process(self.pid)
            while process.memory_info().rss <= MEMORY_GB * 1e9:
                await asyncio.sleep(0.1)
            self.took_too_much = True
            process.kill()

    async def _async_libraries(self) -> list[dict[str, Any]]:
        """Return what threadpoolctl says in the kernel, nothing if it cannot be asked there."""
        asked = {"libraries": "__import__('threadpoolctl').threadpool_info()"}
        with suppress(TimeoutError, KeyError):  # of an error there are no data
            reply = await self._channels.execute("", silent=True, user_expressions=asked,
                                                 reply=True, timeout=ANSWER_SECONDS)
            told = reply["content"]["user_expressions"]["libraries"]["data"]["text/plain"]
            return ast.literal_eval(told)
        return []

    libraries = run_sync(_async_libraries)

    async def _async_close(self) -> None:
        self.peak_memory_mb = _peak_memory_mb(self.pid)
        _living.discard(self)
        with suppress(RuntimeError):  # the kernel may have ended by itself
            await self._async_shutdown_kernel(now=True)
        if self._channels is not None:
            self._channels.stop_channels()
        await self._async_cleanup_resources()
        self._folder.cleanup()

    close = run_sync(_async_close)

    @property
    def pid(self) -> int | None:
        """Process id of the kernel, None before it starts."""
        return getattr(self.provisioner, "pid", None)


@contextmanager
def event_loop() -> Iterator[None]:
    """Give this thread an event loop of its own, and leave nothing of it behind."""
    loop = ensure_event_loop()
    try:
        yield
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()
        asyncio.set_event_loop(None)


def kill_all() -> None:
    """Kill every kernel that this process started; who waits for one sees it dead."""
    stopped.set()
    for kernel in list(_living):
        if kernel.pid is not None:
            with suppress(OSError):
                os.kill(kernel.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _peak_memory_mb(pid: int | None) -> float | None:
    """Return the largest resident size that process `pid` has had, in MB."""
    with suppress(OSError, psutil.Error, TypeError):
        status = Path(f"/proc/{pid}/status")
        if status.is_file():
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if "VmHWM" in fields:
                return round(int(fields["VmHWM"].split()[0]) * 1024 / 1e6, 1)
            return None
        memory = psutil.Process(pid).memory_info()
        return round(getattr(memory, "peak_wset", memory.rss) / 1e6, 1)
    return None
