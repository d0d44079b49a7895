"""One line a chapter: alive on a terminal, plain where the output is kept."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

if TYPE_CHECKING:
    from companion.execute import Job

HEARTBEAT = 10.0  # seconds between plain lines of one chapter


class Progress:
    """Cells done, seconds, and the seconds of the last run where they are known."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bars = None
        if self._console.is_terminal:
            self._bars = Bars(
                TextColumn("{task.description}"), BarColumn(bar_width=20),
                TextColumn("{task.completed}/{task.total} {task.fields[what]}"),
                TimeElapsedColumn(),
                TextColumn("{task.fields[note]}"), console=self._console,
            )
        self._tasks: dict[str, Any] = {}
        self._spoke: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._lock = threading.Lock()
        self._elsewhere: Any = None
        self._total = self._ended = 0

    def __enter__(self) -> Progress:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bars:
            self._bars.stop()

    def elsewhere(self, total: int) -> None:
        """So many jobs run where nobody sees their cells: they are counted as they end."""
        self._total = total
        if self._bars:
            self._elsewhere = self._bars.add_task("cluster", total=total, note="", what="runs")

    def start(self, job: Job) -> None:
        """A kernel starts on `job`."""
        last = f"last run {job.last_seconds:.1f} s" if job.last_seconds else "first run"
        if self._bars:
            self._tasks[job.label] = self._bars.add_task(job.label, total=job.cells, note=last,
                                                        what="cells")
        self._began[job.label] = self._spoke[job.label] = monotonic()
        self._say(f"{job.label}: {job.cells} cells, {last}")

    def cell(self, job: Job, done: int) -> None:
        """So many cells of `job` are `done`."""
        if self._bars:
            self._bars.update(self._tasks[job.label], completed=done)
        now = monotonic()
        if now - self._spoke[job.label] >= HEARTBEAT:
            self._spoke[job.label] = now
            seconds = now - self._began[job.label]
            self._say(f"{job.label}: {done}/{job.cells} cells, {seconds:.0f} s")

    def end(self, job: Job, result: str) -> None:
        """The job is over, with this `result`."""
        task = self._tasks.get(job.label)
        if self._total:
            self._ended += 1
            result = f"{result} ({self._ended} of {self._total})"
        if self._elsewhere is not None:
            note = f"{job.label}: {result}"
            self._bars.update(self._elsewhere, completed=self._ended, note=note)
        if self._bars and task is not None:
            done = {} if result == "failed" else {"completed": job.cells}
            self._bars.update(task, note=result, **done)
            self._bars.stop_task(task)
        self._say(f"{job.label}: {result}")

    def _say(self, line: str) -> None:
        if not self._bars:
            with self._lock:
                self._console.print(line, markup=False)
