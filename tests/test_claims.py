"""Verdict logic at its boundaries: equal, NaN, empty, one trial."""

import json

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


def record(chapter, name, *parts):
    return chapter.check(name, *parts, criterion_by="ours").record


def test_equality_holds_with_margin_zero():
    for part in (value("x", 2.5) >= 2.5, value("x", 2.5) <= 2.5, value("x", 1.0).within(1, 2)):
        assert part.holds and part.margin == 0


def test_margin_is_the_share_of_the_threshold():
    assert (value("x", 3.75) >= 2.5).margin == pytest.approx(0.5)
    assert (value("x", 1.25) >= 2.5).margin == pytest.approx(-0.5)
    assert (value("x", -1.0) <= -2.0).margin == pytest.approx(-0.5)
    assert value("x", 1.75).within(1, 2).margin == pytest.approx(0.5)
    assert value("x", 0.3).at_least(0, scale=0.1).margin == pytest.approx(3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("statistic", [every, median, mean])
def test_what_is_not_finite_never_holds(statistic, bad):
    seen = statistic("x", [5, bad, 5, 5, 5])
    for part in (seen >= 1, seen <= 9, seen.within(0, 9)):
        assert part.margin is None and not part.holds


def test_an_infinite_value_is_no_success_among_finite_ones():
    assert not (every("x", [5.0, np.inf]) >= 1).holds
    assert not (every("x", [-5.0, -np.inf]) <= 1).holds


def test_an_empty_set_satisfies_nothing():
    for statistic in (every, median, mean, share):
        with pytest.raises(ValueError, match="no values"):
            statistic("x", np.array([], dtype=bool))


def test_one_trial_has_no_interval():
    part = mean("gap", [5.0]) >= 0.1
    assert not part.holds and part.margin is None


def test_statistics_look_at_the_right_end():
    values = [1.0, 2.0, 6.0]
    assert not (every("x", values) >= 1.5).holds and not (every("x", values) <= 5).holds
    assert (median("x", values) >= 2).holds and (median("x", values) <= 2).holds
    low, high = 0.7, 0.9
    seen = mean("x", np.linspace(low, high, 9))
    assert (seen >= 0.7).holds and not (seen >= 0.79).holds and not (seen <= 0.81).holds


def test_share_takes_booleans_only():
    assert (share("solved", np.array([True, True, False])) >= 0.6).holds
    with pytest.raises(ValueError, match="booleans"):
        share("solved", [1.0, 0.5])


def test_threshold_zero_needs_a_scale():
    with pytest.raises(ValueError, match="scale"):
        value("x", 1) >= 0


def test_a_chained_comparison_is_refused():
    with pytest.raises(TypeError, match="within"):
        1 <= value("x", 1) <= 2  # noqa: B015


def test_verdict_words(chapter):
    good, bad = value("x", 3) >= 2, value("x", 1) >= 2
    assert record(chapter, "speed", good, good)["verdict"] == "reproduced"
    assert record(chapter, "speed", good, bad)["verdict"] == "reproduced in part"
    assert record(chapter, "speed", bad)["verdict"] == "not reproduced"
    assert record(chapter, "none", good)["verdict"] == "fails as it should"
    assert record(chapter, "none", good, bad)["verdict"] == "does not fail"


def test_margin_of_a_compound_is_the_least_and_a_reason_is_given(chapter):
    got = record(chapter, "speed", value("x", 3) >= 2, value("y", 1) >= 2)
    assert got["margin"] == pytest.approx(-0.5) and got["holds"] is False
    assert "y is at least 2" in got["reason"] and "x is at least" not in got["reason"]
    got = record(chapter, "speed", value("x", 3) >= 2, value("y", np.nan) >= 2)
    assert got["margin"] is None and got["holds"] is False


def test_record_is_strict_json_and_says_whose(chapter):
    got = record(chapter, "speed", mean("gap", [1.0, np.nan]) >= 0.1, median("x", [1, 2]) >= 1)
    again = json.loads(json.dumps(got, allow_nan=False))
    assert again["claim"] == "slug/speed" and again["source"] == "Author (2024), abstract"
    assert again["claim_by"] == "paper" and again["criterion_by"] == "ours"
    assert again["observed"][1] == {
        "name": "x", "statistic": "median", "value": 1.5, "min": 1, "median": 1.5, "max": 2, "n": 2,
    }


def test_not_testable(chapter):
    got = chapter.not_testable("speed", "needs a GPU").record
    assert got["verdict"] == "not testable here" and got["holds"] is None
    assert got["reason"] == "needs a GPU"


def test_misuse_is_named(chapter):
    part = value("x", 3) >= 2
    with pytest.raises(ValueError, match="'sped'.*declared: speed, none"):
        chapter.check("sped", part, criterion_by="ours")
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


def test_the_boxes_hold_claims_and_controls(chapter):
    claims = chapter.claims._repr_mimebundle_()[CLAIMS_MIME]
    controls = chapter.controls._repr_mimebundle_()[CLAIMS_MIME]
    assert [c["id"] for c in claims["claims"]] == ["slug/speed"]
    assert [(c["id"], c["control"]) for c in controls["claims"]] == [("slug/none", True)]


def test_an_attempt_leaves_no_record():
    bundle = attempt(value("x", 3) >= 2)._repr_mimebundle_()
    assert VERDICT_MIME not in bundle and "50 %" in bundle["text/plain"]


def test_numpy_thresholds_leave_plain_numbers():
    part = value("x", 3) >= np.float32(0.5)
    assert type(part.margin) is float and type(part.holds) is bool


@pytest.mark.parametrize("compare", [
    lambda x: x >= np.nan, lambda x: x <= np.inf, lambda x: x.within(2, np.inf),
    lambda x: x.within(2, 1), lambda x: x.at_least(1, scale=0),
])
def test_thresholds_must_be_finite(compare):
    with pytest.raises(ValueError, match="finite"):
        compare(value("x", 1))


@pytest.mark.parametrize("values", [[1j], ["3"], [None]])
def test_values_must_be_real_numbers(values):
    with pytest.raises(ValueError, match="real numbers"):
        every("x", values)
