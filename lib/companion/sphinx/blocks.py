"""What is generated on a chapter's page: the strip under its title, and its last sections."""

from __future__ import annotations

import html
import re
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import slides
from companion.chapters import Chapter
from companion.sphinx import cite, launch, remarks, scales, seeds, words
from companion.sphinx.outputs import anchor

TITLE = re.compile(r"^# .+$", re.MULTILINE)
CITE = re.compile(r"^## Cite\b.*$", re.MULTILINE)


def add(notebook: dict[str, Any], closing: str = "") -> None:
    """Put the strip under the title of `notebook`, citation, provenance and `closing` at its end."""
    first = next(cell for cell in notebook["cells"] if TITLE.search(_source(cell)))
    first["source"] = TITLE.sub(lambda title: f"{title[0]}\n\n{_block('strip')}", _source(first),
                                count=1)
    last = _source(notebook["cells"][-1])
    heading = "" if CITE.search(last) else "## Cite this chapter\n\n"
    notebook["cells"] += [
        _prose("generated-cite", f"{heading}{_block('citation')}\n{remarks.OBJECT}\n"),
        _prose("generated-provenance", "## Provenance\n\n" + _block("provenance")),
        *[_prose("generated-remarks", text) for text in [closing] if text],
    ]


class ChapterBlock(SphinxDirective):
    """A generated block of the chapter that it stands in: strip, citation or provenance."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the block; its text is ours alone, as prose may hold no HTML."""
        companion = self.env.app.companion
        chapter = companion.chapter(self.env.docname)
        if chapter is None or self.arguments[0] not in BLOCKS:
            raise self.error(f"no block {self.arguments[0]!r} here; allowed: in a chapter, "
                             + ", ".join(BLOCKS))
        return [nodes.raw("", BLOCKS[self.arguments[0]](chapter, companion), format="html")]


def strip(entry: dict[str, Any], companion: Any) -> str:
    """Return paper, verdicts and running time, in the order in which the chapter checks them."""
    return (
        f'<div class="strip"><p class="strip-paper">{words.paper(entry["paper"])}</p>'
        f'{chips(entry["claims"])}<p class="strip-facts">{counts(entry["claims"])}. Computed in '
        f'{words.duration(entry["seconds"])}{remarks.facts(companion.remarks, entry["chapter"])}.</p>'
        f'<p class="strip-facts">{_to_take(entry["chapter"], companion)}'
        f'{_to_show(companion.book.chapter(entry["chapter"]))}</p></div>'
    )


def _to_show(chapter: Chapter) -> str:
    """Return the link to the slides of `chapter`, or nothing where no cell is tagged for one."""
    if not slides.of(chapter.notebook):
        return ""
    return f' Show: <a href="../slides/{html.escape(chapter.slug)}.html">slides</a>.'


def _to_take(slug: str, companion: Any) -> str:
    """Return what of the chapter can be downloaded, and where it runs or can be read."""
    told = "Download: " + ", ".join(f'<a href="{html.escape(file)}" download>{name}</a>'
                                    for name, file in launch.files(slug).items()) + "."
    if not companion.address:
        return told
    services = launch.links(slug, companion.address, companion.branch, companion.site_branch)
    source = f"{companion.address}/blob/{companion.branch}/notebooks/{slug}.ipynb"
    run, read = (", ".join(f'<a href="{html.escape(url)}">{name}</a>'
                           for name, url in found.items())
                 for found in (services, {"source": source}))
    return f"{told} Run it in: {run}. Read: {read}."


def chips(claims: list[dict[str, Any]]) -> str:
    """Return the verdicts as a list of links to their checks."""
    items = "".join(map(_chip, claims))
    return f'<ul class="chips" aria-label="Verdicts of this chapter">{items}</ul>'


def counts(claims: list[dict[str, Any]]) -> str:
    """Return how many claims and controls there are, in words."""
    controls = sum(record["control"] for record in claims)
    return (f"{words.plural(len(claims) - controls, 'claim')}, "
            f"{words.plural(controls, 'control')} (dashed)")


def _chip(record: dict[str, Any]) -> str:
    glyph, colour = words.VERDICTS[record["verdict"]]
    short = html.escape(record["claim"].split("/")[-1])
    kind, dashed = ("control, ", " control") if record["control"] else ("", "")
    return (
        f'<li><a class="chip v-{colour}{dashed}" href="#{anchor(record["claim"])}">'
        f'<span aria-hidden="true">{glyph}</span> {short}'
        f'<span class="visually-hidden">: {kind}{record["verdict"]}</span></a></li>'
    )


def provenance(entry: dict[str, Any], elsewhere: dict[str, str]) -> str:
    """Return with what, where and when the chapter was executed, and what it gave `elsewhere`."""
    about = entry["provenance"]
    memory = entry["peak_memory_mb"]
    commit = about["commit"]
    state = " with uncommitted changes" if about["dirty"] else ""
    rows = {
        "Executed": words.day(about["date"]),
        "Computation": words.duration(entry["seconds"])
        + (f", at most {memory:.0f} MB" if memory else ""),
        "Processor": f"{about['cpu']}, {words.plural(about['threads'], 'thread')}",
        "BLAS": words.blas(about),
        "Versions": ", ".join(f"{name} {version}" for name, version in about["versions"].items()),
        "Parameters": ", ".join(f"{name} = {value}" for name, value in entry["parameters"].items()),
        "Commit": f"{commit[:12]}{state}" if commit else "not under version control",
        "Key": about["key"],
        **elsewhere,
    }
    return words.definitions(rows, f' data-key="{html.escape(about["key"])}"')


def elsewhere(slug: str, companion: Any) -> dict[str, str]:
    """Return what the stored studies say of a chapter on other seeds and at other sizes."""
    other_seeds = seeds.of_chapter(slug, companion)
    return {**({"Unseen seeds": other_seeds} if other_seeds else {}),
            **scales.of_chapter(slug, companion)}


BLOCKS = {
    "strip": lambda chapter, companion: strip(companion.entry(chapter.slug), companion),
    "citation": lambda chapter, companion: cite.chapter(companion.entry(chapter.slug), companion),
    "provenance": lambda chapter, companion: provenance(
        companion.entry(chapter.slug), elsewhere(chapter.slug, companion)),
}


def _block(name: str) -> str:
    return f"```{{chapter-block}} {name}\n```\n"


def _prose(identity: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": identity, "metadata": {}, "source": source}


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"] if cell["cell_type"] == "markdown" else ""
    return source if isinstance(source, str) else "".join(source)
