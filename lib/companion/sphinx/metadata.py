"""What a page says of itself in its head, for reference managers and for search engines.

Reference managers read the tags ``citation_*``, search engines a description in the vocabulary of
schema.org. A claim is described as a Claim with a review in words, not as a ClaimReview: that one
rates what somebody said as true or false, and a verdict speaks of one setting only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sphinx.application import Sphinx

from companion.sphinx import cite
from implicitreg import cards

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ROLE = {"paper": "appearance", "derived": "isBasedOn"}  # what the paper is to the claim


def add_to_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the template what describes the book, a chapter or a claim; nothing on other pages."""
    companion, found = app.companion, None
    chapter = companion.chapter(pagename)
    if pagename == app.config.root_doc:
        found = companion.release["title"], book(companion)
    elif chapter:
        entry = companion.entry(chapter.slug)
        found = cite.plain(entry["title"]), of_chapter(entry, companion)
    elif pagename.startswith(f"{cite.FOLDER}/"):
        record, entry = companion.record(pagename.removeprefix(f"{cite.FOLDER}/"))
        title = f"Claim {record['claim']}: {record['statement']}"
        found = title, of_claim(record, entry, companion)
    if found:
        title, described = found
        context["citation"] = _tags(title, pagename, companion)
        described = {"@context": "https://schema.org", **described, **_address(pagename, companion)}
        context["linked_data"] = data(described)


def data(described: Mapping[str, Any]) -> str:
    """Return JSON that stands in a script element and cannot end it.

    >>> data({"name": "</script>"})
    '{"name": "\\\\u003c/script>"}'
    """
    return json.dumps(described, ensure_ascii=False).replace("<", "\\u003c")


def _tags(title: str, pagename: str, companion: Any) -> list[tuple[str, str]]:
    about = companion.release
    tags = [("title", title), ("author", about["author"]),
            ("publication_date", about["date"].replace("-", "/")), ("language", "en")]
    if title != about["title"]:
        tags.append(("inbook_title", about["title"]))
    if companion.site:
        tags += [(name, companion.url(pagename)) for name in ("public_url", "fulltext_html_url")]
    return [(f"citation_{name}", content) for name, content in tags]


def _address(pagename: str, companion: Any) -> dict[str, str]:
    return {"url": companion.url(pagename)} if companion.site else {}


def _author(companion: Any) -> dict[str, str]:
    return {"@type": "Organization", "name": companion.release["author"]}


def book(companion: Any) -> dict[str, Any]:
    """Return the description of the book."""
    about = companion.release
    return {"@type": "Book", "name": about["title"], "author": _author(companion),
            "datePublished": about["date"], "version": about["version"], "inLanguage": "en",
            "license": LICENCE}


def of_chapter(entry: Mapping[str, Any], companion: Any) -> dict[str, Any]:
    """Return the description of a chapter, and of the paper that it is based on."""
    about, paper = companion.release, entry["paper"]
    based = {} if cite.is_own(paper, companion) else {"isBasedOn": _paper(paper)}
    return {"@type": ["Chapter", "LearningResource"], "name": cite.plain(entry["title"]),
            "author": _author(companion), "datePublished": about["date"],
            "version": about["version"], "inLanguage": "en", "license": LICENCE,
            "isPartOf": book(companion), **based}


def of_claim(
    record: Mapping[str, Any], entry: Mapping[str, Any], companion: Any
) -> dict[str, Any]:
    """Return the description of a claim, with its verdict as a review in words."""
    seen = "; ".join(f"{part['criterion']}: seen {cards.seen(part['observed'])}"
                     for part in record["parts"]) or record["reason"]
    role = ROLE.get(record["claim_by"])
    whose = {role: _paper(entry["paper"])} if role else {"author": _author(companion)}
    review = {"@type": "Review", "author": _author(companion),
              "datePublished": entry["provenance"]["date"][:10],
              "reviewBody": f"{record['verdict']}. {seen}"}
    part_of = {"@type": "Chapter", "name": cite.plain(entry["title"]), "isPartOf": book(companion)}
    return {"@type": "Claim", "name": record["claim"], "text": record["statement"],
            "inLanguage": "en", **whose, "isPartOf": part_of, "review": review}


def _paper(fields: Mapping[str, Any]) -> dict[str, Any]:
    elsewhere = [f"https://doi.org/{fields['doi']}"] if "doi" in fields else []
    if fields.get("archiveprefix") == "arXiv":
        elsewhere.append(f"https://arxiv.org/abs/{fields['eprint']}")
    return {"@type": "ScholarlyArticle", "name": fields["title"],
            "author": [{"@type": "Person", "name": name} for name in fields["authors"]],
            "datePublished": fields["year"], **({"sameAs": elsewhere} if elsewhere else {})}
