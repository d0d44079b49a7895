"""The Sphinx extension that makes pages of executed chapters.

It executes what is stale, hands the stored outputs to the current source of each page, renders
mathematics, and writes what is generated from the ledger: scoreboard, chapter cards, provenance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

from companion import current
from companion.sphinx import (claim_pages, downloads, katex, layout, library, metadata, pages,
                              releases_page, slides)
from companion.sphinx.blocks import ChapterBlock
from companion.sphinx.cards import ChapterCards
from companion.sphinx.claim_links import ClaimLinks
from companion.sphinx.cost import StudyCost
from companion.sphinx.digits_page import StableDigits
from companion.sphinx.faults_page import PlantedFaults
from companion.sphinx.glance import Glance
from companion.sphinx.notions import Notions
from companion.sphinx.quoted import QuotedClaims
from companion.sphinx.remarks_page import Errata, Replies
from companion.sphinx.scales_page import Scales, ScaleSettings
from companion.sphinx.scoreboard import Scoreboard
from companion.sphinx.seeds_page import UnseenSeeds
from companion.sphinx.speed_page import Speed
from companion.sphinx.teaching_page import Teaching
from companion.sphinx.translator import Translator
from implicitreg import cards


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the parts to Sphinx."""
    app.add_config_value("companion_sources", _sources(), "env")
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it for an unused extension
    app.add_html_math_renderer(
        "katex", (katex.visit_math, None), (katex.visit_math_block, None)
    )
    app.add_transform(katex.EquationLabels)
    app.add_directive("chapter-block", ChapterBlock)
    app.add_directive("chapter-cards", ChapterCards)
    app.add_directive("claims", QuotedClaims)
    app.add_directive("errata", Errata)
    app.add_directive("glance", Glance)
    app.add_directive("notions", Notions)
    app.add_directive("planted-faults", PlantedFaults)
    app.add_directive("predict-cue", slides.Cue)
    app.add_directive("releases", releases_page.Releases)
    app.add_directive("replies", Replies)
    app.add_directive("scale-settings", ScaleSettings)
    app.add_directive("scales", Scales)
    app.add_directive("scoreboard", Scoreboard)
    app.add_directive("slide-mark", slides.Mark)
    app.add_directive("speed", Speed)
    app.add_directive("stable-digits", StableDigits)
    app.add_directive("teaching", Teaching)
    app.add_directive("study-cost", StudyCost)
    app.add_directive("unseen-seeds", UnseenSeeds)
    app.connect("builder-inited", pages.prepare)
    app.connect("builder-inited", _refuse_raw)
    app.connect("env-get-outdated", pages.outdated)
    app.connect("env-updated", layout.retitled)
    app.connect("source-read", pages.show_outputs)
    app.connect("source-read", library.write_rooms)
    app.connect("autodoc-process-docstring", library.rewrite, priority=400)  # before napoleon
    app.connect("html-collect-pages", claim_pages.collect)
    app.connect("html-page-context", layout.add_to_page)
    app.connect("html-page-context", slides.drop)
    app.connect("html-collect-pages", releases_page.collect)
    app.connect("html-collect-pages", slides.collect)
    app.connect("html-page-context", metadata.add_to_page)
    app.connect("build-finished", releases_page.publish)
    app.connect("build-finished", downloads.publish)  # the last: its archive holds all files
    app.add_transform(layout.Dropdowns)
    app.add_transform(ClaimLinks)
    app.set_translator("html", Translator)
    app.setup_extension("myst_nb")
    folded = (layout.visit_folded, layout.depart_folded)
    app.add_node(HideCodeCellNode, override=True, html=folded)
    return {"parallel_read_safe": False, "parallel_write_safe": False}


def _refuse_raw(app: Sphinx) -> None:
    """Refuse docutils' ``raw`` in every source: HTML comes from this extension only."""
    app.env.settings["raw_enabled"] = False


def _sources() -> str:
    """Return a digest of the workshop: pages made by an older one are made again."""
    return current.digest([*current.below(current.WORKSHOP), Path(cards.__file__)])
