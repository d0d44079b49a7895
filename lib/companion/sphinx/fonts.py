"""Style sheets with fonts inside: no letter is late, and none moves a line when it arrives."""

from __future__ import annotations

import base64
from pathlib import Path

from companion import storage

TEXT = {"400-normal": "normal 400", "400-italic": "italic 400", "600-normal": "normal 600"}
INSIDE = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")  # the fonts of nearly every formula
FACE = """@font-face {{
  font-family: "Source Serif 4"; font-style: {style}; font-weight: {weight};
  src: url({url}) format("woff2");
}}
"""


def publish(root: Path, static: Path) -> None:
    """Write the style sheets of the text's and the formulas' fonts to a site's folder `static`."""
    storage.write(static / "fonts" / "text.css", text(root / "book" / "assets" / "fonts"))
    storage.write(static / "katex" / "katex.css", formulas(root / "book" / "assets" / "katex"))


def text(folder: Path) -> str:
    """Return the faces of the text: upright, italic, semibold."""
    faces = []
    for name, face in TEXT.items():
        style, weight = face.split()
        url = _inside(folder / f"source-serif-4-latin-{name}.woff2")
        faces.append(FACE.format(style=style, weight=weight, url=url))
    return "".join(faces)


def formulas(folder: Path) -> str:
    """Return KaTeX's style sheet with its main fonts inside; the others are fetched if needed."""
    sheet = (folder / "katex.min.css").read_text(encoding="utf-8")
    for name in INSIDE:
        sheet = sheet.replace(f"fonts/{name}.woff2", _inside(folder / "fonts" / f"{name}.woff2"))
    return sheet


def _inside(path: Path) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(path.read_bytes()).decode()}"
