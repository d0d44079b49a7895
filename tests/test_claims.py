"""Criteria and claims by example: arithmetic, refusals, and how cards show."""

import numpy as np
import pytest

from implicitreg.claims import CLAIMS_MIME, VERDICT_MIME, Chapter, attempt
from implicitreg.criteria import every, mean, median, share, value


@pytest.fixture
def chapter():
    chapter = Chapter("slug", "Author (2024)")
    chapter.claim("speed", "It is faster.", by="paper", source="abstract", refuted_by="slower")
    chapter.control("none", "It is not faster.", by="ours", source="theory", refuted_by="faster")
    return chapter


def test_margin_is_the_share_of_the_threshold():
    assert (value("x", 3.75) >= 2.5).margin == pytest.approx(0.5)
    assert (value("x", 1.25) >= 2.5).margin == pytest.approx(-0.5)
    assert (value("x", -1.0) <= -2.0).margin == pytest.approx(-0.5)
    assert value("x", 1.75).within(1, 2).margin == pytest.approx(0.5)
    assert value("x", 0.3).at_least(0, scale=0.1).margin == pytest.approx(3)


@pytest.mark.parametrize(("part", "compared"), [
    (every("x", [3, 1, 7]) >= 2, 1), (every("x", [3, 1, 7]) <= 2, 7),
    (every("x", [3, 1, 7]).within(0, 9), 1), (every("x", [3, 1, 7]).within(-1, 8), 7),
    (every("x", [3, 1, 7]).within(0, 8), 1), (every("x", [3, 1, 7]).within(2, 8), 1),
    (median("x", [3, 1, 7]) >= 2, 3), (mean("x", [3, 1, 8]) <= 2, 4), (value("x", 5) >= 2, 5),
    (share("x", [True, False]) >= 0.9, 0.5)])
def test_the_value_of_a_part_is_the_number_that_was_compared(part, compared):
    assert part.observed["value"] == compared


def test_an_empty_set_satisfies_nothing():
    for statistic in (every, median, mean, share):
        with pytest.raises(ValueError, match="no values"):
            statistic("x", np.array([], dtype=bool))


def test_share_takes_booleans_only():
    assert (share("solved", np.array([True, True, False])) >= 0.6).holds
    with pytest.raises(ValueError, match="booleans"):
        share("solved", [1.0, 0.5])


def test_threshold_zero_needs_a_scale():
    advice = r"finite scale > 0; for threshold 0 use at_least\(0, scale=...\) or at_most\(0, scale"
    with pytest.raises(ValueError, match=advice):
        value("x", 1) >= 0


def test_a_chained_comparison_is_refused():
    with pytest.raises(TypeError, match=r"^a part has no truth value: use \.within.* <= high$"):
        1 <= value("x", 1) <= 2  # noqa: B015


def test_what_cannot_be_tested_has_no_parts_and_no_margin(chapter):
    got = chapter.not_testable("speed", "needs a GPU").record
    assert got == {
        "schema": 1, "claim": "slug/speed", "statement": "It is faster.",
        "source": "Author (2024), abstract", "claim_by": "paper", "control": False,
        "criterion": "", "criterion_by": None, "observed": [], "margin": None, "holds": None,
        "parts": [], "verdict": "not testable here", "reason": "needs a GPU",
    }


def test_misuse_is_named(chapter):
    part = value("x", 3) >= 2
    with pytest.raises(ValueError, match="'sped'.*declared: speed, none$"):
        chapter.check("sped", part, criterion_by="ours")
    with pytest.raises(ValueError, match="'speed': not a declared claim; declared: none$"):
        Chapter("slug", "Author (2024)").not_testable("speed", "needs a GPU")
    with pytest.raises(ValueError, match="at least one part"):
        chapter.check("speed", criterion_by="ours")
    with pytest.raises(ValueError, match="theorem, paper, ours"):
        chapter.check("speed", part, criterion_by="me")
    with pytest.raises(ValueError, match="paper, derived, ours"):
        chapter.claim("z", "s", by="me", source="", refuted_by="")


def test_cards_show_in_jupyter_and_as_text(chapter):
    verdict = chapter.check("speed", value("<x>", 3) >= 2, criterion_by="paper")
    bundle = verdict._repr_mimebundle_()
    assert set(bundle) == {VERDICT_MIME, "text/html", "text/plain"}
    assert "<x>" not in bundle["text/html"] and "&lt;x&gt;" in bundle["text/html"]
    assert "REPRODUCED" in bundle["text/plain"] and "50 %" in bundle["text/plain"]
    control = chapter.check("none", value("x", 3) >= 2, criterion_by="theorem")
    assert "Criterion: a theorem's. A control: the effect must be absent here." in repr(control)


def test_the_boxes_hold_claims_and_controls(chapter):
    speed = {"id": "slug/speed", "statement": "It is faster.", "by": "paper",
             "source": "abstract", "refuted_by": "slower", "control": False}
    bundle = chapter.claims._repr_mimebundle_()
    assert bundle.pop(CLAIMS_MIME) == {"schema": 1, "chapter": "slug", "claims": [speed]}
    assert "It is faster." in bundle["text/html"] and "It is faster." in bundle["text/plain"]
    controls = chapter.controls._repr_mimebundle_()[CLAIMS_MIME]["claims"]
    assert [(c["id"], c["control"]) for c in controls] == [("slug/none", True)]


def test_without_jupyter_a_box_a_card_and_an_attempt_are_their_text(chapter):
    part = value("x", 3) >= 2
    for shown in (chapter.claims, chapter.check("speed", part, criterion_by="ours"), attempt(part)):
        assert repr(shown) == shown._repr_mimebundle_()["text/plain"] != ""


def test_an_attempt_leaves_no_record():
    bundle = attempt(value("x", 3) >= 2)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"} and "50 %" in bundle["text/plain"]


def test_numpy_thresholds_leave_plain_numbers():
    part = value("x", 3) >= np.float32(0.5)
    assert type(part.margin) is float and type(part.holds) is bool


@pytest.mark.parametrize("compare", [
    lambda x: x >= np.nan, lambda x: x <= np.inf, lambda x: x.within(2, np.inf),
    lambda x: x.within(2, 1), lambda x: x.within(1, 1), lambda x: x.within(-1e308, 1e308),
    lambda x: x.at_least(1, scale=0),
])
def test_thresholds_must_be_finite(compare):
    with pytest.raises(ValueError, match="finite"):
        compare(value("x", 1))


@pytest.mark.parametrize("values", [[1j], ["3"], [None]])
def test_values_must_be_real_numbers(values):
    with pytest.raises(ValueError, match="real numbers"):
        every("x", values)
