"""A book of one toy chapter with the real pages' look, built by plain Jupyter Book."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import toybook
import yaml
from coverage import Coverage
from nbformat.v4 import new_code_cell, new_markdown_cell

from companion import basis, studies
from companion.chapters import Book
from companion.sphinx.outputs import FIGURE, KNOB

ROOT = Path(__file__).parents[1]
SVG = '<svg viewBox="0 0 9 9"><path id="{0}-p" d="M0,0L9,9" stroke="currentColor"/></svg>'
DRAWN = {"schema": 1, "id": "fig-a", "svg": SVG.format("fig-a"),
         "caption": "A line, <rising> as $x^2$", "alt": 'From "0" to 9'}
KNOB_RECORD = {
    "schema": 1, "id": "fig-k", "svg": SVG.format("fig-k"), "caption": "A knob", "alt": "Rising",
    "knob": {"label": "step", "values": ["1", "2"], "initial": 0},
    "x": {"label": "t", "scale": "linear", "range": [0, 1]},
    "y": {"label": "y", "scale": "log", "range": [0.01, 1]},
    "frames": [{"note": "</script>", "series": []}, {"note": "", "series": []}],
}
PROSE = r"""# On alpha: the *first*

The loss is $f(x)=\tfrac12 x^2$.

$$
y = x^2 \label{eq:square}
$$

See $\eqref{eq:square}$.

:::{admonition} Solution
:class: dropdown
Folded.
:::
"""


GUESS = r"""## A guess

