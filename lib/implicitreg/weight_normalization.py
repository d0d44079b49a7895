r"""Weight normalization, $x = ru$ with $\|u\|_2=1$, on a diagonal linear network $w=x^{\odot L}$.

Gradient flow on $r$ and $u$, with rates whose ratio is $c = \eta_u/\eta_r$, started from
$x=\alpha\mathbf1$. At each radius $r$ it is where plain gradient flow could be if that had started
from another scale [1]_:

$$\alpha_{\rm eff} = \alpha\,\frac r{r_0}\,e^{-c(r^2-r_0^2)/2},\qquad r_0=\alpha\sqrt n .$$

References
----------
.. [1] H.-H. Chou, H. Rauhut, R. Ward, "Robust implicit regularization via weight normalization",
   arXiv:2305.05448. The formula for the effective scale is derived in the book's chapter.
"""

from dataclasses import replace

import numpy as np

from implicitreg.mirror import DualResult, dual_newton, exponential
from implicitreg.rules import Gradient, Rule


def polar(x: np.ndarray) -> np.ndarray:
    r"""Rows $x$, shape (rows, n), as rows $(r, u)$, shape (rows, 1 + n), with $x=ru$.

    Examples
    --------
    >>> polar(np.array([[3.0, 4.0]]))
    array([[5. , 0.6, 0.8]])
    """
    r = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.concatenate([r, x / r], axis=-1)


def cartesian(state: np.ndarray) -> np.ndarray:
    r"""$x = ru$ of rows $(r, u)$: undoes `polar`."""
    return state[..., :1] * state[..., 1:]


def weight_normalization(ratio: float | np.ndarray) -> Rule:
    r"""A rule for `descend`: steps of $f(ru)$ in $r$ and on the sphere in $u$.

    With $g=\nabla f(ru)$ and the step $\eta$ of the radius,

    $$r \leftarrow r-\eta\langle u,g\rangle,\qquad
      u \leftarrow \frac v{\|v\|},\quad v = u-c\,\eta\,r\,(g-\langle u,g\rangle u).$$

    States are rows $(r, u)$ as `polar` makes them. The gradient given to `descend` is that of $f$
    in $x$, as for gradient descent without normalization.

    Parameters
    ----------
    ratio : float or array, shape (rows, 1)
        $c$, the rate of $u$ over that of $r$.
    """

    def rule(
        state: np.ndarray, previous: np.ndarray, gradient: Gradient, step: float
    ) -> np.ndarray:
        r, u = state[..., :1], state[..., 1:]
        g = gradient(r * u)
        radial = (u * g).sum(-1, keepdims=True)
        v = u - ratio * step * r * (g - radial * u)
        return np.concatenate(
            [r - step * radial, v / np.linalg.norm(v, axis=-1, keepdims=True)], axis=-1
        )

    return rule


def effective_scale(
    alpha: float, ratio: float, n: int, radius: float | np.ndarray
) -> float | np.ndarray:
    r"""$\alpha_{\rm eff}=\alpha\,\frac r{r_0}e^{-c(r^2-r_0^2)/2}$ with $r_0=\alpha\sqrt n$.

    Parameters
    ----------
    alpha : float
        Scale of the start $x=\alpha\mathbf1$.
    ratio : float
        $c$, the rate of $u$ over that of $r$.
    n : int
        Number of coordinates.
    radius : float or array
        The present $r$; at depth 2, $r^2=\|w\|_1$.

    Examples
    --------
    >>> round(float(effective_scale(0.1, 2.0, 100, 2.0)), 6)
    0.009957
    """
    return radius / n**0.5 * np.exp(-ratio * (radius**2 - alpha**2 * n) / 2)


def normalized_limit(
    A: np.ndarray, y: np.ndarray, alpha: float, ratio: float,
    *, tol: float = 1e-10, max_iterations: int = 100,
) -> DualResult:
    r"""Limit of weight-normalized gradient flow on $w=x\odot x$ that fits $Aw=y$, exactly.

    It is $w(\beta)$, the entropic projection of scale $\beta=\alpha_{\rm eff}^2$, at the root of

    $$F(s)=s-\log\frac{S}{n}+c\,(S-\alpha^2n),\qquad s=\log\beta,\quad S=\|w(\beta)\|_1 .$$

    $F$ increases, since $\frac{dS}{ds}=S-y^\top H^{-1}y$ lies in $[0,S]$ with
    $H=A\,\mathrm{diag}(w)A^\top$. So a Newton step that leaves the bracket of the root is
    replaced by its middle. $s$ moves by at most 4 at once, and each $w(\beta)$ starts from the
    last one along $\frac{d\nu}{ds}=-H^{-1}y$.

    Parameters
    ----------
    A : array, shape (m, n)
        Measurements, of full row rank.
    y : array, shape (m,)
        Data that some positive $w$ fits.
    alpha : float
        Scale of the start $x=\alpha\mathbf1$, > 0.
    ratio : float
        $c$, the rate of $u$ over that of $r$, > 0.
    tol : float
        Stop at $|F|\le(1+cS)\,$`tol`; also the relative residual of the result.
    max_iterations : int
        Most values of $s$; about $cS/4$ are needed where that is large.

    Returns
    -------
    DualResult
        `iterations` counts values of $s$; not converged is a status, not an error.

    Raises
    ------
    ValueError
        If `alpha` or `ratio` is not positive, the sizes do not fit or `y` is 0.
    """
    for name, value in (("alpha", alpha), ("ratio", ratio)):
        if not value > 0:
            raise ValueError(f"{name} = {value!r}: must be > 0")
    s, nu, low, high = 0.0, None, -np.inf, np.inf
    for iteration in range(1, max_iterations + 1):
        point = dual_newton(A, y, exponential(np.exp(s)), start=nu, tol=tol)
        S = point.x.sum()
        excess = s - np.log(S / A.shape[1]) + ratio * (S - alpha**2 * A.shape[1])
        if abs(excess) <= tol * (1 + ratio * S):
            return replace(point, iterations=iteration)
        hessian = (A * point.x) @ A.T
        # at a tiny scale hardly more than the support of w is left in H
        ridge = 1e-13 * np.trace(hessian) / len(y) * np.eye(len(y))
        tangent = np.linalg.solve(hessian + ridge, y)
        growth = S - y @ tangent
        low, high = (low, s) if excess > 0 else (s, high)
        new = s - np.clip(excess / (1 - growth / S + ratio * growth), -4, 4)
        new = new if low < new < high else (low + high) / 2
        s, nu = new, point.nu - (new - s) * tangent
    return replace(point, iterations=iteration, status="budget")
