"""What a study over many root seeds costs, reckoned from what one run of each chapter took."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from companion.execute import executed_path
from companion.sphinx import pages, words

CORES = 100  # a cluster of this size is the example
COLUMNS = ("Chapter", "One run", "Core-hours", "Memory of a run", "Executed copies")


class StudyCost(SphinxDirective):
    """The cost of as many root seeds of each chapter as its argument says."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a sentence about all chapters, and a table of them."""
        pages.note_shown(self.env)
        companion = self.env.app.companion
        try:
            seeds = directives.positive_int(self.arguments[0])
        except ValueError:
            raise self.error(f"study-cost {self.arguments[0]}: allowed: how many root seeds, "
                             "a whole number") from None
        runs = [{**entry, "bytes": executed_path(companion.book, entry["chapter"]).stat().st_size}
                for entry in companion.ledger["chapters"]]
        pages_of = {each["chapter"]: self.env.app.builder.get_relative_uri(
            self.env.docname, f"notebooks/{each['chapter']}") for each in runs}
        return [nodes.raw("", summary(runs, seeds) + table(runs, seeds, pages_of), format="html")]


def summary(runs: Sequence[Mapping[str, Any]], seeds: int) -> str:
    """Return what `seeds` runs of every chapter cost, and where one run was measured."""
    seconds, size = (sum(run[name] for run in runs) for name in ("seconds", "bytes"))
    hours = seconds * seeds / 3600
    cpus = ", ".join(sorted({html.escape(run["provenance"]["cpu"]) for run in runs}))
    return (f"<p>One run of every chapter takes {words.duration(seconds)} of one core ({cpus}). "
            f"For {seeds:,} seeds of all {len(runs)} this makes <b>{hours:,.0f} core-hours</b>, "
            f"{hours / CORES:.1f} hours on {CORES} cores, and {size * seeds / 1e9:.0f} GB of "
            "executed copies.</p>")


def table(runs: Sequence[Mapping[str, Any]], seeds: int, pages_of: Mapping[str, str]) -> str:
    """Return a line for each chapter; `pages_of` are the addresses of their pages."""
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    rows = "".join(_row(run, seeds, pages_of[run["chapter"]]) for run in runs)
    return (f'<div class="scoreboard"><table><caption>{seeds:,} root seeds of one chapter</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")


def _row(run: Mapping[str, Any], seeds: int, page: str) -> str:
    hours, memory = run["seconds"] * seeds / 3600, run["peak_memory_mb"]
    shown = ((run["seconds"], words.duration(run["seconds"])), (hours, f"{hours:.0f}"),
             (memory or 0, f"{memory:.0f} MB" if memory else "not measured"),
             (run["bytes"], f"{run['bytes'] * seeds / 1e9:.1f} GB"))
    cells = "".join(f'<td data-label="{column}" data-sort="{number:g}">{text}</td>'
                    for column, (number, text) in zip(COLUMNS[1:], shown, strict=True))
    slug = html.escape(run["chapter"])
    return f'<tr><th scope="row"><a href="{html.escape(page)}">{slug}</a></th>{cells}</tr>'
