"""Chapter pages: the current source of a notebook with the outputs that were validated."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from companion import (basis, digits, execute, ledger, matrix, releases, remarks, scales, speed,
                       studies, teaching)
from companion.chapters import Book, Chapter, read_yaml
from companion.errors import CompanionError
from companion.sphinx import blocks, cite, claim_pages, pictures, seeds, slides
from companion.sphinx import remarks as said
from companion.sphinx.admit import admit
from companion.sphinx.katex import Katex


LEDGER, RELEASES, CODE = "ledger.json", "releases", "code"
PICTURES, TAUGHT = "pictures", "taught"
STUDIES = (matrix.NAME, seeds.NAME, scales.NAME, digits.NAME, speed.NAME)


@dataclass(frozen=True)
class Companion:
    """What the pages are made of: kept on the Sphinx application as ``app.companion``."""

    book: Book
    ledger: dict[str, Any]
    executed: dict[str, dict[str, Any]]
    katex: Katex
    studies: dict[str, dict[str, Any]]
    keys: dict[str, str]
    remarks: remarks.Remarks
    teaching: dict[str, Any]
    releases: list[releases.Release]
    release: dict[str, str]
    address: str
    branch: str
    site: str
    site_branch: str
    digests: dict[str, str] = field(default_factory=dict)

    @cached_property
    def taught(self) -> dict[str, Any]:
        """What teachers are told of the text of each chapter."""
        return {each.slug: teaching.facts(each) for each in self.book.chapters()}

    def chapter(self, docname: str) -> Chapter | None:
        """Return the chapter whose page is `docname`, or None for a page of prose."""
        return next((c for c in self.book.chapters() if _docname(c) == docname), None)

    def entry(self, slug: str) -> dict[str, Any]:
        """Return the ledger's entry of chapter `slug`."""
        return next(e for e in self.ledger["chapters"] if e["chapter"] == slug)

    def record(self, claim: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the verdict record of `claim`, and the ledger's entry of its chapter."""
        entry = self.entry(claim.split("/")[0])
        return next(each for each in entry["claims"] if each["claim"] == claim), entry

    def url(self, page: str) -> str:
        """Return the public address of `page`, else that of the repository, else nothing."""
        return f"{self.site}/{page}.html" if self.site else self.address

    def digest(self, source: str) -> str:
        """Return a hash of what a page may show: ledger, study, a chapter, its own file.

        `CODE` stands for the code of all chapters, whatever it printed, `PICTURES` for the choice
        of their pictures, `TAUGHT` for what teachers are told of them.
        """
        if source not in self.digests:
            self.digests[source] = self._digest(source)
        return self.digests[source]

    def _digest(self, source: str) -> str:
        copies = {slug: copy["metadata"]["companion"] for slug, copy in self.executed.items()}
        shown: Any = {LEDGER: self.ledger, RELEASES: [vars(each) for each in self.releases],
                      CODE: {slug: about["key"] for slug, about in copies.items()},
                      PICTURES: [pictures.tagged(each) for each in self.book.chapters()],
                      TAUGHT: self.taught}.get(source)
        file = self.book.root / source
        if source in self.studies:
            shown = [self.studies[source], self.keys]
        elif source in self.executed:
            # the copy's digest of all that it shows is among what it says about itself
            shown = [copies[source], self.entry(source)["paper"], blocks.elsewhere(source, self),
                     self.remarks.of(source)]
        elif file.is_file():
            shown = file.read_text(encoding="utf-8")
        text = json.dumps([shown, self.address, self.branch, self.site, self.site_branch,
                           self.release], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _docname(chapter: Chapter) -> str:
    return f"notebooks/{chapter.slug}"


def prepare(app: Sphinx) -> None:
    """Execute what is stale, so that plain ``jupyter-book build .`` builds the book."""
    book = Book(Path(app.srcdir))
    repository = read_yaml(book.root / "_config.yml").get("repository") or {}
    try:
        runs = execute.run(book)
        known = _known(app)
        executed = {run.chapter.slug: run.notebook for run in runs}
        built = _ledger(book, executed, known)
        app.companion = Companion(
            book=book, ledger=built, katex=Katex(book.root), remarks=remarks.load(book, built),
            releases=releases.load(book), teaching=teaching.load(book, built),
            studies={name: studies.load(book, name) for name in STUDIES},
            keys=_keys(runs, known),
            executed=executed, release=cite.release(book.root),
            address=(repository.get("url") or "").rstrip("/"),
            branch=repository.get("branch") or "main",
            site=app.config.html_baseurl.rstrip("/"),
            site_branch=repository.get("site_branch") or "gh-pages",
        )
    except CompanionError as error:
        raise ExtensionError("\n".join(filter(None, [str(error), error.detail]))) from None


def _known(app: Sphinx) -> dict[str, str | None]:
    """Return what builds before found out, all by this workshop: Sphinx keeps it with the pages."""
    if getattr(app.env, "companion_known_by", None) != app.config.companion_sources:
        app.env.companion_known, app.env.companion_known_by = {}, app.config.companion_sources
        app.env.companion_pictures = {}
    return app.env.companion_known


def _ledger(book: Book, executed: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return the ledger; a copy that was judged before, and found sound, is not judged again."""
    digests = {slug: copy["metadata"]["companion"]["digest"] for slug, copy in executed.items()}
    copies = [(book.chapter(slug), copy) for slug, copy in executed.items()]
    ledger.ensure_sound(each for each in copies if digests[each[0].slug] not in known)
    known |= dict.fromkeys(digests.values())
    return ledger.of_sound(book, copies)


def _keys(runs: list[execute.Run], known: dict[str, Any]) -> dict[str, str]:
    """Return the key of the verdicts of each chapter: it follows from that of its run."""
    for run in runs:
        if run.job.key not in known:
            known[run.job.key] = basis.key(run.chapter)
    return {run.chapter.slug: known[run.job.key] for run in runs}


def outdated(app: Sphinx, env: Any, added: set, changed: set, removed: set) -> list[str]:
    """Name the pages whose outputs or ledger are not those that they were made from."""
    shown = getattr(env, "companion_shown", {})
    stale = [name for name, digests in shown.items() if name not in removed
             and any(app.companion.digest(source) != digest for source, digest in digests.items())]
    for name in stale:
        del shown[name]  # noted again as the page is read again
    return stale


def note_shown(env: Any, source: str = LEDGER) -> None:
    """Remember what the page being read is made from."""
    if not hasattr(env, "companion_shown"):
        env.companion_shown = {}
    digests = env.companion_shown.setdefault(env.docname, {})
    digests[source] = env.app.companion.digest(source)


def show_outputs(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the executed outputs, the strip and the closing blocks into a chapter's page."""
    note_shown(app.env, str(app.env.doc2path(docname, base=False)))  # Sphinx only asks the clock
    chapter = app.companion.chapter(docname)
    if chapter is None:
        return
    note_shown(app.env, chapter.slug)
    notebook = join(json.loads(source[0]), app.companion.executed[chapter.slug])
    entry = app.companion.entry(chapter.slug)
    admit(notebook, app.companion.katex,
          lambda record: claim_pages.foot(record, entry, app.companion))
    blocks.add(notebook, said.sections(app.companion.remarks, chapter.slug))
    slides.mark(notebook)
    source[0] = json.dumps(notebook)


def join(source: dict[str, Any], executed: dict[str, Any]) -> dict[str, Any]:
    """Return the source notebook with the outputs of the executed cells of the same id."""
    stored = {cell["id"]: cell for cell in executed["cells"] if cell["cell_type"] == "code"}
    notebook = copy.deepcopy(source)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["id"] in stored:
            cell["outputs"] = copy.deepcopy(stored[cell["id"]]["outputs"])
            cell["execution_count"] = stored[cell["id"]]["execution_count"]
    return notebook
