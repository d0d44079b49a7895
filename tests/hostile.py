"""A small book whose chapter and bibliography try to trick their reader in every field."""

from __future__ import annotations

import html
from pathlib import Path

import smallbook
import toybook
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from companion.chapters import Book
from companion.sphinx.outputs import FIGURE, KNOB

ELSEWHERE = "https://elsewhere.invalid"  # every address there is reserved, so nothing can answer


def mark(place: str) -> str:
    """What stands in the field `place`: its name, and ways to leave text for a script."""
    return (f"{place}!'\"--></script><script>ran(/{place}/)</script>"
            f"<img src=x onerror=ran(/{place}/)>")


def attacks(place: str) -> str:
    """Markup that runs, loads, hides, covers or leads away where it is taken as it is."""
    run = f"ran(/{place}/)"
    return f"""<script>{run}</script>
<p onclick="{run}" onmouseover="{run}">{place} kept</p>
<img src="x" onerror="{run}"><img src="{ELSEWHERE}/{place}.png" alt="A"><body onload="{run}">
<a href="javascript:{run}">{place} link</a><a href="java&#10;script:{run}">{place} line</a>
<iframe srcdoc="<script>parent.{run}</script>"></iframe><iframe src="{ELSEWHERE}"></iframe>
<object data="data:text/html,<script>{run}</script>"></object><embed src="{ELSEWHERE}/x.swf">
<base href="{ELSEWHERE}/"><meta http-equiv="refresh" content="0; url={ELSEWHERE}">
<link rel="stylesheet" href="{ELSEWHERE}/x.css"><style>body {{ display: none }}</style>
<form action="{ELSEWHERE}"><button formaction="javascript:{run}">{place} button</button></form>
<div style="position:fixed;inset:0;z-index:99;background:red" class="bar" id="text">cover</div>
<p style="background:url({ELSEWHERE}/{place}.gif);color:green">{place} styled</p>
<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror={run}>">
<svg><style><img src="</style><img src=x onerror={run}>"></style></svg>
<noscript><p title="</noscript><img src=x onerror={run}>"></noscript><template><p>x</template>
<textarea></textarea><img src=x onerror={run}></textarea><![CDATA[<img src=x onerror={run}>]]>
<!--><img src=x onerror={run}>--><details open ontoggle="{run}">{place} fold</details>"""


EXERCISE = f"""*You need: {mark("needs")}. Reading time: 5 minutes.*

## Exercises

**1. {mark("exercise")}** Why?
"""


def drawing(identity: str) -> str:
    """An SVG that draws one line and tries the rest."""
    run = "ran(/svg/)"
    return f"""<?xml version="1.0"?><svg viewBox="0 0 9 9" onload="{run}" role="none"
 xmlns:xlink="http://www.w3.org/1999/xlink" style="position:fixed;inset:0;z-index:99">
<script>{run}</script>
<script href="{ELSEWHERE}/x.js"/><style>* {{ visibility: hidden }}</style>
<path id="{identity}-p" d="M0,0L9,9" style="stroke-width:2;cursor:url({ELSEWHERE})"
 stroke="currentColor"/>
<path id="text" d="M0,0L1,1" onclick="{run}" fill="url({ELSEWHERE}/x.svg#a)"/>
<rect id="{identity}-cover" x="-9000" y="-9000" width="18000" height="18000" fill="red"/>
<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"><img src="x"
 onerror="{run}"/><iframe src="javascript:parent.{run}"></iframe></body></foreignObject>
<a href="javascript:{run}" xlink:href="javascript:{run}"><text y="5">svg link</text></a>
<use href="{ELSEWHERE}/x.svg#a"/><use xlink:href="data:image/svg+xml,&lt;svg onload='{run}'/&gt;#a"/>
<image href="{ELSEWHERE}/x.png"/><image xlink:href="javascript:{run}"/>
<animate attributeName="href" values="javascript:{run}" onbegin="{run}"/>
<set attributeName="onmouseover" to="{run}"/><title><img src="x" onerror="{run}"/></title></svg>"""


PROSE = f"""# On alpha: {mark("title")}

The loss falls.

## A `{mark("heading")}`

{attacks("markdown")}

An inline <b onclick="ran(/inline/)">inline</b> one, a [link](javascript:ran(/link/)),
<javascript:ran(/auto/)>,
![a picture]({ELSEWHERE}/picture.png) and {{download}}`a file <javascript://%0aran(/download/)>`.

```{{eval-rst}}
`rst link <javascript:ran(/rst/)>`_

.. image:: /book/assets/icon.svg
   :alt: An icon
   :target: javascript:ran(/target/)

.. container:: bar claim-card

   in disguise
```

<details><summary>An <i>answer</i></summary>

Shown as text.

</details>

<details><summary>An answer</summary>

It was $x^2$.

</details>
"""
BIB = rf"""@article{{razin2020norms,
  author = {{{mark("author")} and Ann {mark("author")}}},
  title = {{{mark("paper")} \href{{javascript:ran(/tex/)}}{{a link}} \url{{javascript:ran(/tex/)}}}},
  journal = {{{mark("journal")}}}, year = {{2020}}, volume = {{<b>1</b>}}, number = {{2}},
  url = {{javascript:ran(/url/)}}, doi = {{10.1/"><script>ran(/doi/)</script>}},
  note = {{{mark("url")}}}}}
"""


