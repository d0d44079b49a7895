"""The list of releases, and for each of them the page of what it stated."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from companion import releases, storage
from companion.releases import Release
from companion.sphinx import pages, quoted
from companion.sphinx.cards import tally


class Releases(SphinxDirective):
    """The releases, the latest first: day, verdicts, and what changed against the one before."""

    def run(self) -> list[nodes.Node]:
        """Return the list; while there is none, say which version is to come."""
        companion = self.env.app.companion
        pages.note_shown(self.env, pages.RELEASES)
        pages.note_shown(self.env, releases.CITATION)
        if not companion.releases:
            version, _ = releases.cited(companion.book.root)
            text = f"No version is released yet. The first will be {version}."
            return [nodes.paragraph("", text)]
        before = [*companion.releases[1:], None]
        items = "".join(self._item(*pair) for pair in zip(companion.releases, before))
        return [nodes.raw("", f'<ul class="quoted">{items}</ul>', format="html")]

    def _item(self, release: Release, before: Release | None) -> str:
        page = self.env.app.builder.get_relative_uri(self.env.docname, _docname(release))
        changed = releases.changes(before.ledger, release.ledger) if before else []
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in changed)
        against = "" if before is None else (
            f"<p>Against {before.version}:</p><ul>{lines}</ul>" if changed
            else f"<p>No claim, criterion or verdict changed against {before.version}.</p>")
        claims = [claim for entry in release.ledger["chapters"] for claim in entry["claims"]]
        data = page.rpartition("/")[0] + f"/{releases.LEDGER}"
        return (f"<li><b>{release.version}</b>, {html.escape(release.date)}. {tally(claims)} "
                f'<a href="{page}">All claims</a>, <a href="{data}">ledger.json</a>{against}</li>')


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page of each release."""
    for release in app.companion.releases:
        yield _docname(release), {"title": f"Version {release.version}",
                                  "body": _body(release, app.companion.katex)}, "page.html"


def publish(app: Sphinx, error: Exception | None) -> None:
    """Put the ledger of each release at its permanent address."""
    if error or app.builder.format != "html":
        return
    for release in app.companion.releases:
        source = releases.folder(app.companion.book) / release.version / releases.LEDGER
        target = Path(app.outdir) / "releases" / release.version / releases.LEDGER
        storage.write(target, source.read_text(encoding="utf-8"))


def _docname(release: Release) -> str:
    return f"releases/{release.version}/claims"


def _body(release: Release, tex: Any) -> str:
    chapters = "".join(
        f'<section id="{entry["chapter"]}"><h2>{html.escape(entry["chapter"])}</h2>'
        f'<ul class="quoted">{"".join(_claim(claim, tex) for claim in entry["claims"])}</ul>'
        "</section>" for entry in release.ledger["chapters"])
    return (f"<h1>Version {release.version}</h1><p>What the book stated on "
            f'{html.escape(release.date)}. The same as data: <a href="{releases.LEDGER}">'
            f"{releases.LEDGER}</a>.</p>{chapters}")


def _claim(claim: dict[str, Any], tex: Any) -> str:
    identity = claim["claim"].replace("/", "--")
    return quoted.item(claim, f"#{identity}", tex, identity)
