"""Every page in a real browser that has no network."""

from urllib.parse import quote

import pytest
from conftest import DRAWN

CENTRING = """() => [...document.querySelectorAll("div.math")].flatMap((block) => {
  if (block.querySelector(".eqno, .katex-tag") || block.scrollWidth > block.clientWidth) return [];
  const parts = [...block.querySelectorAll(".katex-html > *")];
  if (!parts.length) return [block.textContent.slice(0, 40) + ": not rendered"];
  const boxes = parts.map((part) => part.getBoundingClientRect()), box = block.getBoundingClientRect();
  const left = Math.min(...boxes.map((b) => b.left)), right = Math.max(...boxes.map((b) => b.right));
  const off = Math.abs((left + right) / 2 - (box.left + box.right) / 2);
  return off > 3 ? [block.textContent.slice(0, 40) + ": off by " + off] : [];
})"""
TOUCHING = """() => [...document.querySelectorAll(".knob-drawing svg")].flatMap((svg) => {
  const names = [...svg.querySelectorAll("text[style]")].map((t) => t.getBoundingClientRect());
  const touch = (a, b) => a.left < b.right && b.left < a.right
    && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  return names.filter((a, i) => names.some((b, j) => j > i && touch(a, b))).map((box) => box.top);
})"""
CUT_OFF = """() => [...document.querySelectorAll("figure svg")].flatMap((svg) => {
  const box = (svg.closest(".output") ?? svg.parentElement).getBoundingClientRect();
  return [...svg.querySelectorAll("text")].map((t) => [t.textContent.trim(), t.getBoundingClientRect()])
    .filter(([text, r]) => text && r.width && (r.left < box.left - 1 || r.right > box.right + 1))
    .map(([text]) => text);
})"""
CONTRAST = r"""() => {
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (rgb) => rgb.slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((v, i) => v * a + below[i] * (1 - a));
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      layers.unshift(numbers(getComputedStyle(at).backgroundColor));
    }
    return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const unseen = ".katex-mathml, script, style, [hidden], .visually-hidden, .skip, .headerlink";
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    const texts = [...node.childNodes].filter((child) => child.nodeType === 3);
    const text = texts.map((child) => child.data).join("").trim(), style = getComputedStyle(node);
    if (!text || node.getBoundingClientRect().width < 2 || node.closest(unseen)) continue;
    if (style.visibility === "hidden" || style.opacity === "0") continue;
    const svg = node.closest("svg"), ground = behind(svg ? svg.parentElement : node);
    const ink = over(numbers(svg ? style.fill : style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const least = svg || !/[\p{L}\p{N}]/u.test(text) ? 3 : 4.5;  // drawings and signs need less
    if (ratio < least) found.push(`${node.tagName} "${text.slice(0, 30)}": ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)].slice(0, 12);
}"""


