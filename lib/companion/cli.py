"""The command line: one function a command, in the order of its help."""

from __future__ import annotations

import gc
import os
import signal
import sys
import webbrowser
from collections import Counter
from concurrent.futures import Executor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from companion import freshness, judge, parameters
from companion.chapters import Book, find_root
from companion.errors import CompanionError
from companion.options import ONE_RUN, RUNS, execution


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run, verify and build the book."""


@cli.command("list")
def list_() -> None:
    """List the chapters with their last verdicts."""
    book = Book(find_root())
    table = Table(box=None, pad_edge=False)
    for name in ("chapter", "executed copy", "seconds", "verdicts"):
        table.add_column(name, justify="right" if name == "seconds" else "left")
    for chapter in book.chapters():
        chapter.notebook  # a broken source is named, not listed
        notebook = freshness.load(freshness.executed_path(book, chapter.slug))
        if notebook is None:
            table.add_row(chapter.slug, "none")
            continue
        state = "fresh" if freshness.is_fresh(book, chapter) else "stale"
        found = judge.findings(chapter.slug, notebook)
        verdicts = Counter(record["verdict"] for record in
                           judge.outputs(notebook, judge.VERDICT) if not found)
        table.add_row(chapter.slug, state, f"{notebook['metadata']['companion']['seconds']:.1f}",
                      ", ".join(found[:1] or (f"{n} {verdict}" for verdict, n in verdicts.items())))
    _out().print(table)


@cli.command()
@execution(*RUNS)
def run(**options: Any) -> None:
    """Execute chapters (all by default), fresh or not."""
    for done in _run(Book(find_root()), force=True, **options):
        click.echo(_relative(done.job.target))
        verdicts = Counter(each["verdict"] for each in judge.outputs(done.notebook, judge.VERDICT))
        click.echo(", ".join(f"{n} {verdict}" for verdict, n in verdicts.items()), err=True)


@cli.command()
@execution(*RUNS)
@click.option("--keep", is_flag=True,
              help="Store in book/data, where the pages read it, what --seeds found of the book, "
                   "or what another profile came to.")
def verify(keep: bool, **options: Any) -> None:
    """Execute what is stale and compare the verdicts with tests/expected."""
    from companion import scales, seeds
    from companion.verify import report, rows_by_seed, show

    several = len(options["seeds"] or []) > 1
    other = options["profile"] != "book"
    seeded = options["seed"] is not None or options["seeds"] is not None
    if keep and (options["values"] or (seeded if other else not several)):
        raise CompanionError("--keep takes no -p, and either --seeds A:B with B > A + 1 or "
                             "--profile P other than book")
    book = Book(find_root())
    runs = _run(book, force=False, **options)
    rows = rows_by_seed(book, runs)
    if keep and other:
        scales.keep(book, options["profile"], runs)
    if several:
        found = seeds.study(book, runs)
        _out().print(seeds.table(found))
        if keep:
            seeds.keep(book, found)
    show(rows, _out())
    report(rows, _out())


@cli.command()
@click.argument("slug", metavar="SLUG")
@execution(*RUNS[1:])
def sweep(slug: str, **options: Any) -> None:
    """Execute what is stale of a chapter over values of its parameters: -p NAME VALUE for each.

    A name may be repeated; all combinations of the values are run, at each root seed.
    """
    from companion import sweep
    from companion.ledger import ensure_sound

    names = tuple(dict.fromkeys(name for name, _ in options["values"]))
    if not names:
        raise CompanionError("sweep takes -p NAME VALUE for each value; none is given")
    runs = _run(Book(find_root()), (slug,), force=False, several=True, **options)
    ensure_sound((run.chapter, run.notebook) for run in runs)
    _out().print(sweep.table(runs, names))


@cli.command()
@click.argument("ledger", metavar="LEDGER")
@execution(*ONE_RUN)
def compare(ledger: str, slugs: tuple[str, ...], **options: Any) -> None:
    """Execute what is stale and set it beside LEDGER, the ledger.json of a site, as a file.

    All chapters of LEDGER by default. The exit status is 1 if a verdict of LEDGER is another one
    here or is missing.
    """
    from companion import compare, published
    from companion.ledger import ensure_sound

    book = Book(find_root())
    stated = published.load(ledger)
    runs = _run(book, compare.chapters(book, stated, slugs, ledger), seeds=None, force=False,
                **options)
    ensure_sound((run.chapter, run.notebook) for run in runs)
    for line in compare.settings(stated, runs):
        click.echo(line, err=True)
    compare.report(compare.rows(stated, slugs, runs), ledger, _out())


@cli.command("exercises")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--profile", metavar="P", default="book", show_default=True,
              help="Book, or a profile of notebooks/profiles.yml.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1),
              help="Chapters at a time; by default one a processor.")
def exercises_(slugs: tuple[str, ...], profile: str, jobs: int | None) -> None:
    """Execute the chapters with the answers to their exercises: which checks turn green?"""
    from companion import answers, storage

    book = Book(find_root())
    with storage.locked(book.root / "_build" / "locks" / "exercises.lock", "trying the answers"):
        found = answers.run(book, slugs, profile, jobs)
    answers.ensure_green(found)
    click.echo(f"checks that turned green: {len(found)} of {len(found)}")


@cli.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--fault", "names", metavar="ROOM/FAULT", multiple=True,
              help="This fault only; may be repeated.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1),
              help="Chapters at a time; by default one a processor.")
def falsify(slugs: tuple[str, ...], names: tuple[str, ...], jobs: int | None) -> None:
    """Plant each fault of tests/faults in a copy of the book and see which claims turn red."""
    from companion import falsify, faults, matrix, storage

    book = Book(find_root())
    book.select(slugs)  # an unknown chapter is named before anything runs
    chosen = faults.select(book, names)
    with storage.locked(book.root / "_build" / "locks" / "falsify.lock", "planting faults"):
        runs = falsify.complete(book, chosen, slugs, jobs)
    matrix.report(chosen, runs, slugs, book, _out())


@cli.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--setting", "names", metavar="NAME", multiple=True,
              help="This setting only; may be repeated. By default all but `versions`, which is "
                   "for another Python.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1),
              help="Chapters at a time; by default one a processor.")
def digits(slugs: tuple[str, ...], names: tuple[str, ...], jobs: int | None) -> None:
    """Execute chapters with other BLAS kernels, threads, versions, batches; keep the numbers."""
    from companion import digits, storage

    book = Book(find_root())
    book.select(slugs)
    names = names or tuple(name for name in digits.SETTINGS if name != digits.VERSIONS)
    with storage.locked(book.root / "_build" / "locks" / "digits.lock", "measuring digits"):
        digits.complete(book, names, slugs, jobs)


@cli.command()
@click.argument("slug", metavar="SLUG")
def new(slug: str) -> None:
    """Add a chapter that passes: a notebook, its expected verdicts, its faults, its entries."""
    from companion import scaffold

    for path in scaffold.create(Book(find_root()), slug):
        click.echo(_relative(path))


@cli.command()
@click.option("--jobs", metavar="N", type=click.IntRange(min=1),
              help="Chapters at a time; by default one a processor.")
def release(jobs: int | None) -> None:
    """Keep the ledger as that of the version in CITATION.cff, in book/releases."""
    from companion import execute, ledger, releases
    from companion.verify import report, rows_by_seed

    book = Book(find_root())
    releases.ensure_new(book)
    report(rows_by_seed(book, execute.run(book, jobs=jobs)), _out())
    click.echo(_relative(releases.keep(book, ledger.build(book))))


@cli.command()
@click.option("--open", "open_", is_flag=True, help="Show the site in the browser.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1),
              help="Chapters at a time; by default one a processor.")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True),
              help="Time limit of a chapter; by default ten times its last run, at least 300.")
def book(open_: bool, jobs: int | None, timeout: float | None) -> None:
    """Execute what is stale, verify all verdicts, and build the site."""
    from companion import execute, site, storage
    from companion.verify import report, rows_by_seed

    book = Book(find_root())
    gc.set_threshold(*site.RARELY)
    with storage.locked(site.lock_path(book), "building the book"):
        site.recover(site.html_path(book))
        runs = execute.run(book, jobs=jobs, timeout=timeout)
        report(rows_by_seed(book, runs, site.judged_path(book)), _out())
        if site.is_current(book):
            click.echo("nothing changed: the pages are as they would be built", err=True)
        else:
            click.echo("building the pages", err=True)
            site.build(book, runs)
    page = site.html_path(book) / "index.html"
    click.echo(f"The book is in {page}")
    if open_:
        webbrowser.open(page.as_uri())


@cli.command("pdf")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
def pdf_(slugs: tuple[str, ...]) -> None:
    """Print the built site: each chapter and the whole book by default, else these chapters."""
    from companion import pdf, site, storage

    book = Book(find_root())
    with storage.locked(site.lock_path(book), "building or printing the book"):
        for path in pdf.make(book, slugs):
            click.echo(_relative(path))


def _run(
    book: Book, slugs: tuple[str, ...], profile: str, seed: int | None, seeds: list[int] | None,
    values: tuple[tuple[str, str], ...], jobs: int | None, timeout: float | None, force: bool,
    scheduler: str | None = None, several: bool = False,
) -> list:
    """Check the options against one another and against the chapters, then execute."""
    if seed is not None and seeds is not None:
        raise CompanionError("--seed and --seeds exclude one another; allowed: one of them")
    if (seed is not None or seeds is not None) and "seed" in dict(values):
        raise CompanionError("-p seed and --seed or --seeds exclude one another")
    twice = [name for name, n in Counter(name for name, _ in values).items() if n > 1]
    if twice and not several:
        raise CompanionError(f"-p {twice[0]} is given twice; allowed: once (companion sweep takes "
                             "several values of a parameter)")
    if jobs is not None and scheduler is not None:
        raise CompanionError("--jobs and --scheduler exclude one another; allowed: one of them (a "
                             "cluster runs as many chapters at a time as its workers have threads)")
    from companion import execute, sweep  # imports papermill, which takes a while

    if not slugs:
        left_out = book.out_of_reach(profile)
        for slug, reason in left_out.items():
            click.echo(f"{slug}: not testable here: {reason}", err=True)
        slugs = tuple(c.slug for c in book.chapters() if c.slug not in left_out)
    cells = sweep.cells([(name, parameters.Text(text)) for name, text in values])
    with _cluster(scheduler, book) if scheduler else nullcontext() as executor:
        return execute.run(book, slugs, profile, seeds or [seed], cells, jobs=jobs,
                           timeout=timeout, force=force, executor=executor)


def _cluster(address: str, book: Book) -> Executor:
    """Connect to the scheduler at `address`, and say what it has."""
    try:
        from companion.cluster import Cluster
    except ModuleNotFoundError as missing:
        raise CompanionError(f"--scheduler {address} needs the package {missing.name}; allowed: "
                             "an environment with the extra `cluster`, or no --scheduler") from None
    cluster = Cluster(address, book.root)
    click.echo(cluster, err=True)
    return cluster


def _relative(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _out() -> Console:
    """Return where results go; what is not a terminal gets lines as long as they are."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a user's mistake is one line on stderr and exit status 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cli.main(arguments, prog_name="companion", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted; what was finished is kept", 130)
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except CompanionError as error:
        _fail(str(error), error.status, error.detail)
    except OSError as error:
        _drop_output()
        _fail(f"{error.filename or 'the file system'}: {error.strerror or error}", 2)


def _drop_output() -> None:
    """Discard what standard output cannot take, or the interpreter fails on it again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int, detail: str = "") -> None:
    for line in message.splitlines():
        click.echo(f"companion: {line}", err=True)
    if detail:
        click.echo(f"\n{detail}", err=True)
    sys.exit(status)
