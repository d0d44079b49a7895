"""A job performed: papermill drives a kernel through the chapter, and what it took is kept."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from time import monotonic
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError, strip_color

from companion import freshness, kernel
from companion.errors import ChapterFailed
from companion.jobs import Job
from companion.progress import Progress
from companion.provenance import provenance


def perform(job: Job, report: Progress | None) -> str:
    """Execute `job` and return the executed notebook as text, with what `companion` measured."""
    with kernel.event_loop():
        return _in_kernel(job, report)


def _in_kernel(job: Job, report: Progress | None) -> str:
    own = kernel.InterpreterKernel(job.root / "lib", job.environment)
    place = _Place(job, report)
    start = monotonic()
    try:
        notebook = _papermill(job, own, place, start + job.timeout)
        libraries = own.libraries()
    except PapermillExecutionError as error:
        raise ChapterFailed(
            f"{place} failed: {error.ename}: {error.evalue.partition(chr(10))[0]}",
            f"{error.source}\n\n{strip_color(chr(10).join(error.traceback))}",
        ) from None
    except CellTimeoutError:
        raise ChapterFailed(
            f"{place} was still running at the chapter's time limit of {job.timeout:.0f} s; "
            "--timeout SECONDS allows more"
        ) from None
    except (DeadKernelError, RuntimeError) as error:
        log = own.log_path.read_text(errors="replace") if own.log_path.is_file() else ""
        raise ChapterFailed(f"{place}: {_end(own) or error}", log[-2000:].strip()) from None
    finally:
        seconds = monotonic() - start
        own.close()
    return seal(notebook, job, seconds, own.peak_memory_mb, libraries)


class _Place:
    """Where in the chapter the kernel is."""

    def __init__(self, job: Job, report: Progress | None) -> None:
        self.job, self.report = job, report
        self.started, self.cell = 0, None
        if report:
            report.start(job)

    def on_cell_start(self, cell: Mapping[str, Any], cell_index: int) -> None:
        if cell["cell_type"] == "code" and cell["source"]:
            self.started, self.cell = self.started + 1, cell
            if self.report:
                self.report.cell(self.job, self.started - 1)

    def __str__(self) -> str:
        if self.cell is None:
            return self.job.label
        return f"{self.job.label}: code cell {self.started} (id {self.cell.get('id')})"


def _papermill(
    job: Job, own: kernel.InterpreterKernel, place: _Place, deadline: float
) -> nbformat.NotebookNode:
    """Hand the chapter to papermill; the time limit is what is left for the whole of it."""
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    notebook = nbformat.reads(job.notebook, as_version=4)

    def remaining(cell: Any) -> float:
        return max(deadline - monotonic(), 0.1)

    with warnings.catch_warnings():
        return papermill.execute_notebook(
            notebook, None, dict(job.overrides), kernel_name="python3", language="python",
            progress_bar=False, km=own, timeout_func=remaining, on_cell_start=place.on_cell_start,
            iopub_timeout=60, resources={"metadata": {"path": str(job.root / "notebooks")}},
        )


def _end(own: kernel.InterpreterKernel) -> str:
    """Say how the kernel's process ended, if it did."""
    process = getattr(own.provisioner, "process", None)
    code = process.poll() if process else None
    if own.took_too_much:
        return f"the kernel was stopped: it took more than {kernel.MEMORY_GB:g} GB of memory"
    if code is None:
        return ""
    return f"the kernel died ({f'signal {-code}' if code < 0 else f'exit status {code}'})"


def seal(
    notebook: nbformat.NotebookNode,
    job: Job,
    seconds: float,
    peak_memory_mb: float | None,
    libraries: list[dict[str, Any]],
) -> str:
    """Return the executed notebook as text with its provenance, its key and its digest."""
    about = provenance(job.root, job.packages, job.environment, job.commit, libraries)
    notebook.metadata["papermill"]["input_path"] = f"notebooks/{job.slug}.ipynb"
    notebook.metadata["companion"] = {
        "chapter": job.slug,
        "profile": job.profile,
        "seed": job.parameters["seed"],
        "parameters": dict(job.parameters),
        "seconds": round(seconds, 2),
        "peak_memory_mb": peak_memory_mb,
        "provenance": {**about, "key": job.key},
        "key": job.key,
    }
    stored = nbformat.v4.reads_json(nbformat.v4.writes_json(notebook))
    notebook.metadata["companion"]["digest"] = freshness.digest(stored)
    return nbformat.v4.writes_json(notebook) + "\n"
