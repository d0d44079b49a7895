"""The options of the commands that execute chapters."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce

import click

from companion.errors import CompanionError


def _seeds(context: click.Context, option: click.Parameter, text: str | None) -> list[int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if not match or int(match[1]) >= int(match[2]):
        raise CompanionError(f"--seeds {text}: allowed: A:B with 0 <= A < B (root seeds A to B-1)")
    return list(range(int(match[1]), int(match[2])))


SEEDS = click.option("--seeds", metavar="A:B", callback=_seeds,
                     help="Root seeds A to B-1, one run each.")
ONE_RUN = (
    click.argument("slugs", metavar="[SLUG]...", nargs=-1),
    click.option("--profile", metavar="P", default="book", show_default=True,
                 help="Book, or a profile of notebooks/profiles.yml."),
    click.option("--seed", metavar="N", type=int, help="Root seed of every stream."),
    click.option("-p", "values", metavar="NAME VALUE", nargs=2, multiple=True,
                 help="A parameter's value; may be repeated."),
    click.option("--jobs", metavar="N", type=click.IntRange(min=1),
                 help="Chapters at a time; by default one a processor."),
    click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True),
                 help="Time limit of a chapter; by default ten times its last run, "
                      "at least 300."),
)
SCHEDULER = click.option("--scheduler", metavar="ADDRESS",
                         help="Run on the workers of the Dask scheduler at tcp://HOST:PORT.")
RUNS = (*ONE_RUN[:3], SEEDS, *ONE_RUN[3:], SCHEDULER)


def execution(*options: Callable) -> Callable[[Callable], Callable]:
    """Give a command `options` that say what is executed, in this order."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)
