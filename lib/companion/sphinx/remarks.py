"""Where a chapter's page leads to what was said about it: a fact, two sections, a sentence."""

from __future__ import annotations

from companion.remarks import Remarks

OBJECT = ("Authors of the paper, and whoever finds a claim unfair or wrong: "
          "[how to object](../book/authors.md).")


def sections(found: Remarks, slug: str) -> str:
    """Return the last sections of chapter `slug` as Markdown: replies and errata, if any."""
    parts = [("Replies", found.replies.get(slug)), ("Errata", found.errata_of(slug))]
    return "\n\n".join(f"## {title}\n\n```{{{title.lower()}}} {slug}\n```"
                       for title, entries in parts if entries)


def facts(found: Remarks, slug: str) -> str:
    """Return links to these sections, for the strip under the title of chapter `slug`."""
    replies, errata = map(len, found.of(slug))
    counts = [("replies", replies, "reply"), ("errata", errata, "erratum")]
    return "".join(f', <a href="#{many}">{count} {one if count == 1 else many}</a>'
                   for many, count, one in counts if count)
