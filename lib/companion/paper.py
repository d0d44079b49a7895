"""A page of the site as it stands on paper: answers open, nothing to press, mathematics once."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cache
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from companion.page import Page

FORMULA = "\ue000"  # stands before the TeX of a formula and before its MathML until it is tagged
GONE = ("script, .glance, .headerlink, .turn, .foot, .copy, .claim-foot, .claim-cite, .scoreboard-filter, "
        ".strip-facts:has(a[download])")
SOLUTION = re.compile(r"Solution \d+")
REFERENCE = re.compile(r"url\(#")


@cache
def soup(page: Page) -> BeautifulSoup:
    """Return a page as a tree that can be changed: change a copy."""
    return BeautifulSoup(page.text, "html.parser")


def title(page: Page) -> str:
    """Return the heading of a page."""
    heading = soup(page).find("h1")
    return "".join(text for text in heading.strings if text != "¶").strip()


def article(page: Page, prefix: str, level: int, link: Callable[[str], str | None]) -> Tag:
    """Return the text of `page` for a document that holds other pages too.

    Its ids begin with `prefix`, its first heading is of `level`, and `link` says where a link leads
    from paper; one that leads nowhere stays as words.
    """
    text = copy.copy(soup(page).main)
    text.name, text.attrs = "article", {"id": "", "class": ["page"]}
    for tag in text.select(GONE):
        tag.decompose()
    for button in text.select("button"):
        button.unwrap()
    _formulas(text)
    _solutions(text)
    _folds(text)
    for heading in text.find_all(re.compile(r"h[1-6]")):
        heading["aria-level"] = str(int(heading.name[1]) + level - 1)
    _addresses(text, prefix, link)
    for tag in text.select("[src]"):
        tag["src"] = urljoin(page.path.as_uri(), tag["src"])
    return text


def _formulas(text: Tag) -> None:
    """Show each formula as KaTeX drew it; its alternative text holds its TeX and its MathML."""
    for formula in text.select(".katex"):
        tex = formula.find("annotation").extract().get_text()
        mathematics = formula.find(class_="katex-mathml").extract().math
        del formula.find(class_="katex-html")["aria-hidden"]
        formula["role"], formula["aria-label"] = "img", f"{FORMULA}{tex}{FORMULA}{mathematics}"


def _solutions(text: Tag) -> None:
    """Move the solutions out of sight of their exercises: to a section after these."""
    folds = [fold for fold in text.find_all("details")
             if SOLUTION.fullmatch(fold.summary.get_text(strip=True))]
    if not folds:
        return
    make = BeautifulSoup("", "html.parser").new_tag
    section, heading = make("section", attrs={"id": "solutions"}), make("h2", string="Solutions")
    section.append(heading)
    folds[0].find_parent("section").insert_after(section)
    for fold in folds:
        fold.summary.name = "h3"
        fold.name, fold.attrs = "div", {"class": ["solution"]}
        section.append(fold.extract())


def _folds(text: Tag) -> None:
    """Open what the page folds, but for code: that of drawings is in the notebook."""
    for fold in text.select("details.hide"):
        fold.decompose()
    for fold in text.find_all("details"):
        fold.summary.name = "p"
        fold.p["class"] = "fold"
        fold.name = "div"


def _addresses(text: Tag, prefix: str, link: Callable[[str], str | None]) -> None:
    """Give ids their prefix, and let what refers to them follow."""
    for tag in [text, *text.find_all(True)]:
        for name, value in list(tag.attrs.items()):
            if name == "id":
                tag["id"] = f"{prefix}--{value}" if value else prefix
            elif name == "href" and tag.name == "a":
                target = link(value)
                if target is None:
                    del tag["href"]
                else:
                    tag["href"] = target
            elif name in ("href", "xlink:href"):
                tag[name] = value.replace("#", f"#{prefix}--", 1)
            elif isinstance(value, str):
                tag[name] = REFERENCE.sub(f"url(#{prefix}--", value)
