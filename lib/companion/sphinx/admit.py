"""What of a chapter reaches its page: its prose, its code and outputs of the kinds named here.

A notebook's own settings would change how the page is built (run it again, take HTML or other
addresses in prose), and those of a cell would make HTML of a raw one; none of them is handed on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from companion.judge import VERDICT
from companion.sphinx import clean, outputs

# in prose the only HTML: an answer that is folded in Jupyter and on the page
FOLD = re.compile(r"^<details><summary>([^<\n]+)</summary>\n(.*?)^</details>[ \t]*$",
                  re.MULTILINE | re.DOTALL)
DROPDOWN = r":::::::{admonition} \1" "\n:class: dropdown\n\n" r"\2:::::::"
SETTINGS = {
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    "myst": {"disable_syntax": ["html_block", "html_inline"]},
}
KINDS = ("text/html", "image/png", "image/jpeg", "text/plain")


def admit(notebook: dict[str, Any], tex: Any, foot: Callable[[dict], str]) -> None:
    """Leave in `notebook` what its page may show; `foot` says what stands below a verdict."""
    notebook["metadata"] = SETTINGS
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        if "injected-parameters" in tags:
            tags = [*tags, "remove-cell"]
        cell["metadata"] = {"tags": tags}
        if cell["cell_type"] == "code" and imports_only(joined(cell["source"])):
            cell["metadata"] = {"tags": [*tags, "hide-input"],
                                "mystnb": {"code_prompt_show": "Imports"}}
        if cell["cell_type"] == "markdown":
            cell["source"] = FOLD.sub(DROPDOWN, joined(cell["source"]))
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = _shown(output["data"], tex, foot)
                output["metadata"] = {}


def _shown(data: dict[str, Any], tex: Any, foot: Callable[[dict], str]) -> dict[str, Any]:
    """Return what the page shows of one output: a record as HTML, or the kinds that are allowed."""
    if VERDICT in data:
        return {"text/html": outputs.card(data[VERDICT], foot(data[VERDICT]))}
    record = next((mime for mime in outputs.SHOWN if mime in data), None)
    if record:
        return {"text/html": outputs.SHOWN[record](data[record], tex)}
    shown = {kind: data[kind] for kind in KINDS if kind in data}
    if "text/html" in shown:
        shown["text/html"] = clean.prose(joined(shown["text/html"]))
    return shown


def imports_only(source: str) -> bool:
    """Tell whether code does nothing but import names.

    >>> imports_only("import numpy as np"), imports_only("import os; os.sep"), imports_only("%pip")
    (True, False, False)
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a command of Jupyter
        return False
    return bool(statements) and all(isinstance(each, ast.Import | ast.ImportFrom)
                                    for each in statements)


def joined(text: str | list[str]) -> str:
    """Return text that a notebook may hold as lines."""
    return text if isinstance(text, str) else "".join(text)
