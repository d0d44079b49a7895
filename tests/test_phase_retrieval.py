"""Phase retrieval: blocks, curvatures, alignment, spectral start."""

import numpy as np
import pytest

from implicitreg import operators
from implicitreg.operators import RankOneOperator
from implicitreg.phase_retrieval import gaussian_phase_retrieval, spectral_start
from implicitreg.trials import Trial


@pytest.fixture
def problem():
    return gaussian_phase_retrieval(Trial(0, 0).rng("problem"), n=7, m=60)


def test_blocks_and_rows_do_not_change_the_gradient(problem, monkeypatch):
    x = np.random.default_rng(4).standard_normal((5, 7))
    whole = problem.gradient(x)
    monkeypatch.setattr(operators, "_WHOLE_BYTES", 0)
    monkeypatch.setattr(operators, "_BLOCK_BYTES", 8 * 7 * 11)
    blocked = RankOneOperator(problem.operator.vectors)
    np.testing.assert_allclose(blocked.gradient_rows(x, problem.y), whole, rtol=1e-12)
    alone = [problem.gradient(row[None])[0] for row in x]
    np.testing.assert_allclose(whole, alone, rtol=1e-12)


def test_local_curvatures_are_the_hessian_at_the_truth(problem):
    h, x = 1e-5, problem.truth
    hessian = [(problem.gradient((x + h * e)[None]) - problem.gradient((x - h * e)[None]))[0]
               / (2 * h) for e in np.eye(7)]
    np.testing.assert_allclose(problem.curvatures(), np.linalg.eigvalsh(hessian), rtol=1e-6)


def test_least_curvature_is_the_hessians(problem):
    x, h = np.random.default_rng(6).standard_normal((2, 7)), 1e-5
    for row, least in zip(x, problem.least_curvature(x), strict=True):
        hessian = [(problem.gradient((row + h * e)[None]) - problem.gradient((row - h * e)[None]))[0]
                   / (2 * h) for e in np.eye(7)]
        assert least == pytest.approx(np.linalg.eigvalsh(hessian)[0], rel=1e-5)
    assert problem.least_curvature(problem.truth[None])[0] == pytest.approx(problem.curvatures()[0])


def test_alignment_sees_the_direction_and_not_the_length(problem):
    along = problem.operator.vectors[0] / np.linalg.norm(problem.operator.vectors[0])
    far, near = (problem.alignment((problem.truth + c * along)[None])[0] for c in (0.5, 0.05))
    assert far == pytest.approx(near)
    longest = np.abs(problem.operator.vectors @ along).max()
    assert far == pytest.approx(longest / np.sqrt(2 * np.log(60)))


def test_both_signs_of_the_truth_are_solutions(problem):
    both = np.array([problem.truth, -problem.truth])
    assert np.abs(problem.gradient(both)).max() < 1e-14
    assert problem.distance(both).max() == 0 and problem.incoherence(both).max() == 0


def test_distance_and_incoherence_forget_the_sign(problem):
    x = np.random.default_rng(5).standard_normal((4, 7))
    np.testing.assert_allclose(problem.distance(x), problem.distance(-x))
    np.testing.assert_allclose(problem.incoherence(x), problem.incoherence(-x))
    direct = np.abs(problem.operator.vectors @ problem.error(x)[0]).max() / np.sqrt(np.log(7))
    assert problem.incoherence(x)[0] == pytest.approx(direct)


def test_spectral_start_finds_the_truth_as_measurements_grow():
    far, near = (
        gaussian_phase_retrieval(Trial(0, 0).rng("problem"), n=10, m=m) for m in (100, 20_000))
    assert near.distance(spectral_start(near)[None])[0] < 0.05
    assert near.distance(spectral_start(near)[None]) < far.distance(spectral_start(far)[None])


def test_vectors_must_be_a_matrix():
    with pytest.raises(ValueError, match="vectors of shape"):
        RankOneOperator(np.ones(3))
