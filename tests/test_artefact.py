"""Each fault that a green build can hide is planted in a sound site, and must be found."""

import json
import shutil
from pathlib import Path

import pytest
import smallbook
import toybook

from companion import artefact, safety
from companion.chapters import Book

CHAPTER, BOARD, PROSE = "notebooks/alpha.html", "book/scoreboard.html", "book/notation.html"
CLAIM = "claims/alpha/one.html"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


@pytest.fixture
def site(sound, tmp_path):
    return shutil.copytree(smallbook.html(sound), tmp_path / "html")


@pytest.fixture(scope="module")
def passed(sound, tmp_path_factory):
    """The record of the sound site: it must hide no fault that comes after it."""
    record = tmp_path_factory.mktemp("record") / "sound.json"
    assert artefact.check_site(smallbook.html(sound), sound, record) == []
    return record


@pytest.fixture
def record(passed, tmp_path):
    return Path(shutil.copy(passed, tmp_path))


def replace(site, page, old, new):
    path = site / page
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{page} has no {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_site_has_no_findings(site, sound):
    assert artefact.check_site(site, sound) == []


@pytest.mark.parametrize("page, old, new, found", [
    (CHAPTER, 'data-key="', 'data-key="0', "stale: made from key"),
    (CHAPTER, "data-key=", "data-other=", "no provenance"),
    (CHAPTER, 'id="claim-one"', 'id="claim-two"', "the verdict of alpha/one is not shown"),
    (BOARD, 'id="alpha--one"', "", "the verdict of alpha/one is not shown"),
    (BOARD, "</span> reproduced", "</span> done", "alpha/one does not say 'reproduced'"),
    (CLAIM, 'id="claim-one"', 'id="claim-two"', "the verdict of alpha/one is not shown"),
    (CHAPTER, '<path d="M0,0L9,9" id="fig-a-p" stroke="currentColor"></path>', "",
     "nothing is drawn"),
    (CHAPTER, "<path", "<defs><path", "nothing is drawn"),
    (CHAPTER, 'aria-label="Rising"', 'aria-label=" "', "figure fig-k: no alternative text"),
    (CHAPTER, 'aria-label="Rising"', 'aria-label="_images/3f2a.png"', "is a path"),
    (CHAPTER, "<figcaption>A knob</figcaption>", "<figcaption> </figcaption>", "no caption"),
    (BOARD, "</main>", '<img src="../_static/icon.svg"></main>', "no alternative text"),
    (BOARD, "</main>", '<img src="gone.png" alt="A line"></main>', "gone.png, which is not there"),
    (BOARD, "</main>", '<img src="https://x.org/a.png" alt="A"></main>', "from elsewhere"),
    (BOARD, "</head>", '<script src="//cdn.org/a.js"></script></head>', "script loads //cdn.org"),
    (BOARD, "</head>", '<link rel="stylesheet" href="https://f.org/a.css"></head>', "link loads"),
    (BOARD, "</main>", '<p style="background:url(http://x.org/a)"></p></main>', "style loads"),
    (PROSE, "</main>", r"<p>so \alpha is small</p></main>", r"raw TeX: \alpha"),
    (PROSE, "</main>", "<p>so &lt;br&gt; it falls</p></main>", "raw HTML: <br>"),
    (PROSE, "</main>", '<p onclick="x()">x</p></main>', "p has the event handler onclick"),
    (PROSE, "connect-src 'none'", "connect-src *", "does not begin with the content-security policy"),
    (PROSE, "</main>", "<p>so $x_1$ is small</p></main>", "raw TeX: $x_1$"),
    (PROSE, "</main>", '<span class="katex-error">x</span></main>', "a formula with an error"),
    (PROSE, "</main>", "<pre>Traceback (most recent call last):</pre></main>", "a traceback"),
    (PROSE, "</main>", '<a href="gone.html">x</a></main>', "dead link gone.html"),
    (PROSE, "</main>", '<a href="verdicts.html#gone">x</a></main>', "no such place on that page"),
    (PROSE, "</main>", '<a href="#gone">x</a></main>', "dead link #gone"),
])
def test_a_planted_fault_is_found(site, sound, record, page, old, new, found):
    replace(site, page, old, new)
    for _ in range(2):  # nor is it forgotten
        findings = artefact.check_site(site, sound, record)
        assert any(found in each and each.startswith(page) for each in findings), findings
    assert sorted(findings) == sorted(artefact.check_site(site, sound))


def test_only_what_changed_is_searched_again(site, sound, record, monkeypatch):
    def searched():
        found = []
        monkeypatch.setattr(artefact.safety, "page", lambda page, _: found.append(page.name) or [])
        assert artefact.check_site(site, sound, record) == []
        return found

    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert searched() == []
    replace(site, PROSE, "</main>", "<p>x</p></main>")
    assert searched() == [PROSE] and searched() == []
    record.write_text("[")
    assert searched() == pages and searched() == []
    monkeypatch.setattr(artefact.passed.current, "installed", lambda: ["another lxml"])
    assert searched() == pages and searched() == []
    other = safety.digest("x")
    monkeypatch.setattr(artefact, "policy", lambda _: f"script-src '{other}'")
    assert searched() == pages


def test_what_is_quoted_as_code_is_no_fault(site, sound):
    replace(site, PROSE, "</main>",
            r"<pre>\frac $x$</pre><code>.venv\Scripts</code><!-- $x$ --><p>5 $ and 6</p></main>")
    assert artefact.check_site(site, sound) == []


@pytest.mark.parametrize("page, found", [
    (CHAPTER, "notebooks/alpha.html: missing"), (CLAIM, "claims/alpha/one.html: missing"),
    (BOARD, "book/scoreboard.html: missing"),
    ("ledger.json", "ledger.json: missing"), ("_static/book.css", "book.css, which is not there"),
    ("_static/katex/fonts/KaTeX_AMS-Regular.woff2", "css loads fonts/KaTeX_AMS-Regular.woff2"),
])
def test_a_missing_file_is_found(site, sound, record, page, found):
    (site / page).unlink()
    assert any(found in finding for finding in artefact.check_site(site, sound, record))


def test_a_file_that_could_run_is_found(site, sound):
    shutil.copy(site / "_static" / "icon.svg", site / "notebooks")
    assert artefact.check_site(site, sound) == [
        "notebooks/icon.svg: a file of this kind does not belong to the site"]


def test_an_imported_style_is_found(site, sound):
    replace(site, "_static/book.css", ":root {", '@import "https://x.org/a.css"; :root {')
    assert any("css loads https://x.org/a.css" in finding
               for finding in artefact.check_site(site, sound))


def test_a_chapter_that_the_ledger_lacks_is_found(site, sound):
    (site / "ledger.json").write_text(json.dumps({"schema": 1, "chapters": []}))
    assert "ledger.json: chapter alpha is missing" in artefact.check_site(site, sound)


def test_a_site_older_than_its_source_is_found(site, sound, tmp_path):
    newer = Book(shutil.copytree(sound.root, tmp_path / "newer",
                                 ignore=shutil.ignore_patterns("_build")))
    source = newer.chapter("alpha").notebook
    source.cells[1].source += "\nedited = True"
    toybook.write(newer, source)
    assert any("stale" in finding for finding in artefact.check_site(site, Book(newer.root)))