Does it rise, as in $\eqref{eq:square}$? See alpha/one and [the web](https://a.org/x).
"""
INTRO = """# A small book

```{glance}
```

```{chapter-cards}
```
"""
CHANGES = "# Changes\n\nSee alpha/one, not alpha/one-more.\n"
PROSE_PAGES = ("scoreboard", "seeds", "scales", "digits", "faults", "verdicts", "changes", "rerun",
                "teaching", "cluster", "speed", "library", "releases", "authors", "notation",
                "notions", "references")
NOTIONS = """methods: {descent: [alpha, alpha/one], slope: descent}
notions: {$x^2$: [alpha]}
"""
TEACHING = """lectures:
- title: One & only
  chapters: [alpha]
  opens: alpha
  before: "Nothing but $x^2$."
  steps:
  - {minutes: 30, does: Ask.}
  - {minutes: 60, does: Show., shows: [alpha/one]}
  homework: {alpha: [1, 2]}
weeks: []
chapters:
  alpha:
    needs: []
    goals: [Say what $x^2$ is., Draw <it>.]
    ask: {question: "Is it 0, 1?", answers: ["0", "1 & more"], right: "1 & more",
          shown_by: [alpha/one]}
    exercises:
    - {points: 1, minutes: 5, answer: my_x = 2}
    - {points: 3, minutes: 20}
"""
EXERCISES = """*You need: squares, lines. Reading time: 5 minutes.*

## Exercises

**1. The number.** Which one?
"""
CHECK = "my_x = 1\n# attempt(my_x)"
ANSWERS = """<details><summary>Solution 1</summary>

It is two, as $2=1+1$.

</details>

**2. The reason.** Why?

<details><summary>Solution 2</summary>

Because one and one are two.

</details>
"""
OPENING = """# What comes first?

```{claims}
alpha/one
```

## Chapters

```{chapter-cards}
```
"""


def make(root: Path) -> Book:
    """A book with the pages and assets of the real one; its chapter's prose has mathematics."""
    book = toybook.make(root, "alpha")
    shutil.rmtree(root / "book")
    shutil.copytree(ROOT / "book", root / "book", ignore=shutil.ignore_patterns(
        "data", "errata.yml", "replies", "releases"))
    shutil.copy(ROOT / "CITATION.cff", root)
    shutil.copy(ROOT / "_config.yml", root)
    (root / "book" / "intro.md").write_text(INTRO, encoding="utf-8")
    (root / "book" / "first.md").write_text(OPENING, encoding="utf-8")
    (root / "book" / "notions.yml").write_text(NOTIONS, encoding="utf-8")
    (root / "book" / "teaching.yml").write_text(TEACHING, encoding="utf-8")
    (root / "CHANGELOG.md").write_text(CHANGES, encoding="utf-8")
    parts = [{"caption": "First", "chapters": [{"file": "book/first"},
                                               {"file": "notebooks/alpha"}]},
             {"chapters": [{"file": f"book/{name}"} for name in PROSE_PAGES]}]
    toc = {"format": "jb-book", "root": "book/intro", "parts": parts}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    source = toybook.notebook("alpha", *toybook.good_sources("alpha"))
    source.metadata.chapter["citation"] = "razin2020norms"
    source.cells[0] = new_markdown_cell(PROSE, id="title", metadata={"tags": ["slide"]})
    source.cells.insert(-1, new_markdown_cell(GUESS, id="guess", metadata={"tags": ["predict"]}))
    source.cells[-1].metadata["tags"] = ["thumbnail", "slide"]
    source.cells[-2:-2] = [new_markdown_cell(EXERCISES, id="exercises"),
                           new_code_cell(CHECK, id="exercise-number"),
                           new_markdown_cell(ANSWERS, id="answers")]
    toybook.write(book, source)
    return book


def study(book: Book) -> None:
    """Store what faults and seeds did to the chapter: one fault caught, one idle, one seed red."""
    about = {"versions": {"python": "3"}, "commit": None, "date": "2026-01-02T03:04:05+00:00",
             "cpu": "<c>"}
    run = {"red": ["alpha/one"], "refused": "", "crashed": ""}
    fault = {"id": "far/sign", "file": "lib/toy/far.py", "description": "a <sign>", "old": "1 < 2",
             "new": "2", "meant_for": [], "touches": ["alpha"]}
    runs = [{**run, "key": "old"}, {**run, "red": [], "key": "old"}]
    studies.store(book, "faults", {
        "provenance": about, "claims_without_fault": [],
        "faults": [{**fault, "runs": {"alpha": runs[0]}},
                   {**fault, "id": "far/idle", "runs": {"alpha": runs[1]}}]})
    part = {"criterion": "x", "statistic": "every", "n": 3, "values": [1, 2], "margins": [0.5, -0.1]}
    claim = {"claim": "alpha/one", "flips": [8], "margins": [0.5, -0.1], "chance": 0.002,
             "parts": [part]}
    studies.store(book, "seeds", {"provenance": about, "chapters": {
        "alpha": {"key": basis.key(book.chapter("alpha")), "seeds": [7, 8], "claims": [claim]}}})


def pretend(book: Book, **fields: object) -> None:
    """Store an executed copy with a figure, a knob and one verdict."""
    record = toybook.record("alpha", **fields)
    box = {"schema": 1, "chapter": "alpha", "claims": [toybook.claim("alpha")]}
    toybook.pretend(book, "alpha", (FIGURE, DRAWN), (KNOB, KNOB_RECORD),
                    (toybook.CLAIMS, box), (toybook.VERDICT, record))


def measured(code: str) -> str:
    """Return `code`, measured if the tests are; the kernels that it starts never are."""
    if Coverage.current() is None:
        return code
    options = {"config_file": str(ROOT / "pyproject.toml"), "data_suffix": True,
               "data_file": str(ROOT / "_build" / "coverage")}
    return (f"import atexit, coverage; pages = coverage.Coverage(**{options!r}); pages.start(); "
            f"atexit.register(lambda: (pages.stop(), pages.save())); {code}")


def build(book: Book) -> tuple[int, str]:
    """Run ``jupyter-book build .`` and return its exit status and log."""
    code = measured("from jupyter_book.cli.main import main; main()")
    command = [sys.executable, "-c", code, "build", ".", "-W", "--keep-going"]
    done = subprocess.run(command, cwd=book.root, capture_output=True, text=True, check=False,
                          env={**os.environ, "NO_COLOR": "1"})
    return done.returncode, done.stdout + done.stderr


def html(book: Book) -> Path:
    """Return where plain Jupyter Book puts the site."""
    return book.root / "_build" / "html"


def built(folder: Path) -> Book:
    """Make the book in `folder`, pretend that it was executed, and build it; return it."""
    book = make(folder)
    study(book)
    pretend(book)
    status, log = build(book)
    assert status == 0, log
    return book
