"""The judging of verdict records, the ledger, and the comparison with what is expected."""

import json

import pytest
import toybook
from toybook import CLAIMS, VERDICT, claim, failed, outputs, record

from companion import freshness, judge, ledger, schemas
from companion.chapters import Book
from companion.errors import ChapterFailed, CompanionError
from companion.expected import compare, expectations
from companion.papers import papers


def box(*claims: dict) -> tuple[str, dict]:
    return CLAIMS, {"schema": 1, "chapter": "alpha", "claims": list(claims)}


def findings(*printed: tuple[str, object]) -> list[str]:
    return judge.findings("alpha", outputs(*printed))


def one(**fields: object) -> list[str]:
    """Findings on a single record with `fields` changed."""
    changed = record("alpha", **fields)
    return findings(box(claim("alpha", control=changed["control"])), (VERDICT, changed))


def test_a_sound_chapter_has_no_findings():
    assert one() == []
    assert findings(box(claim("alpha")), (VERDICT, failed("alpha"))) == []
    two = claim("alpha", "two", control=True)
    control = record("alpha", "two", control=True, verdict="fails as it should")
    assert findings(box(claim("alpha")), box(two), (VERDICT, record("alpha")),
                    (VERDICT, control)) == []


def test_not_testable_here_is_sound_with_a_reason():
    untested = {"criterion": "", "criterion_by": None, "observed": [], "parts": [],
                "margin": None, "holds": None, "verdict": "not testable here"}
    assert one(**untested, reason="needs 10^6 steps") == []
    assert one(**untested) == ["alpha/one: 'not testable here' without a reason"]


@pytest.mark.parametrize("printed, message", [
    ([box(claim("alpha"))], "alpha/one: declared, but never checked"),
    ([box(claim("alpha"))] + 2 * [(VERDICT, record("alpha"))], "alpha/one: checked 2 times"),
    ([box(claim("alpha"), claim("alpha")), (VERDICT, record("alpha"))],
     "alpha/one: declared 2 times"),
    ([box(claim("alpha")), (VERDICT, record("alpha")), (VERDICT, record("alpha", "two"))],
     "alpha/two: checked, but not declared"),
    ([box(claim("beta")), (VERDICT, record("beta"))], "beta/one: is not of chapter alpha"),
    ([box(claim("alpha", control=True)), (VERDICT, record("alpha"))],
     "alpha/one: control is False in the check"),
    ([], "alpha: no claim is declared"),
    ([box({"id": "alpha/one"})], "alpha: a declared claim lacks 'statement'"),
    ([box(claim("alpha")), (VERDICT, "red")], "a verdict record: $: 'red' is not of type"),
])
def test_each_declared_claim_is_checked_exactly_once(printed, message):
    assert any(line.startswith(message) for line in findings(*printed))


@pytest.mark.parametrize("fields, message", [
    ({"margin": -0.1}, "holds is True, but the margin is -0.1"),
    ({"holds": False, "verdict": "not reproduced", "reason": "r"}, "but the margin is 0.5"),
    ({"holds": False, "margin": None, "verdict": "not reproduced", "reason": "r"},
     "which its parts deny"),
    ({"margin": 0.25}, "the least of its parts 0.5"),
    ({"verdict": "not reproduced"}, "its parts say 'reproduced'"),
    ({"control": True}, "its parts say 'fails as it should'"),
    ({"verdict": "fine"}, "is not one of"),
    ({"margin": float("nan")}, "nan is not a finite number"),
    ({"margin": "0.5"}, "is not of type"),
    ({"statement": ""}, "should be non-empty"),
    ({"claim": "alpha"}, "does not match"),
])
def test_a_record_that_contradicts_itself(fields, message):
    assert any(message in line for line in one(**fields)), one(**fields)


def test_a_margin_of_zero_holds():
    part = {**record("alpha")["parts"][0], "margin": 0.0}
    assert one(margin=0.0, parts=[part]) == []
    assert one(margin=0.0, parts=[{**part, "holds": False}]) != []


def test_reproduced_in_part():
    good = record("alpha")["parts"][0]
    bad = {**good, "margin": -1.0, "holds": False}
    fields = {"parts": [good, bad], "margin": -1.0, "holds": False, "reason": "r"}
    assert one(**fields, verdict="reproduced in part") == []
    assert one(**fields, verdict="not reproduced") != []


@pytest.fixture
def book(tmp_path):
    book = toybook.make(tmp_path, "alpha", "beta")
    for slug in ("alpha", "beta"):
        toybook.pretend(book, slug)
    return book


