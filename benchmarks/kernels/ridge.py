"""Paths of penalized linear and logistic models, many problems at once."""

from __future__ import annotations

import numpy as np

from benchmarks.case import OURS, Call, Kernel, Side, Solve
from implicitreg.glm import GLM, LOGISTIC, Family, linear, penalized


def ridge_path(rng: np.random.Generator, n: int, d: int, problems: int) -> Solve:
    X = rng.standard_normal((problems, n, d)) / np.sqrt(np.arange(1, d + 1))
    y = (rng.random((problems, n)) < 0.5).astype(float)
    return Solve((X, y, np.geomspace(1e-3, 1, 15)))


def our_penalized(family: Family) -> Side:
    def prepare(problem: Solve) -> Call:
        X, y, penalties = problem.data
        model, start = GLM(family, X, y), np.zeros((len(penalties), len(X), X.shape[-1]))
        return lambda: penalized(model, penalties[:, None], start)[0]

    return Side(OURS, "numpy", prepare)


def scikit_logistic(problem: Solve) -> Call:
    """Its objective is C times the sum of losses plus half the squared norm."""
    from sklearn.linear_model import LogisticRegression

    X, y, penalties = problem.data

    def fit(X: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
        model = LogisticRegression(C=1 / (2 * penalty * len(y)), fit_intercept=False, tol=1e-9,
                                   solver="newton-cholesky", max_iter=100)
        return model.fit(X, y).coef_[0]

    return lambda: np.array([[fit(*each, penalty) for each in zip(X, y)] for penalty in penalties])


def scikit_ridge(problem: Solve) -> Call:
    from sklearn.linear_model import Ridge

    X, y, penalties = problem.data

    def fit(X: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
        return Ridge(alpha=2 * penalty * len(y), fit_intercept=False).fit(X, y).coef_

    return lambda: np.array([[fit(*each, penalty) for each in zip(X, y)] for penalty in penalties])


BASIC = "basic-inequalities"
KERNELS = [
    Kernel("logistic ridge path", ridge_path,
           [our_penalized(LOGISTIC),
            Side("scikit-learn", "scikit", scikit_logistic, ["sklearn"], digits=5)],
           unit="solve", digits=5, tiny={"n": 20, "d": 3, "problems": 2},
           chapters=[(BASIC, {"n": 100, "d": 20, "problems": 20}),
                     (BASIC, {"n": 60, "d": 120, "problems": 20})]),
    Kernel("ridge path", ridge_path,
           [our_penalized(linear(1.0)), Side("scikit-learn", "scikit", scikit_ridge, ["sklearn"])],
           unit="solve", digits=9, tiny={"n": 20, "d": 3, "problems": 2},
           chapters=[(BASIC, {"n": 100, "d": 20, "problems": 20}),
                     (BASIC, {"n": 60, "d": 120, "problems": 20})]),
]
