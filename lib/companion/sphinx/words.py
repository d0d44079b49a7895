"""Verdicts, numbers and papers as short phrases of HTML."""

from __future__ import annotations

import html
import re
from typing import Any

from implicitreg import cards

VERDICTS = {  # word: (glyph, name of its colour in book.css), best first
    "reproduced": ("✓", "good"),
    "fails as it should": ("✓", "good"),
    "reproduced in part": ("◐", "part"),
    "not testable here": ("–", "none"),
    "does not fail": ("✗", "bad"),
    "not reproduced": ("✗", "bad"),
}


def verdict(word: str) -> str:
    """Return a verdict as glyph and word: legible without colour."""
    glyph, colour = VERDICTS[word]
    sign = f'<span aria-hidden="true">{glyph}</span>'
    return f'<span class="verdict-word v-{colour}">{sign} {word}</span>'


def sign(word: str) -> str:
    """Return a verdict as its glyph alone, with the word for who does not see it."""
    glyph, colour = VERDICTS[word]
    return (f'<span class="verdict-word v-{colour}" title="{word}"><span aria-hidden="true">{glyph}'
            f'</span><span class="visually-hidden">{word}: </span></span>')


def number(x: float | None) -> str:
    """Return a measured value to three digits; below 1e-12 only that.

    >>> number(2.8491), number(-0.00015), number(3e-15), number(1563.0), number(None)
    ('2.85', '−1.5·10⁻⁴', '< 10⁻¹²', '1563', 'no number')
    """
    if x is None:
        return "no number"
    if 0 < abs(x) < 1e-12:
        return "< 10⁻¹²"
    if x == 0 or 1e-3 <= abs(x) < 1e5:
        return (f"{x:.0f}" if abs(x) >= 1000 else f"{x:.3g}").replace("-", "−")
    mantissa, exponent = f"{x:.2e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa.rstrip('0').rstrip('.')}·10{power}".replace("-", "−")


def value(observed: dict[str, Any]) -> str:
    """Return an observed value, and which one of its trials' it is where each has one."""
    return f"{cards.end(observed)} <b>{number(observed['value'])}</b>".lstrip()


def span(observed: dict[str, Any]) -> str:
    """Return the interval of an observed value, else what it stands among, else nothing."""
    if cards.end(observed):
        return cards.others(observed)
    ends = [observed.get(name) for name in ("low", "high")]
    ends = ends if None not in ends else [observed["min"], observed["max"]]
    return "" if observed["n"] == 1 or ends[0] == ends[1] else " to ".join(map(number, ends))


def duration(seconds: float) -> str:
    """Return a time as a reader says it.

    >>> duration(0.4), duration(12.3), duration(200)
    ('0.4 s', '12 s', '3 min 20 s')
    """
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def authors(fields: dict[str, Any]) -> str:
    """Return the authors of a paper by family name.

    >>> authors({"families": ["Razin", "Cohen"]}), authors({"families": ["B", "D", "F"]})
    ('Razin and Cohen', 'B, D and F')
    """
    family = fields["families"]
    return " and ".join(filter(None, [", ".join(family[:-1]), family[-1]]))


def paper(fields: dict[str, Any]) -> str:
    """Return the paper of a chapter: authors, title, venue, year."""
    return (f"{html.escape(authors(fields))}, <cite>{html.escape(fields['title'])}"
            f"</cite>, {where(fields)}")


def where(fields: dict[str, Any]) -> str:
    """Return venue and year of a paper, the venue by its acronym if it has one.

    >>> where({"booktitle": "Advances in Neural Things 32 (NeurIPS)", "year": "2019"})
    'NeurIPS 2019'
    """
    venue = fields.get("booktitle") or fields.get("journal") or ""
    acronym = re.search(r"\(([A-Z]\w+)\)$", venue)
    return html.escape(f"{acronym.group(1) if acronym else venue} {fields['year']}".strip())


def reference(fields: dict[str, Any]) -> str:
    """Return authors and year."""
    return f"{html.escape(authors(fields))} {html.escape(fields['year'])}"


def percent(x: float) -> str:
    """Return a margin as a percentage, large ones cut off at ten times the threshold.

    >>> percent(0.0321), percent(-0.25), percent(37.5)
    ('3.21 %', '−25 %', '> 1000 %')
    """
    return "> 1000 %" if x > 10 else f"{100 * x:.3g} %".replace("-", "−")


def day(moment: str) -> str:
    """Return a moment of provenance as a reader says it.

    >>> day("2026-01-02T03:04:05+00:00")
    '2026-01-02 03:04:05 UTC'
    """
    return moment.replace("T", " ").replace("+00:00", " UTC")


def kernels(provenance: dict[str, Any]) -> str:
    """Return the kernels that the BLAS picked, if that is known.

    >>> kernels({"blas_kernels": [{"architecture": "Zen"}, {"architecture": "Zen"}]}), kernels({})
    ('Zen kernels', '')
    """
    picked = sorted({each["architecture"] for each in provenance.get("blas_kernels", [])} - {None})
    return f"{' and '.join(picked)} kernels" if picked else ""


def blas(provenance: dict[str, Any]) -> str:
    """Return each BLAS of a run with the kernels that it picked, and what it was told to pick.

    >>> loaded = {"library": "openblas", "version": "0.3", "architecture": "Zen", "threads": 1}
    >>> blas({"blas_kernels": [loaded], "environment": {"OPENBLAS_CORETYPE": "Zen"}})
    'openblas 0.3 (Zen kernels), told OPENBLAS_CORETYPE=Zen'
    >>> blas({"blas": "scipy-openblas 0.3"}), blas({"blas": None, "blas_kernels": []})
    ('scipy-openblas 0.3', 'unknown')
    """
    found = [f"{each['library']} {each['version']} ({each['architecture'] or 'unknown'} kernels)"
             for each in provenance.get("blas_kernels", [])] or [provenance["blas"] or "unknown"]
    told = [f"{name}={value}" for name, value in provenance.get("environment", {}).items()]
    return ", ".join([*dict.fromkeys(found), *([f"told {' '.join(told)}"] if told else [])])


def made(provenance: dict[str, Any]) -> str:
    """Return when and with what something was measured."""
    commit, versions = provenance["commit"], provenance["versions"]
    when = day(provenance["date"])
    return ", ".join(filter(None, [
        when, f"commit {commit[:12]}" if commit else "",
        *(f"{name} {version}" for name, version in versions.items()), provenance["cpu"],
        kernels(provenance)]))


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> plural(1, "claim"), plural(3, "claim")
    ('1 claim', '3 claims')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def definitions(rows: dict[str, str], attributes: str = "") -> str:
    """Return facts as a list of names and values."""
    lines = "".join(f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in rows.items())
    return f'<dl class="provenance"{attributes}>{lines}</dl>'
