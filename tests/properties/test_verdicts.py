"""The verdict is a function of which parts hold, and the margin is that of the weakest."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from implicitreg.claims import CLAIM_BY, CRITERION_BY, Chapter
from implicitreg.criteria import value
from properties.strategies import NUMBERS

MARGINS = st.one_of(st.none(), st.integers(-2, 2).map(float), st.floats(-9, 9))
ORDER = {False: ["not reproduced", "reproduced in part", "reproduced"],
         True: ["does not fail", "does not fail", "fails as it should"]}


def check(margins, control=False, by="ours", criterion_by="ours"):
    """The record of a claim whose parts have the given margins, None for no number."""
    chapter = Chapter("slug", "Author (2024)")
    declare = chapter.control if control else chapter.claim
    declare("name", "It is so.", by=by, source="Theorem 1", refuted_by="It is not.")
    parts = [value(f"part {i}", float("nan") if margin is None else margin).at_least(0, scale=1)
             for i, margin in enumerate(margins)]
    return chapter.check("name", *parts, criterion_by=criterion_by).record


def holds(margin):
    return margin is not None and margin >= 0


@given(margins=st.lists(MARGINS, min_size=1, max_size=5), control=st.booleans())
def test_the_word_says_whether_all_some_or_no_parts_hold(margins, control):
    record, which = check(margins, control), [holds(margin) for margin in margins]
    assert record["verdict"] == ORDER[control][any(which) + all(which)]
    assert record["holds"] is all(which) and record["control"] is control


@pytest.mark.parametrize("control", [False, True])
@pytest.mark.parametrize("which", [w for n in (1, 2, 3) for w in product([True, False], repeat=n)])
def test_every_combination_of_parts_has_its_word(which, control):
    verdict = check([1.0 if part else -1.0 for part in which], control)["verdict"]
    if control:
        assert verdict == ("fails as it should" if False not in which else "does not fail")
    else:
        assert verdict == ("reproduced" if False not in which else
                           "reproduced in part" if True in which else "not reproduced")


@given(margins=st.lists(MARGINS, min_size=1, max_size=5), control=st.booleans())
def test_the_margin_is_that_of_the_weakest_part_and_none_without_a_number(margins, control):
    record = check(margins, control)
    assert record["margin"] == (None if None in margins else min(margins))
    assert [part["margin"] for part in record["parts"]] == margins
    if record["margin"] is not None:
        assert record["holds"] is (record["margin"] >= 0)


@given(margins=st.lists(MARGINS, min_size=1, max_size=4), more=MARGINS, control=st.booleans())
def test_the_order_of_parts_does_not_matter_and_another_part_never_helps(margins, more, control):
    record, mixed = check(margins, control), check(margins[::-1], control)
    assert (mixed["verdict"], mixed["margin"]) == (record["verdict"], record["margin"])
    longer = check([*margins, more], control)
    assert longer["holds"] <= record["holds"]
    if longer["margin"] is not None:
        assert longer["margin"] <= record["margin"]


@given(margins=st.lists(MARGINS, min_size=1, max_size=5))
def test_the_reason_names_the_parts_that_fail_and_no_other(margins):
    record = check(margins)
    assert (record["reason"] == "") is record["holds"]
    for i, margin in enumerate(margins):
        assert (f"part {i} is at least 0" in record["reason"]) is not holds(margin)
    assert record["criterion"] == "; ".join(f"part {i} is at least 0" for i in range(len(margins)))
    assert record["observed"] == [part["observed"] for part in record["parts"]]


@given(margins=st.lists(MARGINS, min_size=1, max_size=3), by=st.sampled_from(CLAIM_BY),
       criterion_by=st.sampled_from(CRITERION_BY), control=st.booleans(), x=NUMBERS)
def test_a_record_says_whose_it_is_and_survives_strict_json(margins, by, criterion_by, control, x):
    record = check([*margins, x], control, by, criterion_by)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["source"] == ("Author (2024), Theorem 1" if by == "paper" else "Theorem 1")
    assert record["claim_by"] == by and record["criterion_by"] == criterion_by
    assert record["claim"] == "slug/name" and record["statement"] == "It is so."
    assert record["schema"] == 1
