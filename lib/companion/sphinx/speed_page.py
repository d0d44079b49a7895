"""The page of speed: ratios to peers, shares of what the machine can do, cost against size."""

from __future__ import annotations

import html
from collections.abc import Mapping
from statistics import median
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import speed
from companion.sphinx import growth, pages, words

STEPS = ("plain NumPy", "PyTorch eager", "PyTorch autograd", "PyTorch compiled", "JAX jit")
BINDS = {"calls": "calls", "operations": "operations", "bytes": "memory"}
QUIET = 1.1  # wall time over processor time: more, and somebody else was at work


class Speed(SphinxDirective):
    """A part of the study: summary, steps, solves, authors, limits or growth."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the part; the page is made anew if the study is."""
        if self.arguments[0] not in PARTS:
            raise self.error(f"no part {self.arguments[0]!r}; allowed: {', '.join(PARTS)}")
        companion = self.env.app.companion
        pages.note_shown(self.env, speed.NAME)
        study = companion.studies[speed.NAME]
        if not study:
            text = "<p>Not measured yet.</p>" if self.arguments[0] == "summary" else ""
        else:
            text = PARTS[self.arguments[0]](study, companion)
        return [nodes.raw("", text, format="html")]


def summary(study: Mapping[str, Any], companion: Any) -> str:
    """Return machine, versions, load, and what was measured with other code."""
    machine, rows = study["machine"], study["rows"]
    levels = ", ".join(f"{level['level']} {level['bytes_per_second'] / 1e9:.0f} GB/s"
                       for level in machine["bandwidths"])
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    waiting = median(row["waiting"] for row in rows)
    facts = {
        "Machine": f"{machine['cpu']}, {words.plural(machine['cores'], 'core')}, "
                   "one thread a process",
        "Matrix products": ", ".join(f"{rate / 1e9:.0f} billion operations a second in {dtype}"
                                     for dtype, rate in machine["rates"].items()),
        "Bandwidth": levels,
        "Call of NumPy": f"{1e6 * machine['call_seconds']:.2f} µs",
        "Measured": f"{words.day(machine['date'])}, in {words.duration(machine['seconds'])}",
        "Versions": f"{versions}; BLAS {machine['blas']}",
        "Comparisons": f"{len(rows)}, each of two results that agree",
        "Load": f"wall time {waiting:.2f} times processor time in the median"
                + (": the machine was not quiet" if waiting > QUIET else ""),
    }
    if study["authors"]:
        facts["Authors' code"] = ", ".join(f"{name} ({version})"
                                           for name, version in study["authors"].items())
    old = speed.changed(companion.book, study)
    return words.definitions(facts | ({"Changed since": ", ".join(old)} if old else {}))


def steps(study: Mapping[str, Any], companion: Any) -> str:
    """Return a row for each descent at each size, with a column for each peer."""
    rows = [_head(case) + "".join(_ratio(case.get(peer), peer) for peer in STEPS) + _digits(case)
            for case in speed.cases([row for row in study["rows"] if _of_steps(row)])]
    return _table("Time of a step, and how many times longer the same step takes elsewhere",
                  ("Descent", "Ours", *STEPS, "Digits"), rows)


def solves(study: Mapping[str, Any], companion: Any) -> str:
    """Return a row for each solve and each peer."""
    return _pairs(study, lambda row: not row["name"].startswith(speed.AUTHORS)
                  and not _of_steps(row),
                  "Time of a whole solve, and how many times longer the peer takes")


def authors(study: Mapping[str, Any], companion: Any) -> str:
    """Return a row for each size at which authors' code ran."""
    if not study["authors"]:
        return "<p>Not measured yet.</p>"
    return _pairs(study, lambda row: row["name"].startswith(speed.AUTHORS),
                  "Time of a step, and how many times longer the authors' code takes")


