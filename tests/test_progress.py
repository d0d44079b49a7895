"""What is said while chapters run: bars on a terminal, plain lines where output is kept."""

import functools
import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from companion import progress

JOB = SimpleNamespace(label="alpha", cells=4, last_seconds=None)
AGAIN = SimpleNamespace(label="beta", cells=2, last_seconds=2.54)


@pytest.fixture
def clock(monkeypatch):
    """The seconds that have passed, for the test to set."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress, "monotonic", lambda: clock.now)
    return clock


def run(jobs, result):
    with progress.Progress() as report:
        for job in jobs:
            report.start(job)
            report.cell(job, 1)
            report.end(job, result)


def test_where_output_is_kept_each_chapter_has_a_line_at_each_end(capfd):
    run([JOB, AGAIN], "1.0 s, 80 MB")
    assert capfd.readouterr().err.splitlines() == [
        "alpha: 4 cells, first run", "alpha: 1.0 s, 80 MB",
        "beta: 2 cells, last run 2.5 s", "beta: 1.0 s, 80 MB"]


def test_a_long_chapter_is_heard_of_each_ten_seconds(clock, capfd):
    with progress.Progress() as report:
        report.start(JOB)
        for done, clock.now in [(0, 9.9), (1, 10.0), (2, 19.9), (3, 25.0)]:
            report.cell(JOB, done)
    assert capfd.readouterr().err.splitlines()[1:] == [
        "alpha: 1/4 cells, 10 s", "alpha: 3/4 cells, 25 s"]


@pytest.mark.parametrize(("result", "cells"), [("1.0 s, 80 MB", "4/4"), ("failed", "1/4")])
def test_a_terminal_shows_a_bar_that_is_full_unless_the_chapter_failed(monkeypatch, result, cells):
    screen = io.StringIO()
    terminal = functools.partial(Console, file=screen, force_terminal=True, width=120)
    monkeypatch.setattr(progress, "Console", lambda **options: terminal())
    run([JOB], result)
    last = screen.getvalue().rsplit("alpha", 1)[-1]
    assert f"{cells} cells" in last and result in last
    assert "alpha: 4 cells" not in screen.getvalue(), "the bar says it, no line beside it"


def elsewhere(jobs):
    with progress.Progress() as report:
        report.elsewhere(len(jobs))
        for job in jobs:
            report.end(job, "1.0 s, 80 MB")


def test_what_runs_elsewhere_is_counted_as_it_ends(capfd):
    elsewhere([JOB, AGAIN])
    assert capfd.readouterr().err.splitlines() == [
        "alpha: 1.0 s, 80 MB (1 of 2)", "beta: 1.0 s, 80 MB (2 of 2)"]


def test_on_a_terminal_one_bar_counts_what_runs_elsewhere(monkeypatch):
    screen = io.StringIO()
    terminal = functools.partial(Console, file=screen, force_terminal=True, width=120)
    monkeypatch.setattr(progress, "Console", lambda **options: terminal())
    elsewhere([JOB, AGAIN])
    last = screen.getvalue().rsplit("cluster", 1)[-1]
    assert "2/2 runs" in last and "beta: 1.0 s, 80 MB (2 of 2)" in last
