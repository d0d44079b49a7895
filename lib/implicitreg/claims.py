"""Claims, the checks that decide them, and verdicts.

A check reads as a sentence of the argument::

    chapter.check("momentum-accelerates",
        median("GD iterations / Polyak iterations", ratio) >= 2.5,
        share("problems solved by all three", solved) >= 0.9,
        criterion_by="ours")

Each inequality is a `Part` with its margin to flipping (room `criteria`); the parts together give
the verdict.
"""

from dataclasses import asdict, dataclass

from implicitreg import cards
from implicitreg.criteria import Part

CLAIMS_MIME = "application/vnd.implicitreg.claims+json"
VERDICT_MIME = "application/vnd.implicitreg.verdict+json"
CLAIM_BY = ("paper", "derived", "ours")
CRITERION_BY = ("theorem", "paper", "ours")


@dataclass(frozen=True)
class Claim:
    """One sentence that can be wrong, whose it is, and what would refute it."""

    id: str
    statement: str
    by: str
    source: str
    refuted_by: str
    control: bool


@dataclass(frozen=True)
class ClaimBox:
    """Claims as a reader meets them, before any check; shows itself in a notebook."""

    slug: str
    claims: tuple[Claim, ...]

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        claims = [asdict(claim) for claim in self.claims]
        return {
            CLAIMS_MIME: {"schema": 1, "chapter": self.slug, "claims": claims},
            "text/html": cards.claims_html(claims),
            "text/plain": cards.claims_text(claims),
        }

    def __repr__(self) -> str:
        return cards.claims_text([asdict(claim) for claim in self.claims])


@dataclass(frozen=True)
class Verdict:
    """The verdict record of one claim; as the last value of a cell it shows its card."""

    record: dict

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            VERDICT_MIME: self.record,
            "text/html": cards.verdict_html(self.record),
            "text/plain": cards.verdict_text(self.record),
        }

    def __repr__(self) -> str:
        return cards.verdict_text(self.record)


@dataclass(frozen=True)
class Attempt:
    """A card for an exercise: it shows what holds and leaves no record."""

    parts: tuple[Part, ...]

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        rows = [asdict(part) for part in self.parts]
        return {"text/html": cards.parts_html(rows), "text/plain": cards.parts_text(rows)}

    def __repr__(self) -> str:
        return cards.parts_text([asdict(part) for part in self.parts])


def attempt(*parts: Part) -> Attempt:
    """Judge `parts` as a check would, for an exercise; nothing is recorded."""
    return Attempt(parts)


class Chapter:
    """The claims of one chapter, and the checks that decide them.

    Parameters
    ----------
    slug : str
        The chapter's name in claim ids, `<slug>/<claim>`.
    paper : str
        How the chapter cites its paper, for example "Maunu and Molina-Fructuoso (2024)".
    """

    def __init__(self, slug: str, paper: str) -> None:
        self.slug, self.paper = slug, paper
        self.declared: dict[str, Claim] = {}

    def claim(
        self, name: str, statement: str, *, by: str, source: str, refuted_by: str,
        control: bool = False,
    ) -> None:
        """Declare a claim. Raises ValueError if `by` is none of paper, derived, ours."""
        if by not in CLAIM_BY:
            raise ValueError(f"by = {by!r}: must be one of {', '.join(CLAIM_BY)}")
        claim = Claim(f"{self.slug}/{name}", statement, by, source, refuted_by, control)
        self.declared[name] = claim

    def control(self, name: str, statement: str, *, by: str, source: str, refuted_by: str) -> None:
        """Declare a control: a setting in which theory says that the effect is absent."""
        self.claim(name, statement, by=by, source=source, refuted_by=refuted_by, control=True)

    @property
    def claims(self) -> "ClaimBox":
        """The box of the claims declared so far."""
        return self._box(control=False)

    @property
    def controls(self) -> "ClaimBox":
        """The box of the controls declared so far."""
        return self._box(control=True)

    def _box(self, control: bool) -> "ClaimBox":
        chosen = tuple(c for c in self.declared.values() if c.control == control)
        return ClaimBox(self.slug, chosen)

    def check(self, name: str, *parts: Part, criterion_by: str) -> Verdict:
        """Decide the claim `name` by `parts`, all of which must hold.

        Raises
        ------
        ValueError
            If `name` was not declared, there are no parts, or `criterion_by` is none of
            theorem, paper, ours.
        """
        if not parts:
            raise ValueError(f"check of {name!r}: give at least one part")
        if criterion_by not in CRITERION_BY:
            allowed = ", ".join(CRITERION_BY)
            raise ValueError(f"criterion_by = {criterion_by!r}: must be one of {allowed}")
        claim = self._claim(name)
        margins = [part.margin for part in parts]
        holds = all(part.holds for part in parts)
        return self._verdict(
            claim,
            criterion="; ".join(part.criterion for part in parts),
            criterion_by=criterion_by,
            observed=[part.observed for part in parts],
            margin=None if None in margins else min(margins),
            holds=holds,
            parts=[asdict(part) for part in parts],
            verdict=_word(claim.control, [part.holds for part in parts]),
            reason="" if holds else cards.reason([asdict(p) for p in parts if not p.holds]),
        )

    def not_testable(self, name: str, reason: str) -> Verdict:
        """Record that the claim `name` cannot be tested here, and why."""
        return self._verdict(
            self._claim(name), criterion="", criterion_by=None, observed=[], margin=None,
            holds=None, parts=[], verdict="not testable here", reason=reason,
        )

    def _claim(self, name: str) -> Claim:
        if name not in self.declared:
            declared = ", ".join(self.declared) or "none"
            raise ValueError(f"name = {name!r}: not a declared claim; declared: {declared}")
        return self.declared[name]

    def _verdict(self, claim: Claim, **fields: object) -> Verdict:
        source = f"{self.paper}, {claim.source}" if claim.by == "paper" else claim.source
        return Verdict({
            "schema": 1, "claim": claim.id, "statement": claim.statement, "source": source,
            "claim_by": claim.by, "control": claim.control, **fields,
        })


def _word(control: bool, holds: list[bool]) -> str:
    if control:
        return "fails as it should" if all(holds) else "does not fail"
    if all(holds):
        return "reproduced"
    return "reproduced in part" if any(holds) else "not reproduced"

