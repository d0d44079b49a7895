"""What an executed chapter printed about its claims, judged.

A live kernel may run a check again; on the executed notebook each declared claim must have been
checked exactly once, and each record must agree with itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from companion import schemas

CLAIMS = "application/vnd.implicitreg.claims+json"
VERDICT = "application/vnd.implicitreg.verdict+json"
DECLARED_FIELDS = ("id", "statement", "by", "source", "refuted_by", "control")


def outputs(notebook: Mapping[str, Any], mime: str) -> list[Any]:
    """Return every output of MIME type `mime`, in order."""
    return [output["data"][mime]
            for cell in notebook["cells"] if cell["cell_type"] == "code"
            for output in cell["outputs"] if mime in output.get("data", {})]


def declared(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the claims of every claim box."""
    boxes = [box for box in outputs(notebook, CLAIMS) if isinstance(box, Mapping)]
    return [claim for box in boxes for claim in box.get("claims", [])]


def findings(slug: str, notebook: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the claims of chapter `slug`; nothing if all is well."""
    claims, records = declared(notebook), outputs(notebook, VERDICT)
    broken = [f"{slug}: a declared claim lacks {field!r}: {claim}"
              for claim in claims for field in DECLARED_FIELDS if field not in claim]
    broken += [f"{_id(record)}: {found}" for record in records
               for found in schemas.findings(record, "verdict.schema.json")]
    if broken:
        return broken
    return (_bookkeeping(slug, claims, records)
            + [f"{record['claim']}: {found}" for record in records
               for found in _contradictions(record)])


def _id(record: Any) -> str:
    return str(record.get("claim")) if isinstance(record, Mapping) else "a verdict record"


def _bookkeeping(slug: str, claims: list[dict], records: list[dict]) -> list[str]:
    found = [] if claims else [f"{slug}: no claim is declared"]
    boxes = Counter(claim["id"] for claim in claims)
    checks = Counter(record["claim"] for record in records)
    found += [f"{claim}: is not of chapter {slug}"
              for claim in {**boxes, **checks} if not claim.startswith(f"{slug}/")]
    found += [f"{claim}: {done} {n} times; once is allowed"
              for done, counts in (("declared", boxes), ("checked", checks))
              for claim, n in counts.items() if n > 1]
    found += [f"{claim}: checked, but not declared" for claim in checks if claim not in boxes]
    found += [f"{claim}: declared, but never checked" for claim in boxes if claim not in checks]
    control = {claim["id"]: claim["control"] for claim in claims}
    found += [f"{record['claim']}: control is {record['control']} in the check, not as declared"
              for record in records
              if control.get(record["claim"], record["control"]) != record["control"]]
    return found


def _contradictions(record: Mapping[str, Any]) -> list[str]:
    """Return where `record` says one thing and another."""
    holds, margin, parts = record["holds"], record["margin"], record["parts"]
    found = []
    if margin is not None and holds != (margin >= 0):
        found.append(f"holds is {holds}, but the margin is {margin:g}")
    found += [f"part {part['criterion']!r}: holds is {part['holds']}, margin {part['margin']}"
              for part in parts if part["holds"] != (part["margin"] is not None
                                                     and part["margin"] >= 0)]
    if parts and holds != all(part["holds"] for part in parts):
        found.append(f"holds is {holds}, which its parts deny")
    margins = [part["margin"] for part in parts]
    least = None if None in margins else min(margins, default=margin)
    if parts and margin != least:
        found.append(f"the margin is {margin}, the least of its parts {least}")
    verdict = _verdict(record)
    if record["verdict"] != verdict:
        found.append(f"the verdict is {record['verdict']!r}; its parts say {verdict!r}")
    if holds is not True and not record["reason"]:
        found.append(f"{record['verdict']!r} without a reason")
    return found


def _verdict(record: Mapping[str, Any]) -> str:
    """Return the verdict that follows from whether the criterion and its parts hold."""
    if record["holds"] is None:
        return "not testable here"
    if record["control"]:
        return "fails as it should" if record["holds"] else "does not fail"
    if record["holds"]:
        return "reproduced"
    in_part = any(part["holds"] for part in record["parts"])
    return "reproduced in part" if in_part else "not reproduced"
