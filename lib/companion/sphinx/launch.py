"""A chapter to take away, and where it runs without an installation."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import nbformat

PROVIDERS = {"github.com": "gh", "gitlab.com": "gl"}  # Binder's short forms
LIBRARY = "implicit-regularization-reproduced"


def files(slug: str) -> dict[str, str]:
    """Return by what it is each file of chapter `slug` that lies beside its page."""
    return {"notebook with outputs": f"{slug}.ipynb", "without": f"{slug}-clean.ipynb",
            "for students": f"{slug}-student.ipynb", "data": f"{slug}.json"}


def solutions(slug: str) -> str:
    """Return the file of the solutions of chapter `slug`; only the teachers' page leads to it."""
    return f"{slug}-solutions.ipynb"


def links(slug: str, address: str, branch: str, pages: str) -> dict[str, str]:
    """Return by name the services that open chapter `slug`; none while the book has no `address`.

    Binder takes the sources from `branch`. Colab reads GitHub alone, and has no library: it opens
    the copy on `pages`, the branch of the built site, whose first cell installs it.

    >>> list(links("a", "https://github.com/x/y", "main", "site").values())  # doctest: +ELLIPSIS
    ['https://mybinder.org/v2/gh/x/y/main?labpath=notebooks/a.ipynb', 'https://colab...a.ipynb']
    """
    if not address:
        return {}
    host, path = urlsplit(address).netloc, urlsplit(address).path.strip("/")
    short = {"gh": f"gh/{path}", "gl": f"gl/{quote(path, safe='')}"}
    place = short.get(PROVIDERS.get(host, ""), f"git/{quote(address, safe='')}")
    file = f"notebooks/{slug}.ipynb"
    found = {"Binder": f"https://mybinder.org/v2/{place}/{quote(branch, safe='')}?labpath={file}"}
    if host == "github.com":
        found["Colab"] = f"https://colab.research.google.com/github/{path}/blob/{pages}/{file}"
    return found


def install_cell(address: str, branch: str) -> dict[str, Any]:
    """Return the cell that fetches the library where it is missing, as in a bare Colab."""
    source = ("try:\n    import implicitreg\nexcept ModuleNotFoundError:\n"
              f'    %pip install --quiet "{LIBRARY} @ git+{address}@{branch}"')
    return nbformat.v4.new_code_cell(source, id="install")
