"""What a reader of an executed chapter sees, held against the data beside it.

A card must say the verdict of its record and every part of its criterion; a figure must be drawn and
say in words what is seen. Jupyter, Colab and the site show these, not the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from bs4 import BeautifulSoup

from companion import knobs
from companion.expected import VERDICTS
from companion.judge import VERDICT

FIGURE = "application/vnd.implicitreg.figure+json"
KNOB = "application/vnd.implicitreg.knob+json"
DRAWN = {"path", "line", "circle", "rect", "polyline", "polygon", "use", "image", "text"}
NOT_DRAWN = {"defs", "clipPath"}


def findings(slug: str, notebook: Mapping[str, Any]) -> list[str]:
    """Return where what chapter `slug` shows is not what its data say."""
    bundles = [output["data"] for cell in notebook["cells"] if cell["cell_type"] == "code"
               for output in cell["outputs"] if "data" in output]
    found = []
    for data in bundles:
        if VERDICT in data:
            found += [f"{data[VERDICT]['claim']}: {fault}" for fault in _card(data)]
        for mime in (FIGURE, KNOB):
            if mime in data:
                found += [f"{slug}: {data[mime].get('id')}: {fault}"
                          for fault in _figure(data[mime])]
        if KNOB in data:
            found += [f"{slug}: {data[KNOB].get('id')}: {fault}"
                      for fault in knobs.findings(data[KNOB])]
    return found


def _card(data: Mapping[str, Any]) -> Iterator[str]:
    record = data[VERDICT]
    texts = {kind: _joined(data[f"text/{kind}"]) for kind in ("html", "plain")
             if f"text/{kind}" in data}
    if "html" in texts:
        texts["html"] = BeautifulSoup(texts["html"], "html.parser").get_text(" ")
    said = [record["statement"], *(part["criterion"] for part in record["parts"])]
    for kind, text in texts.items():
        head = " ".join(text.split())[:40].lower()
        told = [verdict for verdict in VERDICTS if verdict in head]
        if record["verdict"] not in told or len(max(told, key=len)) > len(record["verdict"]):
            yield f"its card ({kind}) does not say {record['verdict']!r}"
        yield from (f"its card ({kind}) lacks {sentence!r}" for sentence in said
                    if " ".join(sentence.split()) not in " ".join(text.split()))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _figure(record: Mapping[str, Any]) -> Iterator[str]:
    for name in ("caption", "alt"):
        if not record.get(name, "").strip():
            yield f"no {name}"
    try:
        drawing = ElementTree.fromstring(record["svg"][record["svg"].index("<svg"):])
    except (ValueError, ElementTree.ParseError) as error:
        yield f"its drawing is no SVG: {error}"
        return
    if not any(_shapes(drawing)):
        yield "nothing is drawn"


def _shapes(element: ElementTree.Element) -> Iterator[str]:
    """Yield the elements that draw; definitions and clips do not."""
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name in DRAWN:
            yield name
        if name not in NOT_DRAWN:
            yield from _shapes(child)
