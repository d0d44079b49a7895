"""Each way to trick a reader is planted in a sound page, and must be found."""

import doctest
from pathlib import Path

import pytest

from companion import policy, safety
from companion.page import Page

TEMPLATES = Path(__file__).parents[1] / "book" / "templates"
POLICY = policy.policy(TEMPLATES)
THEME = policy.INLINE.search((TEMPLATES / "layout.html").read_text(encoding="utf-8"))[0]
META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
SOUND = f"""<!DOCTYPE html><html><head><meta charset="utf-8">{META}<title>On alpha</title>{THEME}
<script defer src="../_static/book.js"></script><script src="../searchindex.js"></script></head>
<body><main id="text"><p title="Data: the loss">A <a href="https://a.org/x?y=z:1">link</a>,
<a href="mailto:a@a.org">a letter</a>, <a href="beta.html#one">a page</a>.</p>
<img src="data:image/png;base64,iVBO" alt="Data: a line">
<svg><image xlink:href="data:image/png;base64,"/></svg>
<script type="application/json">{{"note": "javascript:"}}</script>
<script type="application/ld+json">{{"@type": "Book"}}</script></main></body></html>"""


def faults(folder, text):
    path = folder / "notebooks" / "alpha.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return list(safety.page(Page(folder, path), POLICY))


def test_a_sound_page_has_no_faults(tmp_path):
    assert faults(tmp_path, SOUND) == []


@pytest.mark.parametrize("old, new", [
    (META, ""), (META, META.replace("connect-src 'none'", "connect-src *")),
    (META, META.replace("Content-Security-Policy", "Content-Security-Policy-Report-Only")),
    (META, f"<title>x</title>{META}"), (META, f"{THEME}{META}"), ('<meta charset="utf-8">', ""),
    (f"{META}<title>", f"</head><body>{META}<title>"), ("<head>", ""),
    ("<head>", f"{THEME}<head>"), ("<html>", "<html><p>x</p>"),
])
def test_a_page_without_the_policy_at_its_head_is_found(tmp_path, old, new):
    assert old in SOUND
    assert any("policy" in fault for fault in faults(tmp_path, SOUND.replace(old, new, 1)))


@pytest.mark.parametrize("planted, found", [
    ("<script>alert(1)</script>", "a script that its policy does not name: alert(1)"),
    (THEME.replace("auto", "else"), "a script that its policy does not name"),
    ('<script src="https://a.org/x.js"></script>', "the script https://a.org/x.js is not"),
    ('<script src="//a.org/x.js"></script>', "is not the site's own"),
    ('<script src="beta.js"></script>', "the script beta.js is not"),
    ('<script src="../_static/../notebooks/beta.js"></script>', "is not the site's own"),
    ('<script src="_static\\..\\notebooks\\beta.js"></script>', "is not the site's own"),
    ('<script src="data:text/javascript,alert(1)"></script>', "is not the site's own"),
    ('<script type="module">alert(1)</script>', "a script of type module"),
    ('<script type="importmap">{}</script>', "a script of type importmap"),
    ('<script type="application/javascript">alert(1)</script>', "a script of type application/java"),
    ('<p onclick="alert(1)">x</p>', "p has the event handler onclick"),
    ("<IMG SRC=x ONERROR=alert(1)>", "img has the event handler onerror"),
    ("<svg/onload=alert(1)>", "may read in several ways: <svg/onload=alert(1)"),
    ('<a href="javascript:alert(1)">x</a>', "a has a script in href"),
    ('<a href=" java&#10;script&colon;alert(1)">x</a>', "a has a script in href"),
    ('<svg><a xlink:href="JavaScript:alert(1)"/></svg>', "a has a script in xlink:href"),
    ('<svg><set to="javascript:alert(1)"/></svg>', "set has a script in to"),
    ('<button formaction="vbscript:x">x</button>', "button has a script in formaction"),
    ('<a href="data:text/html,x">x</a>', "a leads to data:text/html,x"),
    ('<svg><image xlink:href="data:text/html,x"/></svg>', "image leads to data:text/html,x"),
    ('<a href="file:///etc/passwd">x</a>', "a leads to file:///etc/passwd"),
    ('<form action="data:x"></form>', "form leads to data:x"),
    ('<form action="https://a.org/"></form>', "form leads to https://a.org/"),
    ('<button formaction="//a.org/">x</button>', "button leads to //a.org/"),
    ('<video poster="https://a.org/a.png"></video>', "video leads to https://a.org/a.png"),
    ('<iframe srcdoc="x"></iframe>', "iframe has a script in srcdoc"),
    ("<iframe></iframe>", "a iframe element"), ("<object></object>", "a object element"),
    ("<embed>", "a embed element"), ('<base href="/">', "a base element"),
    ("<frame>", "a frame element"), ("<style>p { color: red }</style>", "a style element"),
    ('<meta http-equiv="Refresh" content="0; url=x.html">', "it leads on to 0; url=x.html"),
    ('<p id="text">x</p>', "the id 'text' stands 2 times"),
])
def test_a_planted_trick_is_found(tmp_path, planted, found):
    told = faults(tmp_path, SOUND.replace("</main>", f"{planted}</main>"))
    assert any(fault.startswith(found) or found in fault for fault in told), told


