"""How to cite a chapter, and a claim: a sentence, and an entry for BibTeX."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pybtex.database import BibliographyData, Entry, Person
from pybtex.database.output.bibtex import Writer

from companion.chapters import read_yaml

FOLDER = "claims"  # the pages of the claims: their addresses never change


def release(root: Path) -> dict[str, str]:
    """Return title, author, version, date and year of the book, as ``CITATION.cff`` has them."""
    cited = read_yaml(root / "CITATION.cff")
    date = str(cited["date-released"])
    return {"title": cited["title"], "author": cited["authors"][0]["name"],
            "version": str(cited["version"]), "date": date, "year": date[:4]}


def plain(title: str) -> str:
    """Return a Markdown title as plain text.

    >>> plain("Rank, *not* norm: `depth`")
    'Rank, not norm: depth'
    """
    return re.sub(r"[*`]|\\(?=[()])", "", title)


def page_of(claim: str) -> str:
    """Return the page of a claim, without its suffix; it follows from the claim's permanent id.

    >>> page_of("norms-diverging/det-sign")
    'claims/norms-diverging/det-sign'
    """
    return f"{FOLDER}/{claim}"


def is_own(paper: Mapping[str, Any], companion: Any) -> bool:
    """Tell whether a chapter is on no paper of others, but on the book itself."""
    return paper["title"] == companion.release["title"]


def chapter(entry: Mapping[str, Any], companion: Any) -> str:
    """Return how to cite the chapter that the ledger has as `entry`."""
    about, title = companion.release, plain(entry["title"])
    fields = {"title": title, "booktitle": about["title"], "note": f"Version {about['version']}"}
    return _block(f"{html.escape(title)}. In {_book(about)}", f"{entry['chapter']}-reproduced",
                  fields, f"notebooks/{entry['chapter']}", companion)


def claim(record: Mapping[str, Any], entry: Mapping[str, Any], companion: Any) -> str:
    """Return how to cite the claim of `record`, which its chapter `entry` checks."""
    about, title, name = companion.release, plain(entry["title"]), record["claim"]
    sentence = (f"“{html.escape(record['statement'])}” Claim {html.escape(name)}: "
                f"{record['verdict']}. In {html.escape(title)}, {_book(about)}")
    fields = {"title": record["statement"], "chapter": title, "booktitle": about["title"],
              "note": f"Claim {name}: {record['verdict']}. Version {about['version']}"}
    return _block(sentence, name.replace("/", "--"), fields, page_of(name), companion)


def _book(about: Mapping[str, str]) -> str:
    return f"<cite>{html.escape(about['title'])}</cite>, version {html.escape(about['version'])}"


def _block(
    sentence: str, key: str, fields: Mapping[str, str], page: str, companion: Any
) -> str:
    about, url = companion.release, companion.url(page)
    link = f" {html.escape(url)}" if url else ""
    entry = bibtex(key, {**fields, "year": about["year"], **({"url": url} if url else {})},
                   about["author"])
    return (f'<div class="cite-block"><p>{html.escape(about["author"])} ({about["year"]}). '
            f"{sentence}.{link}</p>"
            f'<pre class="bibtex" role="group" tabindex="0" aria-label="BibTeX entry">{html.escape(entry)}'
            "</pre></div>")


def bibtex(key: str, fields: Mapping[str, str], author: str) -> str:
    """Return an entry whose title and author BibTeX leaves as they are written.

    >>> print(bibtex("one", {"title": "5 % of {U"}, "The authors"))
    @incollection{one,
        author = "{The authors}",
        title = "{5 \\% of U}"
    }
    """
    text = {name: re.sub(r"[{}\\]", "", value) for name, value in fields.items()}
    entry = Entry("incollection", fields={**text, "title": f"{{{text['title']}}}"},
                  persons={"author": [Person(f"{{{re.sub('[{}]', '', author)}}}")]})
    # asked by name, pybtex looks for its writer among all that is installed, anew for each entry
    return Writer().to_string(BibliographyData({key: entry})).strip()
