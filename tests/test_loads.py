"""What a first visit weighs, and that nothing in it is late or moves."""

import doctest
import gzip
import random
from pathlib import Path

import pytest
from conftest import _Quiet, served

from companion import loads
from companion.page import Page

SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8,
        "uploadThroughput": 1.6e6 / 8}  # 1.6 Mb/s
WATCH = """
window.shifts = [];
window.fontsAt = 0;
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shifts.push(value);
}).observe({ type: "layout-shift", buffered: true });
document.fonts.addEventListener("loadingdone", () => { fontsAt = performance.now(); });
"""
SEEN = """() => ({
  moved: shifts.reduce((sum, value) => sum + value, 0),
  mathematics: Math.max(fontsAt, performance.getEntriesByName("first-contentful-paint")[0].startTime),
  formula: document.querySelector(".katex-html").checkVisibility({ visibilityProperty: true }),
})"""


class Compressed(_Quiet):
    """A server that sends text by gzip, as those of the web do."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix not in loads.TEXT:
            return super().do_GET()
        data = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return self.wfile.write(data)


@pytest.fixture
def page(tmp_path):
    """A page with a style sheet that names a font, a picture, and links to what it does not load."""
    (tmp_path / "a.html").write_text(
        '<link rel="stylesheet" href="a.css"><link rel="next" href="b.html"><img src="p.png?v=1">'
        '<a href="big.zip">x</a><img src="data:image/png;base64,AA"><script src="gone.js"></script>')
    (tmp_path / "a.css").write_text("a{src:url(f.woff2)} b{background:url(data:,x)}" + " " * 9000)
    for name in ("f.woff2", "p.png", "big.zip", "b.html"):
        (tmp_path / name).write_bytes(random.Random(name).randbytes(1000))
    return Page(tmp_path, tmp_path / "a.html")


def test_what_a_page_loads_is_followed_into_its_style_sheets(page):
    found = {path.name for path in loads.Loads().files(page)}
    assert found == {"a.html", "a.css", "f.woff2", "p.png"}


def test_text_is_weighed_compressed_and_fonts_as_they_are(page):
    assert loads.compressed(page.site / "f.woff2") == 1000
    assert loads.compressed(page.site / "a.css") < 200


def test_a_page_over_the_budget_is_named_with_what_is_heavy(page):
    assert list(loads.Loads().over_budget(page)) == []
    (page.site / "f.woff2").write_bytes(bytes(498_000))
    assert list(loads.Loads().over_budget(page)) == []
    (page.site / "f.woff2").write_bytes(bytes(499_500))
    assert list(loads.Loads().over_budget(page)) == [
        "a first visit loads 501 kB compressed (f.woff2 500 kB, p.png 1 kB, a.html 0 kB, ...); "
        "allowed: 500 kB"]


def test_the_examples_in_docstrings():
    assert doctest.testmod(loads).failed == 0


@pytest.fixture
def slowly(built, browser):
    """Open a chapter as a phone does on a slow line; return what was seen."""
    with served(built, Compressed) as site:

        def open_page(name):
            context = browser.new_context(viewport={"width": 375, "height": 900})
            page = context.new_page()
            context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
            page.add_init_script(WATCH)
            page.goto(site.url + name, wait_until="load")
            page.wait_for_function("document.fonts.status === 'loaded'")
            page.wait_for_timeout(100)
            seen = page.evaluate(SEEN)
            context.close()
            return seen

        yield open_page


def test_on_a_slow_line_no_line_moves_and_no_formula_is_late(slowly, some_pages):
    for name in some_pages:
        if name.startswith("notebooks/"):
            seen = slowly(name)
            assert seen["moved"] < 0.01, name
            assert seen["mathematics"] < 3000 and seen["formula"], name
