"""Benchmarks: that all sides compute the same, that what differs has no row, what the page says."""

import functools
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import authors, command, floors, harness, machine, sides, surroundings
from benchmarks.case import OURS, PLAIN, Descent, Kernel, Side, told
from benchmarks.catalogue import kernels
from benchmarks.floors import Piece
from benchmarks.kernels import (adapters, deep_linear, lifted, networks, phase_retrieval,
                                regression, sensing, stochastic, two_layer)
from companion import speed
from companion.chapters import Book
from companion.sphinx import growth, speed_page

ROOT = Path(__file__).parents[1]
MACHINE = {"rates": {"float64": 1e10, "float32": 2e10}, "call_seconds": 1e-9, "cpu": "a <cpu>",
           "cores": 2, "blas": "none", "versions": {"numpy": "2"}, "seconds": 3.0,
           "date": "2026-01-02T03:04:05+00:00",
           "bandwidths": [{"level": "memory", "bytes": 1000, "bytes_per_second": 1e9}]}


def compare(kernel, given, size=None, tell=print):
    with harness.Processes(lambda: {kernel.name: kernel}, local=True) as processes:
        return harness.compare(kernel, "alpha", size or kernel.tiny, processes, given, 2, 1e-5, tell)


@pytest.mark.parametrize("kernel", kernels().values(), ids=lambda kernel: kernel.name)
def test_all_sides_that_are_here_agree(kernel):
    here = [side for side in kernel.sides if not side.missing()]
    rows = compare(kernel, here, tell=pytest.fail)
    assert [row["peer"] for row in rows if "peer" in row] == [side.name for side in here[1:]]
    assert all(row["ours_seconds"] > 0 for row in rows)


FORMULAS = {"phase retrieval": (phase_retrieval.gradient, phase_retrieval.loss),
            "deep linear": (deep_linear.gradient, deep_linear.loss),
            "symmetric sensing": (sensing.gradient, sensing.loss),
            "asymmetric sensing": (sensing.pair_gradient, sensing.pair_loss),
            "lifted tensors": (lifted.gradient, lifted.loss),
            "batched networks": (networks.gradient, networks.loss),
            "adapters": (adapters.gradient, adapters.loss),
            "one-output networks": (two_layer.gradient, two_layer.loss),
            "one-output ReLU networks": (two_layer.skipping_gradient, two_layer.skipping_loss),
            "masked norm": (stochastic.gradient, stochastic.loss),
            "diagonal networks": (regression.diagonal_gradient, regression.diagonal_loss),
            "logistic models": (regression.logistic_gradient, regression.logistic_loss)}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_gradient_is_that_of_the_loss(name):
    gradient, loss = FORMULAS[name]
    kernel = kernels()[name]
    problem = kernel.problem(kernel.tiny)
    x, *data = (each.astype(float) for each in (problem.start, *problem.data))
    way = np.random.default_rng(0).standard_normal(x.shape)
    change = (loss(np, x + 1e-6 * way, *data) - loss(np, x - 1e-6 * way, *data)) / 2e-6
    assert (gradient(np, x, *data) * way).sum() == pytest.approx(change, rel=1e-6, abs=1e-9)


def test_every_loss_is_tested():
    derived = {name for name, kernel in kernels().items()
               if any(side.name == sides.AUTOGRAD for side in kernel.sides)}
    assert derived == set(FORMULAS)


@pytest.mark.parametrize("kernel", kernels().values(), ids=lambda kernel: kernel.name)
def test_sizes_are_those_of_chapters_that_exist(kernel):
    for chapter, size in kernel.chapters:
        assert (ROOT / "notebooks" / f"{chapter}.ipynb").is_file()
        assert set(size) <= set(kernel.tiny) | {"percent"}


def test_every_chapter_has_a_kernel():
    named = {chapter for kernel in kernels().values() for chapter, _ in kernel.chapters}
    assert named == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_a_projection_follows_every_step():
    problem = Descent(np.array([[3.0, 4.0]]), (), 0.5, steps=2)
    step = sides.stepping(lambda xp, x: x, stochastic.ball)
    assert sides.plain(step, problem)() == pytest.approx(np.array([[0.3, 0.4]]))


def side(name, value, **options):
    return Side(name, "numpy", lambda problem: lambda: value * problem.start, **options)


