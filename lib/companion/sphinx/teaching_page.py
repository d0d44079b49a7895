"""The page for teachers: two paths through the book, and what each chapter is to a class."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from companion import teaching
from companion.handouts import points
from companion.sphinx import cite, launch, pages
from companion.sphinx.outputs import anchor

CHAPTERS = "chapters"
NUMBERED = {"lectures": "Lecture", "weeks": "Week"}


class Teaching(SphinxDirective):
    """One part of the page: the lectures, the weeks, or the chapters."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the part, an entry to unfold for each session or chapter."""
        companion, part = self.env.app.companion, self.arguments[0]
        if part not in (*NUMBERED, CHAPTERS):
            raise self.error(f"no part {part!r}; allowed: {', '.join((*NUMBERED, CHAPTERS))}")
        for source in (pages.LEDGER, pages.TAUGHT, teaching.DATA):
            pages.note_shown(self.env, source)
        writer = _Writer(companion, self.env)
        if part == CHAPTERS:
            entries = [writer.chapter(each.slug) for each in companion.book.chapters()]
        else:
            entries = [writer.session(f"{NUMBERED[part]} {number}", session)
                       for number, session in enumerate(companion.teaching[part], start=1)]
        return [nodes.raw("", "".join(entries), format="html")]


@dataclass(frozen=True)
class _Writer:
    """What the entries are made of: the book, and where its pages are from here."""

    companion: Any
    env: Any

    def session(self, name: str, session: Mapping[str, Any]) -> str:
        """Return a session: what is read, how the time goes, what is set."""
        reading = sum(self.companion.taught[slug]["minutes"] for slug in session["chapters"])
        steps = "".join(
            f'<tr><th scope="row">{step["minutes"]} min</th><td>{self._tex(step["does"])}'
            f'{self._claims(step.get("shows", []))}</td></tr>' for step in session["steps"])
        rows = {
            "Chapters": _list(map(self._link, session["chapters"])),
            "Before": self._tex(session["before"]),
            "The question": self._tex(self._entry(session["opens"])["ask"]["question"]),
            "In class": f'<table class="plan">{steps}</table>',
            "Exercises": _list(self._set(*each) for each in session["homework"].items()),
        }
        work = sum(worth["minutes"] for each in session["homework"].items()
                   for worth in self._worth(*each))
        return _fold(name.lower().replace(" ", "-"), f'{name}. {self._tex(session["title"])}',
                     f"{reading} minutes to read, {work} of exercises", rows)

    def chapter(self, slug: str) -> str:
        """Return what a class needs, learns, is asked and works on in chapter `slug`."""
        entry, told = self._entry(slug), self.companion.taught[slug]
        work, total = (sum(each[name] for each in entry["exercises"])
                       for name in ("minutes", "points"))
        rows = {
            "Needs": self._tex(told["needs"]) + "".join(
                f"; {self._link(need)}" for need in entry["needs"]),
            "Goals": _list(map(self._tex, entry["goals"])),
            "Ask": self._ask(entry["ask"]),
            "Exercises": self._exercises(told["exercises"], entry["exercises"]),
            "Files": f'<a href="{self._page(slug)}">the chapter</a>, '
                     f'<a href="../slides/{html.escape(slug)}.html">slides</a>, '
                     f'<a href="{self._beside(slug, launch.files(slug)["for students"])}" download>'
                     "student’s copy</a>, "
                     f'<a href="{self._beside(slug, launch.solutions(slug))}" download>'
                     "solutions</a>",
        }
        facts = (f'{told["minutes"]} minutes to read, {work} of exercises for '
                 f"{points(total)}")
        return _fold(f"teach-{slug}", self._title(slug), facts, rows)

    def _ask(self, ask: Mapping[str, Any]) -> str:
        answers = "; ".join(f"<b>{self._tex(answer)}</b>" if answer == ask["right"] else
                            self._tex(answer) for answer in ask["answers"])
        return (f'{self._tex(ask["question"])}<span class="plan-more">{answers}</span>'
                f'{self._claims(ask["shown_by"])}')

    def _exercises(
        self, told: Sequence[Mapping[str, Any]], worth: Sequence[Mapping[str, Any]]
    ) -> str:
        rows = "".join(
            f'<tr><th scope="row">{each["number"]}</th><td>{self._tex(each["title"])}'
            f'{" <i>(check)</i>" if each["checked"] else ""}</td><td>{points(about["points"])}</td>'
            f'<td>{about["minutes"]} min</td></tr>'
            for each, about in zip(told, worth, strict=True))
        return f'<table class="plan">{rows}</table>' if rows else "none"

    def _set(self, slug: str, numbers: Sequence[int]) -> str:
        total = sum(worth["points"] for worth in self._worth(slug, numbers))
        return (f'<a href="{self._page(slug)}#exercises">{self._title(slug)}</a>: '
                f'{", ".join(map(str, numbers))} ({points(total)})')

    def _worth(self, slug: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        return [self._entry(slug)["exercises"][number - 1] for number in numbers]

    def _claims(self, claims: Sequence[str]) -> str:
        links = ", ".join(
            f'<a class="claim-id" href="{self._page(claim.split("/")[0])}#{anchor(claim)}">'
            f'{html.escape(claim.split("/")[1])}</a>' for claim in claims)
        return f'<span class="plan-more">{links}</span>' if links else ""

    def _link(self, slug: str) -> str:
        return f'<a href="{self._page(slug)}">{self._title(slug)}</a>'

    def _title(self, slug: str) -> str:
        return html.escape(cite.plain(self.companion.entry(slug)["title"]))

    def _page(self, slug: str) -> str:
        return self.env.app.builder.get_relative_uri(self.env.docname, f"notebooks/{slug}")

    def _beside(self, slug: str, name: str) -> str:
        return html.escape(f'{self._page(slug).rpartition("/")[0]}/{name}')

    def _entry(self, slug: str) -> dict[str, Any]:
        return self.companion.teaching["chapters"][slug]

    def _tex(self, text: str) -> str:
        return self.companion.katex.text(text)


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _fold(identity: str, title: str, facts: str, rows: Mapping[str, str]) -> str:
    """Return an entry that unfolds; its parts are named."""
    parts = "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows.items())
    return (f'<details class="plan" id="{identity}"><summary>{title} '
            f'<span class="plan-facts">{facts}</span></summary><dl>{parts}</dl></details>')
