"""Markup of a notebook shows what the allow-list names; nothing of it runs, loads or covers."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from companion.sphinx import clean, translator

ATTACKS = json.loads((Path(__file__).parent / "attacks.json").read_text(encoding="utf-8"))
IN_DRAWING = "<svg viewBox='0 0 9 9'><g>{}</g></svg>"
PUT = """async (pieces) => {
  globalThis.count = 0;
  globalThis.ran = () => { count += 1; };
  for (const piece of pieces) {
    const first = document.createElement("div"), second = document.createElement("div");
    first.innerHTML = piece;
    second.innerHTML = first.innerHTML;  // a second reading may see other elements
    document.body.append(first, second);
    for (const node of second.querySelectorAll("*")) node.dispatchEvent(new MouseEvent("click"));
  }
  await new Promise((done) => setTimeout(done, 500));
  return count;
}"""


def both(markup):
    """The markup cleaned as prose, and as part of a drawing."""
    return [clean.prose(markup), str(clean.drawing(IN_DRAWING.format(markup), "fig-a"))]


@pytest.mark.parametrize("markup", ATTACKS)
def test_only_what_is_allowed_comes_through(markup):
    for text in both(markup):
        for tag in BeautifulSoup(text, "html.parser").find_all(True):
            assert tag.name in clean.PROSE | clean.DRAWING
            assert set(tag.attrs) <= clean.ATTRIBUTES | {"id", "style"}
            assert "//" not in str(tag.attrs) and "position" not in str(tag.attrs)
        assert clean.prose(clean.prose(markup)) == clean.prose(markup)


def test_nothing_of_it_runs_in_a_browser(browser):
    page, requests = browser.new_page(), []
    page.route("**/*", lambda route: (requests.append(route.request.url), route.abort()))
    assert page.evaluate(PUT, [text for markup in ATTACKS for text in both(markup)]) == 0
    assert requests == []
    raw = [markup for markup in ATTACKS if "onerror" in markup]
    assert page.evaluate(PUT, raw) > 20, "they run where they are taken as they are"
    page.close()


def test_a_table_keeps_its_cells_and_its_look():
    table = ("<table><thead><tr><th scope='col' style='text-align:right'>a</th></tr></thead>"
             "<tbody><tr><td colspan='2'>1 &lt; 2</td></tr></tbody></table>")
    shown = BeautifulSoup(clean.prose(f"<style scoped>x</style>{table}"), "html.parser")
    assert shown == BeautifulSoup(table, "html.parser")


def test_a_drawing_keeps_its_shapes():
    drawn = clean.drawing(
        '<?xml version="1.0"?><svg viewBox="0 0 9 9" width="9"><defs><clipPath id="fig-a-c"><rect/>'
        '</clipPath></defs><g clip-path="url(#fig-a-c)" transform="rotate(-0 1.5 2)">'
        '<use xlink:href="#fig-a-m" style="fill: #3a7fc1; stroke: rgb(0, 0, 0)"/></g>'
        '<image xlink:href="data:image/png;base64,iVBO\nRw0="/></svg>', "fig-a")
    assert drawn["viewbox"] == "0 0 9 9" and drawn.clippath["id"] == "fig-a-c"
    assert drawn.g.attrs == {"clip-path": "url(#fig-a-c)", "transform": "rotate(-0 1.5 2)"}
    assert drawn.use["style"] == "fill:#3a7fc1;stroke:rgb(0, 0, 0)"
    assert drawn.use["xlink:href"] == "#fig-a-m"
    assert drawn.image["xlink:href"].startswith("data:image/png")


def test_a_drawing_names_only_what_is_its_own():
    drawn = clean.drawing(
        '<svg style="width:999em"><path id="claim-one"/><use href="#claim-one"/></svg>', "fig-a")
    assert drawn.attrs == drawn.path.attrs == drawn.use.attrs == {}
    with pytest.raises(ExtensionError, match="its id must be fig-"):
        clean.drawing("<svg></svg>", "claim-one")
    with pytest.raises(ExtensionError, match="no SVG"):
        clean.drawing("<p>x</p>", "fig-a")


@pytest.mark.parametrize("url", [
    "javascript:x", " JavaScript:x", "java\nscript:x", "\x01data:text/html,x", "vbscript:x",
    "javascript://a.org/%0ax", "file:///etc", "blob:x"])
def test_a_link_leads_to_an_address(url):
    assert not translator.is_address(url)