def toy(*others):
    return Kernel("toy", lambda rng, n: Descent(rng.standard_normal(n), (), 0.1), digits=6,
                  sides=[side(OURS, 1.0), *others], chapters=[("alpha", {"n": 4})], tiny={"n": 4},
                  pieces=lambda n: [Piece("product", (n, n, n))], numbers=lambda n: n * n,
                  sweep=[{"n": n} for n in (2, 4, 8)], slope=3)


def test_what_disagrees_has_no_row():
    good, bad = side("good", 1 + 0.9e-8), side("bad", 1 + 0.9e-5)
    heard = []
    rows = compare(toy(good, bad), toy(good, bad).sides, tell=heard.append)
    assert [(row["peer"], row["agreement"]) for row in rows] == [("good", 8)]
    assert heard == ["toy, n = 4: no row for bad: it agrees with ours to 5 digits; stated: 6"]
    lenient = side("bad", 1 + 0.9e-5, digits=5)
    assert compare(toy(lenient), toy(lenient).sides)[0]["agreement"] == 5


@pytest.mark.parametrize("value", [np.nan, np.inf, 2.0, -1.0])
def test_no_digits_are_seen_where_there_are_none(value):
    assert harness.agreeing(np.ones(3), np.full(3, value)) == 0


def broken(problem):
    raise RuntimeError("no compiler")


def with_a_broken_side():
    return {"toy": Kernel("toy", phase_retrieval.draw, [
        Side(OURS, "numpy", phase_retrieval.ours), Side("broken", "other", broken)],
        chapters=[], digits=9)}


def test_a_side_that_fails_in_its_process_is_told():
    kernel, heard = with_a_broken_side()["toy"], []
    with harness.Processes(with_a_broken_side) as processes:
        rows = harness.compare(kernel, "alpha", {"n": 4, "m": 9, "rows": 2}, processes,
                               kernel.sides, 1, 1e-4, heard.append)
        assert "numpy" in processes.versions()
    assert "peer" not in rows[0] and rows[0]["ours_seconds"] > 0
    assert heard == ["toy, n = 4, m = 9, rows = 2: no row for broken: RuntimeError: no compiler"]


def test_every_process_draws_the_same_problem():
    kernel = kernels()["deep linear"]
    one, two = (kernel.problem(kernel.tiny) for _ in range(2))
    assert np.array_equal(one.start, two.start) and np.array_equal(one.data[1], two.data[1])
    assert not np.array_equal(one.start, kernel.problem({**kernel.tiny, "rows": 3}).start[:2])


def test_a_slow_side_takes_part_in_the_last_cases_only():
    kernel = toy(side("slow", 1.0, limit=1))
    kernel = Kernel(**{**vars(kernel), "chapters": [("alpha", {"n": n}) for n in (2, 3, 4)]})
    assert [[each.name for each in found] for *_, found in command.cases(kernel)] == [
        ["ours"], ["ours"], ["ours", "slow"]]


def test_the_floor_is_the_slower_of_arithmetic_and_memory():
    product = [Piece("product", (10, 10, 10), batch=5)]
    assert floors.floor(product, 10, 8, MACHINE)["floor_seconds"] == 1e-6
    found = floors.floor(product, 1000, 8, MACHINE)
    assert (found["binds"], found["floor_seconds"]) == ("bytes", 8e-6)
    assert floors.reached(found, 16e-6, 12e-6, MACHINE)["share"] == 0.5
    assert floors.reached(found, 16e-6, 12e-6, {**MACHINE, "call_seconds": 1e-6})["binds"] == "calls"


@pytest.mark.parametrize("piece", [Piece("product", (2, 3, 4)), Piece("product", (2, 3, 4), 5),
                                   Piece("gram", (3, 4)), Piece("cholesky", (3,)),
                                   Piece("solve", (3,)), Piece("svd", (4, 3)), Piece("eigh", (3,))])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_piece_can_be_timed_alone(piece, dtype):
    assert machine.seconds(piece, dtype) > 0 and piece.operations > 0