@pytest.mark.parametrize("text", ["", " ", "<!-- a remark -->", "text"])
def test_a_page_without_a_head_is_found(tmp_path, text):
    assert "its head does not begin with the content-security policy" in faults(tmp_path, text)


BAD = '<b onclick="alert(1)">x</b>'


@pytest.mark.parametrize("planted", [
    f"<svg><title>{BAD}</title></svg>",  # in a drawing the title is no bare text
    f"<svg><textarea>{BAD}</textarea></svg>", f"<svg><xmp>{BAD}</xmp></svg>",
    f'<svg><script type="application/json">{BAD}</script></svg>',
    f'<svg><script src="../_static/book.js">{BAD}</script></svg>',
    f"<!-- --!>{BAD}<!-- -->", f"<!-->{BAD}<!-- -->", f"<![CDATA[>{BAD}]]>", f"<?x {BAD}?>",
    f"<svg><![CDATA[><!--]]>{BAD}--></svg>", f"<!DOCTYPE x [{BAD}]>", f"<//>{BAD}",
    '<p title="x"onclick="alert(1)">x</p>', '<p/onclick="alert(1)">x</p>',
    '<p =" onclick=alert(1) x="">x</p>', "<p title=`>` onclick=`alert(1)`>x</p>",
    f'<p title="{BAD}">x</p>', f'<p title="x\0">{BAD}', '<p\x0bonclick="alert(1)">x</p>',
    '<body onload="alert(1)">', '<html onclick="alert(1)">', f"<noscript><xmp>{BAD}</noscript>",
    "<div>" * 5000 + BAD, f"<plaintext>{BAD}",
], ids=lambda planted: planted[:40])
def test_markup_that_is_not_read_alike_everywhere_is_found(tmp_path, planted):
    sound = SOUND.replace("</main>", f"{planted}</main>")
    assert faults(tmp_path, sound)


@pytest.mark.parametrize("planted", [
    "<p>1 < 2, 3 <- 4, a <= b</p>", "<br/><br /><p hidden>x</p>", "<!-- a remark -->",
    "<table><tr><td>1</td></tr></table>", '<p title="1 &lt; 2">&lt;b onclick&gt;</p>',
    """<p title='"' data-x="'">x</p>""", "<IMG SRC='a.png'>",
])
def test_plain_markup_is_no_fault(tmp_path, planted):
    assert faults(tmp_path, SOUND.replace("</main>", f"{planted}</main>")) == []


def test_a_file_that_could_run_is_found(tmp_path):
    for name in ("index.html", "ledger.json", "notebooks/alpha.ipynb", "_static/book.js",
                 "_static/icon.svg", "searchindex.js", ".buildinfo", "_images/a.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(safety.files(tmp_path)) == []
    for name in ("notebooks/a.js", "_images/a.svg", "a.xhtml", "notebooks/searchindex.js"):
        (tmp_path / name).touch()
    assert [fault.partition(":")[0] for fault in safety.files(tmp_path)] == [
        "_images/a.svg", "a.xhtml", "notebooks/a.js", "notebooks/searchindex.js"]


def test_the_policy_names_the_scripts_of_the_templates_and_no_other_origin(tmp_path):
    (tmp_path / "page.html").write_text("<script>a</script><script src='b.js'></script>")
    rules = dict(rule.split(" ", 1) for rule in policy.policy(tmp_path).split("; "))
    assert rules["script-src"] == f"'self' file: {policy.digest('a')}"
    assert set(rules.pop("style-src-attr").split()) == {"'unsafe-inline'"}
    allowed = {"'self'", "file:", "data:", "'none'", policy.digest("a")}
    assert {source for sources in rules.values() for source in sources.split()} == allowed
    for name in ("connect-src", "frame-src", "object-src", "base-uri"):
        assert rules[name] == "'none'"


def test_the_examples_in_docstrings():
    assert doctest.testmod(policy).failed == 0
