"""The page of planted faults: by chapter, which fault turned which claim red."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import matrix
from companion.sphinx import cite, pages, words
from companion.sphinx.outputs import anchor

HIT = '<td class="hit"><span aria-hidden="true">●</span><span class="visually-hidden">red</span></td>'
MISS = '<td><span class="visually-hidden">as expected</span></td>'


class PlantedFaults(SphinxDirective):
    """What all faults did, then a section a chapter with its matrix of faults and claims."""

    def run(self) -> list[nodes.Node]:
        """Return the summary and the sections."""
        companion = self.env.app.companion
        pages.note_shown(self.env)
        pages.note_shown(self.env, matrix.NAME)
        study = companion.studies[matrix.NAME]
        found = [nodes.raw("", summary(study, companion), format="html")]
        for entry in companion.ledger["chapters"]:
            chapter = companion.book.chapter(entry["chapter"])
            section = nodes.section(ids=[chapter.slug])
            section += nodes.title(text=cite.plain(chapter.title))
            page = self.env.app.builder.get_relative_uri(
                self.env.docname, f"notebooks/{chapter.slug}")
            section += nodes.raw("", _matrix(entry, study, page), format="html")
            found.append(section)
        return found


def summary(study: dict[str, Any], companion: Any) -> str:
    """Return how many faults there are, and what is missing: both lists are shown even if empty."""
    faults = study.get("faults", [])
    runs = [run for fault in faults for run in fault["runs"].values()]
    lacking = sum(len(fault["touches"]) - len(fault["runs"]) for fault in faults)
    idle = [fault["id"] for fault in faults if len(fault["runs"]) == len(fault["touches"])
            and not matrix.caught(fault["runs"])]
    so_far = f" ({lacking} executions are still to come)" if lacking else ""
    rows = {
        "Faults": f"{len(faults)}, in {words.plural(len({f['file'] for f in faults}), 'file')}",
        "Executions": words.plural(len(runs), "chapter") + " with one fault each"
        + _earlier(faults, companion) + so_far,
        "Faults that nothing caught": ", ".join(idle) or "none",
        f"Claims that no fault turned red{' so far' if lacking else ''}":
            ", ".join(study.get("claims_without_fault", [])) or "none",
        "Executions that crashed": str(sum(bool(run["crashed"]) for run in runs)),
    }
    if study:
        rows["Last run"] = words.made(study["provenance"])
    return words.definitions(rows)


def _earlier(faults: list[dict[str, Any]], companion: Any) -> str:
    """Say how many executions were made with other code than the book has now."""
    old = sum(run["key"] != matrix.key(fault["old"], fault["new"], companion.keys[slug])
              for fault in faults for slug, run in fault["runs"].items() if slug in companion.keys)
    return f", {old} of them with earlier code" if old else ""


def _matrix(entry: dict[str, Any], study: dict[str, Any], page: str) -> str:
    slug, claims = entry["chapter"], [record["claim"] for record in entry["claims"]]
    ran = [fault for fault in study.get("faults", []) if slug in fault["runs"]]
    told = [fault for fault in ran if any(fault["runs"][slug].values()) and (
        fault["runs"][slug]["red"] or fault["runs"][slug]["refused"])]
    head = "".join(f'<th scope="col"><a href="{page}#{anchor(claim)}"><span>'
                   f'{html.escape(claim.split("/")[1])}</span></a></th>' for claim in claims)
    rows = "".join(_row(fault, slug, claims) for fault in told)
    silent = ", ".join(html.escape(fault["id"]) for fault in ran if fault not in told)
    silent = f'<p class="silent">Ran here too, and turned nothing red: {silent}.</p>' if silent else ""
    return (f'<div class="matrix" tabindex="0" role="region" aria-label="Faults and claims of {slug}">'
            f'<table><thead><tr><th scope="col">Fault</th>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>{silent}")


def _row(fault: dict[str, Any], slug: str, claims: list[str]) -> str:
    run = fault["runs"][slug]
    cells = "".join(HIT if claim in run["red"] else MISS for claim in claims)
    if run["refused"]:
        cells = f'<td colspan="{len(claims)}">chapter refused: {html.escape(run["refused"])}</td>'
    change = "\n".join([f"− {line}" for line in fault["old"].splitlines()]
                       + [f"+ {line}" for line in fault["new"].splitlines()])
    return (f'<tr><th scope="row"><details><summary>{html.escape(fault["description"])}</summary>'
            f'<p><code>{html.escape(fault["id"])}</code> in {html.escape(fault["file"])}</p>'
            f"<pre>{html.escape(change)}</pre></details></th>{cells}</tr>")