def test_the_machine_is_as_fast_as_its_fastest_library(monkeypatch):
    monkeypatch.setattr(machine, "SIDES", (2, 3))
    monkeypatch.setattr(machine, "WORKING_SETS", {"cache": 4096})
    own = machine.products("numpy")
    assert [each["side"] for each in own] == [2, 3, 2, 3]
    other = [{**each, "library": "other", "rate": 1e15} for each in own[2:]]
    found = machine.measure([*own, *other])
    assert found["rates"]["float32"] == 1e15 and found["rates"]["float64"] < 1e15
    assert floors.bandwidth(10**9, found) == found["bandwidths"][0]["bytes_per_second"] > 0


def test_every_library_has_one_thread_and_picks_its_kernels(monkeypatch):
    before = {name: "8" for name in surroundings.ONE} | {"OPENBLAS_CORETYPE": "Prescott"}
    monkeypatch.setattr(surroundings.os, "environ", before)
    surroundings.settle()
    assert {before[name] for name in surroundings.ONE} == {"1"}
    assert "OPENBLAS_CORETYPE" not in before


def test_every_kernel_counts_its_pieces():
    for kernel in kernels().values():
        for _, size in kernel.chapters if kernel.pieces else []:
            assert floors.floor(kernel.pieces(**size), kernel.numbers(**size), 8,
                                MACHINE)["floor_seconds"] > 0


@pytest.mark.parametrize("kernel", [k for k in kernels().values() if k.sweep],
                         ids=lambda kernel: kernel.name)
def test_the_slope_is_that_of_the_count(kernel):
    small, large = kernel.sweep[-2:]
    counts = [sum(piece.operations for piece in kernel.pieces(**size)) for size in (small, large)]
    slope = np.log(counts[1] / counts[0]) / np.log(large[kernel.axis] / small[kernel.axis])
    assert slope == pytest.approx(kernel.slope, abs=0.3)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """What the command stores of a toy kernel, on a machine that is made up."""
    quick = toy(side(PLAIN, 1.0), side("<solver>", 1.0))
    monkeypatch.setattr(command, "kernels", lambda paths: {"toy": quick, "other": None})
    monkeypatch.setattr(machine, "measure", lambda products: dict(MACHINE))
    monkeypatch.setattr(machine, "products", lambda library: [])
    monkeypatch.setattr(harness, "Processes", functools.partial(harness.Processes, local=True))
    out = tmp_path / "benchmarks.json"
    assert command.main(["--only", "toy", "--rounds", "2", "--block", "1e-5", "--out", str(out)]) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["benchmarks.json"]
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize("given,said", [
    (["--only", "toy"], "--only: say --out FILE too; benchmarks.json holds all kernels"),
    (["--rounds", "0"], "--rounds 0, --block 0.02: both must be > 0"),
    (["--only", "cake", "--out", "x.json"], "--only cake: no kernel's name holds it; allowed: a")])
def test_what_is_no_order_is_one_line(given, said, capsys):
    with pytest.raises(SystemExit) as refused:
        command.main(given)
    assert said in f"{capsys.readouterr().err}{refused.value}"


def test_the_stored_study_has_what_the_contract_says(study):
    assert study["schema"] == 1 and study["machine"]["versions"]["numpy"] == np.__version__
    row = study["rows"][0]
    assert {"name", "size", "ours_seconds", "peer", "peer_seconds", "ratio", "agreement"} <= set(row)
    low, high = row["ratio_spread"]
    assert low <= row["ratio"] <= high and row["agreement"] == 16
    assert [each["at"] for each in study["sweeps"][0]["points"]] == [2, 4, 8]
    assert study["floors"][0]["operations"] == 128


def test_the_page_is_made_from_the_stored_study(study):
    companion = SimpleNamespace(book=Book(ROOT))
    parts = {name: part(study, companion) for name, part in speed_page.PARTS.items()}
    assert "a &lt;cpu&gt;" in parts["summary"] and "Changed since" not in parts["summary"]
    row = study["rows"][0]
    assert speed_page.times(row["ratio"]) in parts["steps"] and "n = 4" in parts["steps"]
    assert "&lt;solver&gt;" in parts["solves"] and "<solver>" not in parts["solves"]
    assert PLAIN not in parts["solves"]
    for row in study["rows"]:
        row["unit"] = "solve"
    assert PLAIN in speed_page.solves(study, None) and "n = 4" not in speed_page.steps(study, None)
    for row in study["rows"]:
        row["unit"] = "step"
    assert parts["authors"] == "<p>Not measured yet.</p>"
    assert parts["limits"].count("<tr>") == 2 and "n³" in parts["growth"]
    study["sources"]["lib/implicitreg/optimize.py"] = "another"
    assert "Changed since</dt><dd>lib/implicitreg/optimize.py" in speed_page.summary(study, companion)


