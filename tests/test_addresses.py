"""Addresses are for ever: what somebody may have cited is still there."""

from functools import cache
from pathlib import Path

import pytest

from companion.chapters import Book, read_yaml
from companion.page import Page
from companion.sphinx import cite

ROOT = Path(__file__).parents[1]
STORED = (ROOT / "tests" / "addresses.txt").read_text(encoding="utf-8").split()


def promised(slug, claim):
    """The addresses that a claim has: in its chapter, and its own page."""
    return [f"notebooks/{slug}.html#claim-{claim}", f"{cite.page_of(f'{slug}/{claim}')}.html"]


def test_each_chapter_and_each_claim_is_stored():
    due = [f"{folder}/{chapter.slug}.html" for chapter in Book(ROOT).chapters()
           for folder in ("notebooks", "slides")]
    due += [address for chapter in Book(ROOT).chapters()
            for claim in read_yaml(ROOT / "tests" / "expected" / f"{chapter.slug}.yml")["book"]
            for address in promised(chapter.slug, claim)]
    assert set(due) - set(STORED) == set(), "add these to tests/addresses.txt, and take none away"
    assert len(set(STORED)) == len(STORED) > 300


@cache
def page(site, name):
    return Page(site, site / name)


@pytest.mark.parametrize("folder", ["notebooks/", "slides/", "claims/", "book/"])
def test_each_stored_address_is_still_there(built, folder):
    gone = []
    for address in (each for each in STORED if each.startswith(folder)):
        name, _, fragment = address.partition("#")
        if not (built / name).is_file() or (fragment and fragment not in page(built, name).ids):
            gone.append(address)
    assert gone == []