@pytest.fixture
def knob_page(site):
    """Name of a page with an interactive figure."""
    return next(name for name in site.pages
                if '"figure knob"' in (site.folder / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("width, schemes", [(1280, ["light", "dark"]), (375, ["dark", "light"])])
def test_every_page_is_whole_without_a_network(some_pages, visit, width, schemes):
    """It comes in one scheme, and the reader turns to the other one."""
    for name in some_pages:
        seen = visit(name, width=width, dark=schemes[0] == "dark")
        for scheme in schemes:
            seen.page.emulate_media(color_scheme=scheme)
            seen.page.evaluate(DRAWN)
            at = name, width, scheme
            assert (seen.foreign, seen.failed, seen.console) == ([], [], []), at
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, at
            assert seen.page.evaluate(CENTRING) == [], at
            assert seen.page.evaluate(CUT_OFF) == [], at
            assert seen.page.evaluate(CONTRAST) == [], at
        seen.page.close()


def test_every_page_is_whole_on_disk(some_pages, site, visit_of):
    for name in some_pages:
        seen = visit_of(site.on_disk(), name)
        assert (seen.foreign, seen.failed, seen.console) == ([], [], []), name
        loaded = seen.page.evaluate("""[...document.fonts].filter((font) =>
            font.status === "loaded").map((font) => font.family.replaceAll('"', ""))""")
        assert "Source Serif 4" in loaded, name
        has_formulas = seen.page.locator(".katex").count() > 0
        assert ("KaTeX_Main" in loaded) is has_formulas, name
        seen.page.close()


def test_the_site_works_on_disk(site, visit_of, knob_page):
    seen = visit_of(site.on_disk(), "index.html")
    seen.page.wait_for_url("**/book/intro.html")
    page = seen.page
    page.locator(".theme-button").click()
    assert "light" in page.locator(".theme-button").text_content()
    page.get_by_role("searchbox").fill("momentum")
    page.get_by_role("searchbox").press("Enter")
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/claims/**")
    page.get_by_role("link", name="Where the chapter checks it").click()
    page.wait_for_url("**/notebooks/*#claim-*")
    page.goto(site.on_disk().url + "book/scoreboard.html")
    page.get_by_role("button", name="Margin").click()
    assert column(page, 5) == sorted(column(page, 5))
    page.goto(site.on_disk().url + knob_page)
    page.get_by_role("slider").first.press("ArrowRight")
    assert page.locator("figure.knob .curve path, figure.knob .curve circle").count() > 0
    assert (seen.foreign, seen.failed, seen.console) == ([], [], [])


def test_the_address_of_the_site_leads_to_the_front_page(visit):
    page = visit("").page
    page.wait_for_url("**/book/intro.html")
    assert page.locator(".cards .card").count() > 0


def test_pages_read_with_javascript_off(site, visit, knob_page):
    seen = visit(knob_page, javascript=False)
    assert seen.page.locator(".knob-still svg").first.is_visible()
    assert seen.page.locator(".katex").first.is_visible()
    seen = visit("book/scoreboard.html", javascript=False)
    rows = seen.page.locator(".scoreboard tbody tr")
    assert rows.count() > 1 and all(row.is_visible() for row in rows.all())


@pytest.mark.parametrize("width", [1280, 375])
def test_a_knob_moves_by_keyboard(visit, knob_page, width):
    page = visit(knob_page, width=width).page
    knob = page.locator("figure.knob").first
    handle, output = knob.get_by_role("slider"), knob.locator("output")
    assert handle.get_attribute("aria-valuetext").startswith(output.text_content())
    before = output.text_content(), knob.locator(".curve").inner_html()
    handle.focus()
    page.keyboard.press("ArrowRight")
    after = output.text_content(), knob.locator(".curve").inner_html()
    assert before[0] != after[0] and before[1] != after[1]
    assert handle.get_attribute("aria-valuetext").startswith(after[0])
    label = knob.locator("label")
    assert label.get_attribute("for") == handle.get_attribute("id") and label.text_content()
    assert knob.get_by_role("img").get_attribute("aria-label").count(after[0])


def test_the_names_of_a_knob_do_not_touch(visit, knob_page):
    page = visit(knob_page, width=375).page
    assert page.evaluate(TOUCHING) == []


def column(page, index):
    cells = page.locator(f".scoreboard tbody tr td:nth-child({index})").all()
    return [float(cell.get_attribute("data-sort") or "inf") for cell in cells]


def test_the_scoreboard_sorts_by_keyboard(visit):
    page = visit("book/scoreboard.html").page
    page.get_by_role("button", name="Margin").focus()
    page.keyboard.press("Enter")
    head = page.locator(".scoreboard thead th").nth(4)
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(page, 5) == sorted(column(page, 5))
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, 5) == sorted(column(page, 5), reverse=True)
    page.get_by_role("button", name="Claim").click()
    names = page.locator(".scoreboard .claim-id").all_text_contents()
    assert names == sorted(names) and head.get_attribute("aria-sort") is None


def test_the_scoreboard_is_filtered_by_words(visit):
    page = visit("book/scoreboard.html").page
    rows = page.locator(".scoreboard tbody tr")
    total = rows.count()
    page.get_by_label("Only rows with").fill("control FAILS")
    shown = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < total
    assert all("fails as it should" in row.text_content() for row in shown)
    assert page.locator(".scoreboard-filter output").text_content() == f"{len(shown)} of {total}"
    page.get_by_label("Only rows with").fill("")
    assert all(row.is_visible() for row in rows.all())


def test_colours_are_the_readers(visit):
    seen = visit("book/notation.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = seen.page.evaluate(ground)
    button = seen.page.locator(".theme-button")
    button.click()
    button.click()
    assert "dark" in button.text_content() and seen.page.evaluate(ground) != light
    seen.page.reload()
    assert seen.page.evaluate(ground) != light, "the choice is kept"
    button.click()
    assert "auto" in button.text_content() and seen.page.evaluate(ground) == light


@pytest.mark.parametrize("query, claim", [
    ("norms-diverging/norm-rate", "norms-diverging/norm-rate"),
    ("free entry grows rate", "norms-diverging/norm-rate"),
    ("Molina-Fructuoso fewer iterations", "accelerated-phase-retrieval/momentum-accelerates")])
@pytest.mark.parametrize("on_disk", [False, True])
def test_a_search_finds_a_claim_by_its_id_its_words_and_its_authors(
    site, visit_of, query, claim, on_disk
):
    place = site.on_disk() if on_disk else site
    seen = visit_of(place, f"search.html?q={quote(query)}")
    seen.page.get_by_text("Search finished").wait_for()
    first = seen.page.locator("#search-results a").first
    assert first.get_attribute("href") == f"claims/{claim}.html"
    assert (seen.foreign, seen.failed, seen.console) == ([], [], [])


def test_a_search_shows_claims_before_pages(visit):
    page = visit("search.html?q=momentum").page
    page.get_by_text("Search finished").wait_for()
    found = [link.get_attribute("href") for link in page.locator("#search-results a").all()]
    claims = [href.startswith("claims/") for href in found]
    assert claims == sorted(claims, reverse=True) and 0 < sum(claims) < len(claims)
    assert "notebooks/accelerated-phase-retrieval.html" in found


@pytest.mark.parametrize("allowed", [True, False])
def test_a_citation_is_copied_or_else_selected(site, visit_of, allowed):
    refused = "" if allowed else "navigator.clipboard.writeText = () => Promise.reject();"
    keeps = "navigator.clipboard.writeText = async (text) => { globalThis.copied = text; };"
    name = "notebooks/norms-diverging.html"
    page = visit_of(site.on_disk(), name, before=refused or keeps).page
    card = page.locator("#claim-norm-rate")
    card.get_by_text("Cite", exact=True).click()
    card.get_by_role("button", name="Copy the BibTeX entry").click()
    said = card.get_by_text("Copied" if allowed else "Selected", exact=True)
    said.wait_for()
    text = page.evaluate("globalThis.copied ?? String(getSelection())")
    assert text.strip().startswith("@incollection{norms-diverging--norm-rate,")


@pytest.mark.parametrize("javascript", [True, False])
def test_contents_open_on_a_phone(visit, javascript):
    page = visit("book/verdicts.html", width=375, javascript=javascript).page
    contents = page.get_by_role("navigation", name="Contents of the book")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").click()
    assert contents.is_visible()
    page.keyboard.press("Escape")
    assert not contents.is_visible()


def test_links_to_claims_lead_to_their_cards(visit):
    page = visit("book/scoreboard.html").page
    page.locator(".scoreboard .claim-id").last.click()
    page.wait_for_load_state()
    assert page.locator(".claim-card:target").is_visible()
    assert page.locator(".claim-card:target").bounding_box()["y"] >= 40, "not below the bar"


def test_it_prints_in_black_on_white(visit):
    page = visit("book/scoreboard.html", dark=True).page
    page.emulate_media(media="print")
    assert not page.locator("header.bar").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 35, 38)"