def test_a_loss_against_a_peer_is_marked(study):
    study["rows"][0] |= {"ratio": 0.5, "ratio_spread": [0.4, 0.6]}
    assert '<span class="few">0.5</span>' in speed_page.steps(study, None)


def test_a_busy_machine_is_told(study):
    for row in study["rows"]:
        row["waiting"] = 2.0
    told_so = speed_page.summary(study, SimpleNamespace(book=Book(ROOT)))
    assert "2.00 times processor time in the median: the machine was not quiet" in told_so


def test_the_study_names_what_it_measured():
    named = command.sources()
    assert "lib/implicitreg/optimize.py" in named and "benchmarks/harness.py" in named
    assert speed.changed(Book(ROOT), {"sources": named}) == []
    assert speed.changed(Book(ROOT), {"sources": {"gone.py": "0"}}) == ["gone.py"]


def test_a_panel_says_what_it_shows():
    points = [{"at": n, "seconds": 1e-6 * n**2, "floor_seconds": 1e-7 * n**2, "plain_seconds": None}
              for n in (1, 10, 100)]
    said = growth.alternative({"name": "k", "unit": "step", "axis": "n", "slope": 2, "points": points})
    assert "the slope at the end is 2.0, by count 2; the last point is 10.0 times the floor" in said


NOTEBOOK = {"cells": [{"source": ["def other():\n", "    pass"]}, {"source": [
    "import nowhere\n", "def gradF(x):\n", "    return As.T @ (((As @ x) ** 2 - ys) * (As @ x)) / n"]}]}


def test_authors_code_is_read_from_the_folder_that_is_named(tmp_path):
    (tmp_path / "heavyball_pr.ipynb").write_text(json.dumps(NOTEBOOK))
    given = authors.folders([f"accelerated-phase-retrieval={tmp_path}"])
    kernel = kernels(given)["authors: phase retrieval"]
    assert compare(kernel, kernel.sides)[0]["agreement"] >= 11
    assert authors.versions(given) == {"accelerated-phase-retrieval": "unknown version"}


# what the program of that name computes, in words of ours
SENSING = {
    "base.py": """
class MatrixSensing:
    def M_t(self, U, V):
        inner = np.einsum("ikj,jk->i", self.matrices_T, U @ V.T - self.X_star)
        return np.einsum("i,ijk->jk", inner, self.matrices) / len(self.matrices)
""",
    "symmetric.py": """
import nowhere
class SymmetricEmpirical:
    def step(self, U):
        return (self.identity - self.eta * self.M_t(U, U)) @ U
""",
    "asymmetric.py": """
class AsymmetricEmpirical:
    def step(self, U, V):
        M = self.M_t(U, V)
        return U - self.eta * M @ V, V - self.eta * M.T @ U
"""}


def test_authors_methods_are_lent_our_problem(tmp_path):
    for name, text in SENSING.items():
        (tmp_path / name).write_text(text)
    found = kernels(authors.folders([f"matrix-sensing={tmp_path}"]))
    for name in ("authors: symmetric sensing", "authors: asymmetric sensing"):
        assert compare(found[name], found[name].sides)[0]["agreement"] >= 11


@pytest.mark.parametrize("given,said", [
    ("mine=.", "no adapter of that name; allowed: accelerated-phase-retrieval,"),
    ("norms-diverging=/no/where", "no such folder; allowed: a checkout of the code")])
def test_what_is_no_authors_code_is_one_line(given, said):
    with pytest.raises(SystemExit, match=said):
        authors.folders([given])


def test_every_adapter_is_told_of():
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in text for name in authors.NAMES)
    assert {path.stem.replace("_", "-") for path in (ROOT / "benchmarks" / "authors").glob("[a-z]*.py")
            } == set(authors.NAMES)


def test_a_size_reads_like_the_chapter():
    assert told({"n": 3, "rows": 2}) == "n = 3, rows = 2"
