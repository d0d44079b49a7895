"""Digits that survive another setting: how they are counted, and what is run."""

import json
import os

import pytest
import toybook
from toybook import companion

from companion import digits, studies
from companion.sphinx import digits_page

PRINT = """import copy, os
text = {content!r}
seen = json.loads(text)
seen["parts"][0]["observed"]["value"] = {value}
seen["observed"][0]["value"] = {value}
near.check = True
IPython.display.display({{{mime!r}: seen, 'text/plain': {card!r}}}, raw=True)"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    book = toybook.make(tmp_path, "alpha")
    record = toybook.record("alpha")
    value = "0.5 + 1e-9 * (os.environ.get('OPENBLAS_CORETYPE') == 'SkylakeX')"
    cell = "import json, IPython.display\n" + PRINT.format(
        content=json.dumps(record), value=value, mime=toybook.VERDICT, card=toybook.card(record))
    toybook.write(book, toybook.notebook("alpha", "near.claim = 1\n" + toybook.good_sources("alpha")[0],
                                         cell))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    return book


def test_a_setting_reaches_the_kernel_and_its_numbers_are_kept(book, capsys):
    assert companion("digits --setting reference --setting skylakex --setting threads") == 0
    runs = studies.load(book, digits.NAME)["runs"]
    assert set(runs) == {"reference", "skylakex", "threads"}
    claim = runs["reference"]["alpha"]["claims"][0]
    assert claim["parts"][0]["value"] == 0.5
    assert digits.surviving(runs, "skylakex", claim) == 8
    assert digits.surviving(runs, "threads", claim) == digits.ALL
    assert digits.surviving(runs, "prescott", claim) is None
    assert runs["threads"]["alpha"]["provenance"]["threads"] == 2
    assert not (book.root / "_build" / "digits").exists() and "OPENBLAS_CORETYPE" not in os.environ
    capsys.readouterr()
    assert companion("digits --setting skylakex") == 0
    assert capsys.readouterr().err == ""  # nothing is run twice


def test_other_versions_must_be_other(book, capsys):
    assert companion("digits --setting versions") == 0  # no reference yet: nothing to tell
    assert companion("digits --setting reference --setting versions") == 0
    assert companion("digits --setting versions") == 2
    assert "an environment with another Python or NumPy" in capsys.readouterr().err


def test_an_unknown_setting_is_named(book, capsys):
    assert companion("digits --setting slow") == 2
    assert "--setting slow: allowed: reference, skylakex" in capsys.readouterr().err


def one(value: float, n: int, spread: list[float]) -> dict:
    return {"alpha": {"claims": [{"claim": "alpha/one", "parts": [
        {"criterion": "c", "margin": 0.1, "n": n, "value": value, "range": spread}]}]}}


def test_the_first_trial_is_looked_for_among_three():
    runs = {"reference": one(7.0, 10, [1, 7, 9]), "three": one(2.0, 3, [1.0, 2.0, 4.0]),
            "one": one(4.0001, 1, [4.0001] * 3)}
    claim = runs["reference"]["alpha"]["claims"][0]
    assert digits.surviving(runs, "one", claim) == 4
    runs["three"] = one(2.0, 6, [1.0, 2.0, 4.0])  # no longer a number a trial
    assert digits.surviving(runs, "one", claim) is None


def test_what_is_no_number_has_no_digits():
    assert digits.agreeing(None, 1.0) is None
    assert digits.agreeing(1e-15, 3e-15) == 0


class Pages:
    keys = {"alpha": "k"}


def test_the_summary_counts_digits_and_names_what_is_missing():
    about = {"commit": None, "date": "2026-01-02T03:04:05+00:00", "versions": {}, "cpu": "c"}
    runs = {"reference": one(0.5, 10, [0, 0, 1]), "skylakex": one(0.51, 10, [0, 0, 1])}
    for found, picked in zip(runs.values(), ("Haswell", "SkylakeX"), strict=True):
        told = {**about, "blas_kernels": [{"architecture": picked}]}
        found["alpha"] |= {"key": "old", "provenance": told}
        found["alpha"]["claims"][0]["verdict"] = "reproduced"
    said = digits_page.summary(Pages(), runs)
    assert "1 number, 0 the same to the last digit, 1 digits in the median, 1 below 3" in said
    assert "2026-01-02 03:04:05 UTC, c, Haswell kernels; other verdicts: none" in said
    assert "OpenBLAS kernels for AVX-512; SkylakeX kernels: 1 number" in said
    assert "SSE3 (prescott)</dt><dd>OpenBLAS kernels for SSE3" in said and "not measured yet" in said
    assert ("Measured with earlier code</dt><dd>reference of every chapter; skylakex of every chapter"
            in said)
    runs["skylakex"]["beta"] = {**runs["skylakex"]["alpha"], "key": None}  # as that of no chapter
    assert "reference of every chapter; skylakex of alpha<" in digits_page.summary(Pages(), runs)
    runs["reference"]["alpha"]["key"] = "k"
    assert "earlier code</dt><dd>skylakex of alpha<" in digits_page.summary(Pages(), runs)
