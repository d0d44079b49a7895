"""What Chromium leaves to be done in a tagged PDF, so that it can be read aloud as it is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, String

from companion.paper import FORMULA

# types of PDF 2.0 that Chromium writes, as readers of older versions know them
ROLES = {"/Em": Name.Span, "/Strong": Name.Span}
PAINTED = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n"}
BEGUN = {"m", "re"}


def complete(source: Path, target: Path, about: Mapping[str, str]) -> int:
    """Write the PDF `source` to `target`, its tags complete; return how many formulas it has."""
    with pikepdf.open(source) as pdf:
        formulas = _name_formulas(pdf)
        _describe_figures(pdf)
        _describe_links(pdf)
        for page in pdf.pages:
            _mark_artefacts(pdf, page)
        pdf.Root.PageMode = Name.UseOutlines
        pdf.Root.StructTreeRoot.RoleMap = Dictionary(ROLES)
        _say_what_it_is(pdf, about)
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate,
                 compress_streams=True, recompress_flate=True)
    return formulas


def elements(pdf: pikepdf.Pdf) -> Iterator[Dictionary]:
    """Yield the elements of the structure tree in the order of reading."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield element
        waiting += reversed(children(element))


def children(element: Dictionary) -> list[Dictionary]:
    """Return the structure elements directly below `element`."""
    below = element.get("/K", [])
    below = list(below) if isinstance(below, Array) else [below]
    return [each for each in below if isinstance(each, Dictionary) and "/S" in each]


def places(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return the number of the page, from 1, where each named place lies."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, 1)}
    named = pdf.Root.get("/Dests", {})
    return {name[1:]: numbers[place[0].objgen] for name, place in named.items()}


def _name_formulas(pdf: pikepdf.Pdf) -> int:
    """Tag formulas as such, their TeX as words, their MathML attached; return their number."""
    files: dict[str, Any] = {}
    count = 0
    for element in elements(pdf):
        words = str(element.get("/Alt", ""))
        if words.startswith(FORMULA):
            _, tex, mathematics = words.split(FORMULA)
            if mathematics not in files:
                files[mathematics] = pdf.make_indirect(_mathml(pdf, mathematics))
            element.S, element.Alt = Name.Formula, String(tex)
            element.AF = Array([files[mathematics]])
            count += 1
    return count


def _mathml(pdf: pikepdf.Pdf, mathematics: str) -> Dictionary:
    stream = pdf.make_stream(mathematics.encode(), Type=Name.EmbeddedFile,
                             Subtype=Name("/application/mathml+xml"))
    return Dictionary(Type=Name.Filespec, F=String("formula.mml"), UF=String("formula.mml"),
                      AFRelationship=Name.Supplement, EF=Dictionary(F=stream, UF=stream))


def _describe_figures(pdf: pikepdf.Pdf) -> None:
    """Let a figure and the picture in it be one figure, with the picture's words."""
    for element in elements(pdf):
        pictures = [each for each in children(element) if each.S == Name.Figure]
        if element.S == Name.Figure and len(pictures) == 1:
            element.Alt, pictures[0].S = pictures[0].Alt, Name.NonStruct
            del pictures[0].Alt


def _describe_links(pdf: pikepdf.Pdf) -> None:
    """Say of each link where it leads."""
    where = places(pdf)
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            if "/Dest" in note:
                note.Contents = String(f"Page {where[str(note.Dest)[1:]]}")
            elif "/A" in note and "/URI" in note.A:
                note.Contents = note.A.URI


def _mark_artefacts(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Mark what is drawn outside of every tag (rules, grounds, running heads) as no content."""
    done: list[Any] = []
    depth, opened = 0, False
    begin = ([Name.Artifact], Operator("BMC"))
    end = ([], Operator("EMC"))
    for operands, operator in pikepdf.parse_content_stream(page):
        word = str(operator)
        depth += (word in ("BDC", "BMC")) - (word == "EMC")
        starts = word in BEGUN or word in ("BT", "Do", "sh")
        if not depth and not opened and starts:
            done.append(begin)
            opened = True
        done.append((operands, operator))
        if opened and (word in PAINTED or word in ("ET", "Do", "sh")):
            done.append(end)
            opened = False
    page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(done))


def _say_what_it_is(pdf: pikepdf.Pdf, about: Mapping[str, str]) -> None:
    """Put title, author and language where readers and libraries look for them."""
    title = str(pdf.docinfo["/Title"])
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:creator"] = [about["author"]]
        metadata["dc:language"] = [str(pdf.Root.Lang)]
    pdf.docinfo["/Author"] = about["author"]
    pdf.docinfo["/Creator"] = f"{about['title']}, version {about['version']}"
