"""Claims named in prose: wherever an id stands, it leads to the page of its claim."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from companion.sphinx import cite

ELSEWHERE = (nodes.FixedTextElement, nodes.reference, nodes.title)  # code, HTML, comments


class ClaimLinks(SphinxTransform):
    """Turn each id of a claim into a link; code and headings are left as they are."""

    default_priority = 850

    def apply(self, **kwargs: Any) -> None:
        """Split the texts that hold an id."""
        claims = [record["claim"] for entry in self.app.companion.ledger["chapters"]
                  for record in entry["claims"]]
        ids = re.compile(rf"(?<![\w/-])({'|'.join(map(re.escape, claims))})(?![\w/-])")
        for text in list(self.document.findall(nodes.Text)):
            if ids.search(text) and not _inside(text, ELSEWHERE):
                parts = ids.split(text.astext())
                text.parent.replace(text, [self._link(part) if i % 2 else nodes.Text(part)
                                           for i, part in enumerate(parts) if part])

    def _link(self, claim: str) -> nodes.Node:
        page = self.app.builder.get_relative_uri(self.env.docname, cite.page_of(claim))
        return nodes.reference("", claim, refuri=page, internal=True)


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False
