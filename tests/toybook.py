"""Books of a few lines, for the tests of the workshop."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from companion import cli
from companion.chapters import Book

CLAIMS = "application/vnd.implicitreg.claims+json"
VERDICT = "application/vnd.implicitreg.verdict+json"
PARAMETERS = "seed = 0\ntrials = 3\nrate = 0.5\nname = 'x'\nexact = False\nsizes = [1, 2]"


def claim(slug: str, name: str = "one", control: bool = False) -> dict:
    """A declared claim."""
    return {"id": f"{slug}/{name}", "statement": "x stays below 1", "by": "paper",
            "source": "Theorem 1", "refuted_by": "an x above 1", "control": control}


def record(slug: str, name: str = "one", **fields: object) -> dict:
    """A verdict record that agrees with itself, but for `fields`."""
    x = {"name": "x", "statistic": "every", "value": 0.5, "min": 0.1, "median": 0.3, "max": 0.5,
         "n": 3}
    part = {"criterion": "every x ≤ 1", "observed": x, "margin": 0.5, "holds": True}
    return {"schema": 1, "claim": f"{slug}/{name}", "statement": "x stays below 1",
            "source": "Theorem 1", "claim_by": "paper", "criterion": "every x ≤ 1",
            "criterion_by": "theorem", "control": False, "observed": [x], "margin": 0.5,
            "holds": True, "parts": [part], "verdict": "reproduced", "reason": "", **fields}


def failed(slug: str, name: str = "one") -> dict:
    """A record of a claim that was not reproduced."""
    good = record(slug, name)
    part = {**good["parts"][0], "margin": -0.25, "holds": False}
    return {**good, "parts": [part], "margin": -0.25, "holds": False, "verdict": "not reproduced",
            "reason": "x reached 1.25"}


def emit(mime: str, content: object) -> str:
    """Source of a cell that prints `content` as `mime`."""
    return f"import json, IPython.display\nIPython.display.display({{{mime!r}: " \
           f"json.loads({json.dumps(content)!r}), 'text/plain': {card(content)!r}}}, raw=True)"


def card(content: object) -> str:
    """What a card says of a record in words; `box` stands for anything else."""
    if not isinstance(content, dict) or "verdict" not in content:
        return "box"
    criteria = [part["criterion"] for part in content.get("parts", [])]
    return "\n".join([content["verdict"], content["statement"], *criteria])


def notebook(slug: str, *sources: str, parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    """A chapter with the given code cells after its parameters, title and imports."""
    cells = [new_markdown_cell(f"# On {slug}\n\nProse.", id="title"),
             new_code_cell("from toy.rooms import near", id="imports"),
             new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    return new_notebook(cells=cells, metadata={"chapter": {"slug": slug, "citation": "key"}})


def outputs(*printed: tuple[str, object] | dict[str, object]) -> dict:
    """An executed notebook that printed (MIME type, content) pairs or bundles, with no kernel."""
    bundles = [each if isinstance(each, dict) else {each[0]: each[1]} for each in printed]
    cell = new_code_cell("", outputs=[new_output("display_data", data=bundle)
                                      for bundle in bundles])
    return new_notebook(cells=[cell])


def good_sources(slug: str) -> list[str]:
    """Cells of a chapter with one claim, reproduced."""
    return [emit(CLAIMS, {"schema": 1, "chapter": slug, "claims": [claim(slug)]}),
            emit(VERDICT, record(slug))]


def write(book: Book, source: nbformat.NotebookNode) -> None:
    """Put a source notebook into `book`, in place of the one of that slug."""
    slug = source.metadata.chapter.slug
    text = nbformat.v4.writes_json(source)
    (book.root / "notebooks" / f"{slug}.ipynb").write_text(text, encoding="utf-8")


def make(root: Path, *slugs: str) -> Book:
    """A book with the chapters `slugs`, each with one claim, and a library of three rooms."""
    files = {
        "_config.yml": "title: Toy\n",
        "_toc.yml": "format: jb-book\nroot: book/intro\nparts:\n- chapters:\n"
                    + "".join(f"  - file: notebooks/{slug}\n" for slug in slugs),
        "notebooks/profiles.yml": "smoke: {%s: {trials: 1}}\n" % slugs[0],
        "book/references.bib": '@article{key, author={Jos{\\\'e} Nystr{\\"o}m and B. van Dam}, '
                               'title={On {X}}, year={2024}, journal={J}}\n',
        "lib/toy/__init__.py": "",
        "lib/toy/rooms.py": "from .far import near\n",
        "lib/toy/far.py": "def near():\n    return 1\n",
        "lib/toy/unused.py": "x = 1\n",
    }
    for slug in slugs:
        files[f"tests/expected/{slug}.yml"] = (
            "book: {one: reproduced}\nsmoke: {one: {not asserted: too short}}\n")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    book = Book(root)
    for slug in slugs:
        write(book, notebook(slug, *good_sources(slug)))
    return book


def companion(line: str) -> int:
    """Run the command `line` in this process; return its exit status."""
    try:
        cli.main(line.split())
    except SystemExit as end:
        return end.code
    return 0


def pretend(
    book: Book, slug: str, *printed: tuple[str, object] | dict[str, object]
) -> Path:
    """Store an executed copy of chapter `slug` that printed `printed`, without a kernel."""
    from companion import storage
    from companion.jobs import plan
    from companion.perform import seal

    chapter = Book(book.root).chapter(slug)
    job = plan(chapter, book)
    run = nbformat.from_dict(json.loads(job.notebook))
    run.metadata["papermill"] = {}
    if not printed:
        printed = ((CLAIMS, {"schema": 1, "chapter": slug, "claims": [claim(slug)]}),
                   (VERDICT, record(slug)))
    run.cells[-1].outputs = outputs(*printed).cells[0].outputs
    storage.write(job.target, seal(run, job, 1.0, 80.0, []))
    return job.target