def limits(study: Mapping[str, Any], companion: Any) -> str:
    """Return floor and share of each kernel at each size."""
    rows = []
    for each in study["floors"]:
        share, pieces = each["share"], each["pieces_share"]
        rows.append(
            _case(each) + f'<td data-label="Ours" data-sort="{each["seconds"]}">'
            f'{seconds(each["seconds"])}</td>'
            f'<td data-label="Floor" data-sort="{each["floor_seconds"]}">'
            f'{seconds(each["floor_seconds"])}</td>'
            f'<td data-label="Share" data-sort="{share}"><b>{words.percent(share)}</b></td>'
            f'<td data-label="Pieces" data-sort="{pieces}">{words.percent(pieces)}</td>'
            f'<td data-label="Binds">{BINDS[each["binds"]]}</td>')
    return _table("The least time that the machine needs, and the share of ours that it is",
                  ("Kernel", "Ours", "Floor", "Share", "Pieces", "Binds"), rows)


def _of_steps(row: Mapping[str, Any]) -> bool:
    """Whether a row compares steps of a descent: some libraries also run whole solves."""
    return row["unit"] == "step" and row.get("peer") in STEPS


def _pairs(study: Mapping[str, Any], wanted: Any, caption: str) -> str:
    rows = [_head({"": row}) + f'<td data-label="Peer">{html.escape(row["peer"])}</td>'
            + _ratio(row, "Ratio") + _digits({"": row})
            for row in study["rows"] if "peer" in row and wanted(row)]
    return _table(caption, ("Problem", "Ours", "Peer", "Ratio", "Digits"), rows)


def _table(caption: str, columns: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f'<th scope="col">{html.escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (f'<div class="scoreboard speed"><table><caption>{caption}</caption><thead><tr>{head}'
            f"</tr></thead><tbody>{body}</tbody></table></div>")


def _head(case: Mapping[str, dict[str, Any]]) -> str:
    row = next(iter(case.values()))
    return _case(row) + (f'<td data-label="Ours" data-sort="{row["ours_seconds"]}">'
                         f'{seconds(row["ours_seconds"])}</td>')


def _case(row: Mapping[str, Any]) -> str:
    name = row["name"].removeprefix(speed.AUTHORS)
    return (f'<th scope="row">{html.escape(name)}'
            f'<span class="claim-chapter">{html.escape(row["chapter"])}</span>'
            f'<span class="observed-name">{html.escape(row["size"])}</span></th>')


def _ratio(row: Mapping[str, Any] | None, label: str) -> str:
    if row is None:
        return f'<td data-label="{label}" data-sort="-1">–</td>'
    low, high = row["ratio_spread"]
    told = times(row["ratio"])
    told = f'<span class="few">{told}</span>' if row["ratio"] < 1 else f"<b>{told}</b>"
    return (f'<td data-label="{label}" data-sort="{row["ratio"]}">{told}'
            f'<span class="observed-name">{times(low)} to {times(high)}</span></td>')


def _digits(case: Mapping[str, dict[str, Any]]) -> str:
    least = min(row["agreement"] for row in case.values())
    return f'<td data-label="Digits" data-sort="{least}">{least}</td>'


def times(ratio: float) -> str:
    """Return a ratio to two digits.

    >>> times(0.534), times(1.28), times(37.4), times(5123.0)
    ('0.53', '1.3', '37', '5100')
    """
    return f"{float(f'{ratio:.2g}'):g}"


def seconds(x: float) -> str:
    """Return a short time to three digits.

    >>> seconds(4.1234e-6), seconds(0.0123), seconds(1.5)
    ('4.12 µs', '12.3 ms', '1.5 s')
    """
    unit, size = next((unit, size) for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6))
                      if x >= size or unit == "µs")
    return f"{x / size:.3g} {unit}"


PARTS = {"summary": summary, "steps": steps, "solves": solves, "authors": authors,
         "limits": limits, "growth": lambda study, companion: growth.figure(study["sweeps"])}