def test_the_ledger_holds_what_was_printed_and_measured(book, tmp_path):
    built = ledger.build(book)
    first = built["chapters"][0]
    assert [entry["chapter"] for entry in built["chapters"]] == ["alpha", "beta"]
    assert first["claims"] == [record("alpha")]
    assert (first["profile"], first["seed"], first["seconds"]) == ("book", 0, 1.0)
    assert first["peak_memory_mb"] == 80.0
    assert first["paper"]["authors"] == ["José Nyström", "B. van Dam"]
    assert first["paper"]["families"] == ["Nyström", "van Dam"]
    assert first["paper"]["title"] == "On X"
    ledger.write(built, tmp_path / "site")
    assert json.loads((tmp_path / "site" / "ledger.json").read_text(encoding="utf-8")) == built
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == [
        "ledger.json", *sorted(schemas.NAMES)]


def test_the_ledger_obeys_its_schema(book):
    built = ledger.build(book)
    assert schemas.findings(built, "ledger.schema.json") == []
    assert built["chapters"][0]["provenance"].pop("blas_kernels") == [], "older ledgers lack it"
    assert schemas.findings(built, "ledger.schema.json") == []
    built["chapters"][0]["provenance"]["blas_kernels"] = [{"library": "openblas"}]
    assert len(schemas.findings(built, "ledger.schema.json")) == 3
    del built["chapters"][0]["provenance"]["blas_kernels"]
    built["chapters"][0]["claims"][0]["verdict"] = "fine"
    del built["chapters"][1]["provenance"]["blas"]
    found = schemas.findings(built, "ledger.schema.json")
    assert len(found) == 2 and found[0].startswith("$.chapters[0].claims[0].verdict")


def test_an_unsound_chapter_makes_no_ledger(book):
    toybook.pretend(book, "beta", box(claim("beta")))
    with pytest.raises(CompanionError, match="beta/one: declared, but never checked") as caught:
        ledger.build(book)
    assert caught.value.status == 1


def test_a_paper_that_is_not_in_the_bibliography(book):
    source = toybook.notebook("alpha", *toybook.good_sources("alpha"))
    source.metadata.chapter.citation = "other"
    toybook.write(book, source)
    with pytest.raises(CompanionError, match="citation is 'other'; allowed: .*key"):
        ledger.build(Book(book.root))


def test_a_bibliography_that_does_not_parse(book):
    (book.root / "book" / "references.bib").write_text("@article{key, title=")
    with pytest.raises(CompanionError, match=r"^[^\n]*references.bib[^\n]*$"):
        papers(book.root)


@pytest.mark.parametrize("records, expected, differs", [
    ([record("alpha")], {"one": "reproduced"}, False),
    ([record("alpha")], {"one": "not reproduced"}, True),
    ([failed("alpha")], {"one": "reproduced"}, True),
    ([record("alpha")], {}, True),
    ([], {"one": "reproduced"}, True),
    ([], {"one": {"not asserted": "too short"}}, True),
    ([failed("alpha")], {"one": {"not asserted": "too short"}}, False),
])
def test_a_difference_in_either_direction_is_one(records, expected, differs):
    rows = compare("alpha", records, expected)
    assert [row.differs for row in rows] == [differs]


@pytest.mark.parametrize("text, message", [
    ("book: {one: fine}", "'fine'; allowed: reproduced, "),
    ("book: {one: {not asserted: }}", "allowed: reproduced, "),
    ("smoke: {one: reproduced}", "expects nothing of profile 'book'; it has: smoke"),
    ("{", "is not YAML"),
])
def test_expectations_that_are_not_verdicts(book, text, message):
    (book.root / "tests" / "expected" / "alpha.yml").write_text(text)
    with pytest.raises(CompanionError, match=rf"^[^\n]*{message}[^\n]*$"):
        expectations(book, "alpha", "book")


def test_no_expectations(book):
    (book.root / "tests" / "expected" / "alpha.yml").unlink()
    with pytest.raises(CompanionError, match="cannot read .*alpha.yml"):
        expectations(book, "alpha", "book")


def test_only_a_copy_that_changed_is_judged_again(book, tmp_path, monkeypatch):
    real, box_ = judge.findings, box(claim("alpha"))

    def judged(copy):
        """Say what of the copy was judged now, and what was said of it."""
        seen = []
        with monkeypatch.context() as watched:
            watched.setattr(judge, "findings", lambda *each: seen.append(each[0]) or real(*each))
            try:
                ledger.ensure_sound([(book.chapter("alpha"), copy)], tmp_path / "judged.json")
            except ChapterFailed as fault:
                seen.append(str(fault))
        return seen

    def copy(*printed):
        return freshness.load(toybook.pretend(book, "alpha", *printed))

    sound = copy(box_, (VERDICT, record("alpha")))
    liar = copy(box_, (VERDICT, {**failed("alpha"), "verdict": "reproduced"}))
    assert judged(sound) == ["alpha"] and judged(sound) == []
    for _ in range(2):
        name, said = judged(liar)
        assert name == "alpha" and "its parts say 'not reproduced'" in said
    assert judged(sound) == ["alpha"] and judged(sound) == []
    monkeypatch.setattr(ledger.passed.current, "installed", lambda: ["another jsonschema"])
    assert judged(sound) == ["alpha"] and judged(sound) == []
