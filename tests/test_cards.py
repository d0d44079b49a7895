"""What a card says can be read back: numbers to three digits, margins, and what was seen."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from implicitreg import cards
from implicitreg.criteria import every, mean, median, share, value

DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
SIZES = st.floats(-15, 15).map(lambda power: 10**power)


def read(text):
    """The number that a reader takes from `text`."""
    mantissa, power, exponent = re.fullmatch(r"(.*?)·?(?:(10)(?=[⁻⁰-⁹¹²³])(.+))?", text).groups()
    return float((mantissa or "1").translate(DIGITS)) * 10.0 ** int(
        exponent.translate(DIGITS) if power else 0)


@given(x=SIZES, sign=st.sampled_from([1, -1]))
def test_numbers_and_bounds_are_read_to_three_digits(x, sign):
    assert read(cards.bound(sign * x)) == pytest.approx(sign * x, rel=5.01e-3)
    if x < 1e-12:
        assert cards.number(sign * x) == "< 10⁻¹²"
    else:
        assert read(cards.number(sign * x)) == pytest.approx(sign * x, rel=5.01e-3)


def test_zero_and_no_number_are_said():
    assert cards.number(0.0) == "0" == cards.bound(0)
    assert cards.number(float("nan")) == cards.number(None) == "no number"


@pytest.mark.parametrize(("seen", "text"), [
    (every("x", [2, 2]) >= 1, "2 (n = 2)"),
    (every("x", [1, 2, 6]) >= 1, "smallest 1 (median 2, largest 6, n = 3)"),
    (every("x", [1, 2, 6]) <= 1, "largest 6 (smallest 1, median 2, n = 3)"),
    (every("x", [1, np.nan]) <= 1, "no number (n = 2)"),
    (median("x", [1, 2, 6]) >= 1, "2 (1 to 6, n = 3)"),
    (mean("x", [1, 2, 3]) >= 1, "2, −0.484 to 4.48 (n = 3)"),
    (mean("x", [1]) >= 1, "1, no number to no number (n = 1)"),
    (share("x", [True, False]) >= 1, "0.5 (n = 2)"),
    (value("x", -0.25) >= 1, "−0.25"),
])
def test_what_was_seen_has_its_spread_and_its_number(seen, text):
    assert cards.seen(seen.observed) == text


@pytest.mark.parametrize(("margin", "text", "width"), [
    (None, "no margin", 0), (0.125, "margin 12.5 %", 12), (-0.5, "margin −50 %", 0),
    (11, "margin > 1000 %", 100), (-11, "margin < −1000 %", 0)])
def test_a_margin_is_a_percentage_and_a_bar(margin, text, width):
    assert cards.margin_text(margin) == text
    assert f" {width}%,transparent {width}%" in cards._bar(margin, "#000000")