def record() -> dict:
    """A verdict whose every text is hostile."""
    seen = {**toybook.record("alpha")["observed"][0], "name": mark("observed")}
    part = {"criterion": mark("criterion"), "observed": seen, "margin": -0.5, "holds": False}
    return toybook.record("alpha", statement=mark("statement"), source=mark("source"),
                          criterion=mark("criterion"), observed=[seen], parts=[part], margin=-0.5,
                          holds=False, verdict="not reproduced", reason=mark("reason"))


def outputs() -> list[dict]:
    """What the chapter printed."""
    verdict = record()
    claim = {**toybook.claim("alpha"), "statement": mark("statement"), "source": mark("source"),
             "refuted_by": mark("refuted")}
    drawn = {"schema": 1, "caption": mark("caption"), "alt": mark("alt")}
    curve = {"name": mark("series"), "color": f"url({ELSEWHERE}/x.svg#a)", "style": "line",
             "x": [0, 1], "y": [0.1, 0.9]}
    knob = {"knob": {"label": mark("label"), "values": [mark("value"), "2"], "initial": 0},
            "x": {"label": mark("axis"), "scale": "linear", "range": [0, 1]},
            "y": {"label": mark("axis"), "scale": "linear", "range": [0, 1]},
            "frames": [{"note": "<!--<script>" + mark("note"), "series": [curve]},
                       {"note": "", "series": []}]}
    bad = f"url({ELSEWHERE}/x.svg#a)"
    axes = {name: {"label": mark(f"{name} axis"), "scale": "linear", "range": [0, 1]}
            for name in "xy"}
    point = {**curve, "style": "points", "name": mark("point")}
    panels = [{"kind": "map", "title": mark("map"), "color": bad, "shares": [[0.5], [1]]},
              {"kind": "field", "title": mark("field"), **axes, "letters": 1, "levels": [17.5],
               "main": 0, "bands": [{"color": bad, "opacity": 1}] * 2, "points": [point]}]
    pair = {"controls": [{"label": mark("rows"), "values": [mark("row"), "2"], "initial": 0},
                         {"label": mark("columns"), "values": [mark("column")], "initial": 0}],
            "panels": panels,
            "frames": [{"note": note, "panels": [{}, {"rows": ["0z"] * 2, "points": []}]}
                       for note in (mark("remark"), "")]}
    said = (verdict["verdict"], verdict["statement"], verdict["parts"][0]["criterion"])
    card = "".join(f"<p>{html.escape(text)}</p>" for text in said)
    return [
        {toybook.CLAIMS: {"schema": 1, "chapter": "alpha", "claims": [claim]},
         "text/html": attacks("box")},
        {FIGURE: {**drawn, "id": "fig-a", "svg": drawing("fig-a")}, "text/plain": "figure"},
        {KNOB: {**drawn, **knob, "id": "fig-k", "svg": drawing("fig-k")}, "text/plain": "knob"},
        {KNOB: {**drawn, **pair, "id": "fig-m", "svg": drawing("fig-m")}, "text/plain": "panels"},
        {toybook.VERDICT: verdict, "text/html": card + attacks("card")},
        {"text/html": attacks("table"), "text/plain": "table"},
        {"text/html": "<table border='1'><tr><td colspan=2>a &amp; b</td></tr></table>"},
        {"application/javascript": "ran(/javascript/)", "text/plain": "plain javascript"},
        {"image/svg+xml": drawing("fig-x"), "text/plain": "plain drawing"},
        {"text/markdown": attacks("marked"), "text/plain": "plain markdown"},
        {"text/latex": r"$\href{javascript:ran(/latex/)}{x}$", "text/plain": "plain latex"},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>ran(/widget/)"},
         "text/plain": "plain widget"},
        {"application/papermill.record/text/html": attacks("glue"), "text/plain": "plain glue"},
        {"text/plain": mark("plain")},
    ]


def make(root: Path) -> Book:
    """A book with that chapter, as if it had been executed."""
    book = smallbook.make(root)
    source = toybook.notebook("alpha", *toybook.good_sources("alpha"))
    source.metadata.chapter["citation"] = "razin2020norms"
    source.metadata["myst"] = {"enable_extensions": ["attrs_block", "html_image", "substitution"],
                               "disable_syntax": [], "url_schemes": ["javascript"]}
    source.metadata["mystnb"] = {"execution_mode": "force"}
    source.cells[0] = new_markdown_cell(PROSE, id="title", metadata={"tags": ["slide"]})
    source.cells.insert(1, new_raw_cell(attacks("raw"), id="raw", metadata={"format": "text/html"}))
    source.cells[-1].metadata["tags"] = ["thumbnail", "onslide"]
    source.cells[-1:-1] = [new_markdown_cell(EXERCISE, id="exercises"),
                           new_code_cell(smallbook.CHECK, id="exercise-number"),
                           new_markdown_cell(smallbook.ANSWERS, id="answers")]
    toybook.write(book, source)
    told = yaml.safe_load(smallbook.TEACHING)
    told["lectures"][0] |= {"title": mark("session"), "before": mark("before")}
    told["lectures"][0]["steps"][0]["does"] = mark("step")
    told["chapters"]["alpha"] |= {"goals": [mark("goal"), mark("aim")], "ask": {
        "question": mark("question"), "answers": [mark("yes"), mark("no")], "right": mark("no"),
        "shown_by": ["alpha/one"]}}
    (root / "book" / "teaching.yml").write_text(yaml.safe_dump(told, sort_keys=False))
    (root / "book" / "references.bib").write_text(BIB, encoding="utf-8")
    toybook.pretend(book, "alpha", *outputs())
    return book
