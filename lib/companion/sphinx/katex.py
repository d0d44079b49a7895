r"""Mathematics rendered while the site is built: pages read with JavaScript off.

KaTeX's own script runs inside `mini_racer` (V8 in a wheel), so no Node is needed.
A formula that KaTeX refuses stops the build, and the message holds the formula.
"""

from __future__ import annotations

import atexit
import html
import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import MiniRacer
from sphinx.addnodes import pending_xref
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.math import get_node_equation_number

SCRIPT = Path("book/assets/katex/katex.min.js")
LABEL = re.compile(r"\\label\{([^}]+)\}")
REFERENCE = re.compile(r"^\\eqref\{([^}]+)\}$")
JOINER = "&#8288;"  # forbids a line break
INLINE = re.compile(r"(?<![\\$])\$([^$]+?)\$(?!\$)")


# an exception that crosses from V8 keeps the interpreter from ending: errors come as values
# KaTeX writes a command that it does not trust (links, images, HTML) in the colour of an error
RENDER = """function render(tex, display) {
  const options = {displayMode: display, throwOnError: true, strict: "ignore", trust: false,
                   maxSize: 20, errorColor: "refused"};
  try {
    const text = katex.renderToString(tex, options);
    return text.includes('"color:refused;"') ? "not allowed: links, images, HTML" : "=" + text;
  } catch (error) { return error.message; }
}"""


@lru_cache(maxsize=2)
def _engine(script: Path) -> MiniRacer:
    engine = MiniRacer()
    engine.eval(script.read_text(encoding="utf8"))
    engine.eval(RENDER)
    atexit.register(engine.close)
    return engine


@cache  # slides show the formulas of their page, and several pages a title's
def _render(script: Path, tex: str, display: bool) -> str:
    answer = _engine(script).eval(f"render({json.dumps(tex)}, {json.dumps(display)})")
    if not answer.startswith("="):
        raise ExtensionError(f"formula {tex!r}: {answer}")
    return answer[1:]


class Katex:
    """KaTeX of the book at `root`, as a function of TeX."""

    def __init__(self, root: Path) -> None:
        self.script = (root / SCRIPT).resolve()

    def __call__(self, tex: str, display: bool = False) -> str:
        """Return the HTML (with MathML inside) of `tex`."""
        return _render(self.script, tex, display)

    def text(self, text: str) -> str:
        """Escape a sentence for HTML and render what stands between dollar signs."""
        parts = INLINE.split(text)
        return "".join(
            self(part) if i % 2 else html.escape(part) for i, part in enumerate(parts)
        )


def display_tex(node: nodes.math_block) -> str:
    r"""Return a block's TeX; several lines (`\\`) become one aligned block, as MathJax would."""
    tex = node.astext().strip()
    if r"\\" in tex and r"\begin" not in tex:
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def visit_math(self: Any, node: nodes.math) -> None:
    """Write inline mathematics; it is not torn from a bracket or a comma that touches it."""
    at, siblings = node.parent.index(node), node.parent.children
    before = siblings[at - 1].astext()[-1:] if at else ""
    after = siblings[at + 1].astext()[:1] if at + 1 < len(siblings) else ""
    rendered = self.builder.app.companion.katex(node.astext())
    self.body.append(f'{JOINER if before.strip() else ""}<span class="math">{rendered}</span>'
                     f'{JOINER if after.strip() else ""}')
    raise nodes.SkipNode


def visit_math_block(self: Any, node: nodes.math_block) -> None:
    """Write display mathematics, with the equation's number where it has a label."""
    self.body.append(self.starttag(node, "div", "", CLASS="math"))
    self.body.append(self.builder.app.companion.katex(display_tex(node), display=True))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


class EquationLabels(SphinxTransform):
    r"""Number equations by the `\label` and `\eqref` that Jupyter understands too."""

    default_priority = 100

    def apply(self, **kwargs: Any) -> None:
        """Turn each `\\label` into Sphinx's numbered target and each `\\eqref` into a link."""
        domain = self.env.get_domain("math")
        for node in list(self.document.findall(nodes.math_block)):
            if match := LABEL.search(node.astext()):
                self._number(node, match.group(1), domain)
        for node in list(self.document.findall(nodes.math)):
            if match := REFERENCE.match(node.astext().strip()):
                node.replace_self(self._reference(match.group(1)))

    def _number(self, node: nodes.math_block, label: str, domain: Any) -> None:
        tex = LABEL.sub("", node.astext()).strip()
        node.children = [nodes.Text(tex)]
        node.rawsource = tex
        domain.note_equation(self.env.docname, label, location=node)
        node["label"], node["number"] = label, domain.get_equation_number_for(label)
        node["docname"] = self.env.docname
        node["ids"].append(nodes.make_id(f"equation-{label}"))
        self.document.note_explicit_target(node)

    def _reference(self, label: str) -> nodes.Node:
        return pending_xref(
            "", nodes.Text(label), refdomain="math", reftype="eq", reftarget=label,
            refexplicit=False, refwarn=True, refdoc=self.env.docname,
        )
