"""A page a claim: what it says, its verdict and numbers, how to cite it.

Its address is the claim's id, and an id is permanent. So a link to it keeps working when chapters
get other titles or another order, or when the check moves to another place.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from companion import judge
from companion.sphinx import cite, outputs, seeds, words
from companion.sphinx.outputs import anchor

UP = "../../"  # from the page of a claim to the top of the site


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page of each claim for Sphinx to write."""
    shutil.rmtree(Path(app.outdir) / cite.FOLDER, ignore_errors=True)
    shared: dict[str, str] = {}
    for entry in app.companion.ledger["chapters"]:
        refuted = {claim["id"]: claim["refuted_by"]
                   for claim in judge.declared(app.companion.executed[entry["chapter"]])}
        names = [record["claim"].split("/")[1] for record in entry["claims"]]
        for i, record in enumerate(entry["claims"]):
            yield cite.page_of(record["claim"]), {
                "shared": shared,
                "title": html.escape(f"Claim {record['claim']}"),
                "body": _body(record, entry, refuted[record["claim"]], app.companion),
                "prev": _neighbour(names[i - 1]) if i else None,
                "next": _neighbour(names[i + 1]) if i + 1 < len(names) else None,
            }, "page.html"


FORMULA = re.compile(r"\(\d\)")
NUMBERS = ", and where the formula stands whose number it names"


def _neighbour(name: str) -> dict[str, str]:
    return {"link": f"{name}.html", "title": html.escape(name)}


def _body(record: dict[str, Any], entry: dict[str, Any], refuted: str, companion: Any) -> str:
    name = record["claim"]
    chapter = f"{UP}notebooks/{entry['chapter']}.html"
    kind = "A control" if record["control"] else "A claim"
    paper = entry["paper"]
    on = "" if cite.is_own(paper, companion) else f", on {words.paper(paper)}"
    facts = {"Refuted by": refuted, "Executed": words.day(entry["provenance"]["date"]),
             "Unseen seeds": seeds.of_claim(name, companion), "Permanent id": name}
    facts = {term: fact for term, fact in facts.items() if fact}
    return (
        f'<section><h1>{html.escape(name.split("/")[1])}</h1>'
        f'<p>{kind} of <a href="{chapter}">{html.escape(cite.plain(entry["title"]))}</a>{on}.</p>'
        f"{outputs.card(record)}"
        f'<p><a href="{chapter}#{anchor(name)}">Where the chapter checks it</a>'
        f"{NUMBERS if FORMULA.search(record['statement']) else ''}</p>"
        f"{words.definitions(facts)}</section>"
        f'<section id="cite"><h2>Cite this claim</h2>{cite.claim(record, entry, companion)}'
        "<p>This page stays at this address. What it shows may change with a new run; version and "
        "time of execution say which one you saw.</p></section>"
    )


def foot(record: dict[str, Any], entry: dict[str, Any], companion: Any) -> str:
    """Return what stands below a verdict in its chapter: its addresses, and how to cite it."""
    name = record["claim"]
    return (
        f'<div class="claim-foot"><a href="#{anchor(name)}">Link to this check</a> '
        f'<a href="../{cite.page_of(html.escape(name))}.html">Page of this claim</a>'
        f"<details><summary>Cite</summary>{cite.claim(record, entry, companion)}</details></div>"
    )
