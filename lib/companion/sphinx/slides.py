"""The slides of a chapter: its tagged cells as its page shows them, without their code.

Marks stand around the tagged cells while the page is read, in a format that no page is written in.
So formulas, links and outputs of a slide are those of the page, rendered once more.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from companion import slides
from companion.sphinx import blocks, cite, words

FOLDER = "slides"
FORMAT = "slides"  # of the marks: writers leave out what is raw in another format than theirs
END = "end"
UNSHOWN = ".headerlink, .claim-foot"


class Mark(SphinxDirective):
    """Where a tagged cell begins, with its tag, or where it ends."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the mark."""
        return [nodes.raw("", self.arguments[0], format=FORMAT)]


class Cue(SphinxDirective):
    """What stands on the page below a cell that asks."""

    def run(self) -> list[nodes.Node]:
        """Return it."""
        return [nodes.raw("", '<p class="cue">Guess first; the answer follows.</p>', format="html")]


def mark(notebook: dict[str, Any]) -> None:
    """Put marks around the tagged cells of `notebook`, and a cue below those that ask."""
    marked = []
    for cell in notebook["cells"]:
        kind = slides.tag(cell)
        marked += [_mark(kind, cell), cell, _mark(END, cell)] if kind else [cell]
        if kind == "predict":
            marked.append(_directive("cue", cell, "predict-cue"))
    notebook["cells"] = marked


def _mark(kind: str, cell: dict[str, Any]) -> dict[str, Any]:
    return _directive(kind, cell, "slide-mark", kind)


def _directive(kind: str, cell: dict[str, Any], name: str, argument: str = "") -> dict[str, Any]:
    return {"cell_type": "markdown", "id": f"{kind}--{cell['id']}", "metadata": {},
            "source": f"```{{{name}}} {argument}\n```"}


def drop(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Remove the slides of a chapter whose page is written anew, so that they are made anew."""
    if chapter := app.companion.chapter(pagename):
        _path(app, chapter.slug).unlink(missing_ok=True)


def _path(app: Sphinx, slug: str) -> Path:
    return Path(app.outdir) / FOLDER / f"{slug}.html"


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the slides that are missing, of each chapter that has some, for Sphinx to write.

    Those of a page that Sphinx leaves as it is are left as they are.
    """
    companion, shared = app.companion, {}
    shown = {_path(app, chapter.slug): chapter for chapter in companion.book.chapters()
             if slides.of(chapter.notebook)}
    for path in set((Path(app.outdir) / FOLDER).glob("*")).difference(shown):
        path.unlink()
    for path, chapter in shown.items():
        if not path.is_file():
            page = f"notebooks/{chapter.slug}"
            doctree = app.env.get_and_resolve_doctree(page, app.builder)
            entry = companion.entry(chapter.slug)
            yield f"{FOLDER}/{chapter.slug}", {
                "shared": shared, "title": f"{html.escape(cite.plain(entry['title']))} · slides",
                "chapter": f"../{page}.html", "body": deck(doctree, entry, companion, app.builder),
            }, "slides.html"


def deck(doctree: nodes.document, entry: dict[str, Any], companion: Any, builder: Any) -> str:
    """Return all slides of a chapter as HTML: title, those of its cells, and the last one."""
    found = [(kind, _heading(content[0], builder), _content(content, builder))
             for kind, content in _slides(doctree)]
    shown = sum(content.count('class="claim-card"') for *_, content in found)
    (kind, title, first), *rest = found
    all_slides = [(kind, f"<h1>{title}</h1>{_paper(entry, companion)}{first}"),
                  *((kind, f"<h2>{heading}</h2>{content}") for kind, heading, content in rest),
                  ("slide", _closing(entry, shown, companion))]
    text = "".join(_section(kind, content, i, len(all_slides))
                   for i, (kind, content) in enumerate(all_slides, 1))
    return _elsewhere(text, f"notebooks/{entry['chapter']}.html")


def _slides(doctree: nodes.document) -> list[tuple[str, list[nodes.Element]]]:
    """Return kind and blocks of each slide, as the marks tell them apart."""
    found: list[tuple[str, list[nodes.Element]]] = []
    inside = False
    for block in _blocks(doctree):
        if isinstance(block, nodes.raw):  # a mark; other raw blocks are the page's own
            if block["format"] == FORMAT:
                inside = block.astext() != END
                if block.astext() in slides.BEGIN:
                    found.append((block.astext(), []))
        elif inside:
            found[-1][1].append(block)
    return found


def _blocks(node: nodes.Element) -> Iterator[nodes.Element]:
    """Yield what stands in the sections of a page, in order."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from _blocks(child)
        else:
            yield child


def _heading(block: nodes.Element, builder: Any) -> str:
    """Return the heading of the section that `block` stands in."""
    title = block.parent.next_node(nodes.title)
    return _render(nodes.inline("", "", *title.deepcopy().children), builder)


def _content(blocks: list[nodes.Element], builder: Any) -> str:
    """Return what stands on a slide: its words, and of a cell of code what it shows."""
    shown = [output for block in blocks if not isinstance(block, nodes.title)
             for output in (block.findall(_is_output) if _is(block, "cell_code") else [block])]
    text = ""
    for is_output, group in groupby(shown, _is_output):
        content = "".join(_render(block, builder) for block in group)
        text += content if is_output else f'<div class="slide-words">{content}</div>'
    return text


def _is(node: nodes.Node, element: str) -> bool:
    """Tell whether a node is that element of a notebook."""
    return isinstance(node, nodes.container) and node.get("nb_element") == element


def _is_output(node: nodes.Node) -> bool:
    return _is(node, "cell_code_output")


def _render(node: nodes.Element, builder: Any) -> str:
    return builder.render_partial(node.deepcopy())["fragment"].strip()


def _paper(entry: dict[str, Any], companion: Any) -> str:
    paper = entry["paper"]
    on = paper["title"] if cite.is_own(paper, companion) else None
    return f'<p class="slide-paper">{html.escape(on) if on else words.paper(paper)}</p>'


def _closing(entry: dict[str, Any], shown: int, companion: Any) -> str:
    """Return the last slide: all verdicts of the chapter, and what of it is not on slides."""
    claims, about = entry["claims"], companion.release
    return (
        f"<h2>What is shown, and what is not</h2>{blocks.chips(claims)}"
        f"<p>{blocks.counts(claims)}. On these slides {words.plural(shown, 'verdict')} of "
        f"{len(claims)}; each is computed by the code of the chapter.</p>"
        "<p>Not on slides: the code, the other checks, what would refute each claim, the exercises, "
        'how to run it all again. <a href="#">The chapter: '
        f'{html.escape(cite.plain(entry["title"]))}</a></p>'
        f'<p class="slide-paper"><cite>{html.escape(about["title"])}</cite>, version '
        f'{html.escape(about["version"])}. Text and figures: CC BY 4.0.</p>'
    )


def _section(kind: str, content: str, i: int, n: int) -> str:
    asks = " predict" if kind == "predict" else ""
    return (f'<section class="slide{asks}" id="slide-{i}" aria-label="Slide {i} of {n}" '
            f'data-place="{i} / {n}"><div class="slide-text">{content}</div></section>')


def _elsewhere(text: str, page: str) -> str:
    """Return HTML written for `page`, with links that lead to the same places from the slides."""
    soup = BeautifulSoup(text, "html.parser")
    for tag in soup.select(UNSHOWN):
        tag.decompose()
    for tag in soup.find_all("a", href=True):
        if not urlsplit(tag["href"]).scheme:
            tag["href"] = "../" + urljoin(page, tag["href"])
    return str(soup)
