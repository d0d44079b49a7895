"""The content-security policy that every page bears: its own files, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
OWN = "'self' file:"  # Firefox gives a page on disk no origin: there 'self' alone allows nothing


def policy(templates: Path) -> str:
    """Return the policy of pages made from `templates`: only their inline scripts may run."""
    own = [digest(script) for path in sorted(templates.glob("*.html"))
           for script in INLINE.findall(path.read_text(encoding="utf-8"))]
    rules = {
        "default-src": OWN,
        "script-src": " ".join([OWN, *own]),
        "style-src": OWN,
        "style-src-attr": "'unsafe-inline'",  # figures and formulas set sizes and colours
        "img-src": f"{OWN} data:",
        "font-src": f"{OWN} data:",
        "connect-src": "'none'",
        "frame-src": "'none'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": OWN,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def digest(script: str) -> str:
    """Return the source that allows the inline `script`.

    >>> digest("alert('Hello, world.');")
    "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
