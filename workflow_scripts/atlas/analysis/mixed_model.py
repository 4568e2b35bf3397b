"""Linear mixed models with crossed random effects, by restricted maximum likelihood; no I/O.

outcome = design @ fixed + sum of effects @ random + residual. statsmodels' MixedLM takes crossed effects only
as variance components of one group, with all rows in one dense matrix at every step; here the random effects
are solved for instead, as lme4 does (Bates et al. 2015, arXiv 1406.5823, section 3).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize

# Residuals below this share of the outcome's spread are rounding: the model fits exactly.
_EXACT = 1e-12


@dataclass(frozen=True)
class Fit:
    """Estimates: fixed (p,), their covariance (p, p), and standard deviations in units of the outcome."""

    fixed: np.ndarray
    covariance: np.ndarray
    residual: float
    deviations: tuple  # one per random effect
    deviance: float

    @property
    def errors(self):
        """Standard errors of the fixed effects."""
        return np.sqrt(np.diag(self.covariance))


def fit(outcome, design, effects):
    """Fit by REML.

    Parameters
    ----------
    outcome : (n,)
    design : (n, p) of full rank
    effects : list of (n, q): columns of one random effect, whose coefficients share a variance

    Returns
    -------
    Fit, or None where the outcome is fitted exactly, so that nothing tells chance from effect
    """
    products = _Products(outcome, design, effects)
    scale = ((outcome - outcome.mean()) ** 2).sum()
    if products.solve(np.zeros(len(effects)))[2] <= _EXACT * max(scale, 1e-300):
        return None
    theta = np.zeros(0)
    if effects:
        theta = _search(products.deviance, len(effects))
    fixed, inner, squares, _ = products.solve(theta)
    residual = np.sqrt(squares / products.freedom)
    if squares <= _EXACT * scale:
        return None
    covariance = residual**2 * cho_solve((inner, False), np.eye(len(fixed)))
    return Fit(fixed, covariance, residual, tuple(theta * residual), products.deviance(theta))


def _search(deviance, count):
    """Where the deviance is least, of two searches.

    The plain one reaches deviations of zero, but its first step can overshoot where one effect is much larger
    than the residual; the search by logarithm finds such effects.
    """
    plain = minimize(deviance, np.full(count, 0.7), method="L-BFGS-B", bounds=[(0, 1e3)] * count)
    logs = minimize(
        lambda logs: deviance(np.exp(logs)), np.zeros(count), method="L-BFGS-B", bounds=[(-7, 7)] * count
    )
    return plain.x if plain.fun <= logs.fun else np.exp(logs.x)


class _Products:
    """Cross products of the data, from which every step of the search is solved without the n rows."""

    def __init__(self, outcome, design, effects):
        self.widths = [effect.shape[1] for effect in effects]
        random = np.hstack([*effects, np.zeros((len(outcome), 0))])
        self.random = random.T @ random
        self.random_fixed, self.random_outcome = random.T @ design, random.T @ outcome
        self.fixed, self.fixed_outcome = design.T @ design, design.T @ outcome
        self.outcome = outcome @ outcome
        self.freedom = len(outcome) - design.shape[1]

    def solve(self, theta):
        """Fixed effects, the Cholesky factor of their information, penalised squares, log determinant.

        theta : standard deviation of each random effect relative to the residual's
        """
        scale = np.repeat(theta, self.widths)
        inner = self.random * np.outer(scale, scale)
        inner[np.diag_indices_from(inner)] += 1
        factor = cholesky(inner, lower=True, check_finite=False) if len(scale) else inner
        right = scale[:, None] * np.column_stack([self.random_fixed, self.random_outcome])
        solved = solve_triangular(factor, right, lower=True, check_finite=False) if len(scale) else right
        onto_fixed, onto_outcome = solved[:, :-1], solved[:, -1]
        information = cholesky(self.fixed - onto_fixed.T @ onto_fixed, check_finite=False)
        rest = self.fixed_outcome - onto_fixed.T @ onto_outcome
        fixed = cho_solve((information, False), rest, check_finite=False)
        squares = self.outcome - onto_outcome @ onto_outcome - fixed @ rest
        logs = np.log(np.diag(factor)).sum() + np.log(np.diag(information)).sum()
        return fixed, information, squares, 2 * logs

    def deviance(self, theta):
        """Minus twice the restricted log likelihood, the residual's variance profiled out."""
        *_, squares, logs = self.solve(theta)
        spread = max(squares, 1e-300) / self.freedom
        return logs + self.freedom * (1 + np.log(2 * np.pi * spread))


def cluster_bootstrap(outcome, design, effects, fitted, units, counts):
    """Fixed effects in resamples of whole units, with the variances held at their estimates.

    A unit that is drawn twice counts as two units, each with random effects of its own.

    Parameters
    ----------
    effects : pairs of (n, q) columns, and whether they belong to the units (families) or cross them
    fitted : Fit of the same model
    units : (n,), number of the unit of each row
    counts : (b, number of units)

    Returns
    -------
    (b, p), NaN where a resample does not determine the fixed effects
    """
    relative = np.array(fitted.deviations) / fitted.residual
    own = [theta * columns for theta, (columns, of_unit) in zip(relative, effects, strict=True) if of_unit]
    crossed = [
        theta * columns for theta, (columns, of_unit) in zip(relative, effects, strict=True) if not of_unit
    ]
    nothing = np.zeros((len(outcome), 0))
    own, crossed = np.hstack([*own, nothing]), np.hstack([*crossed, nothing])
    rows = np.column_stack([crossed, design, outcome])
    blocks = np.array([_absorbed(rows[units == unit], own[units == unit]) for unit in range(counts.shape[1])])
    sums = np.tensordot(counts.astype(float), blocks, axes=1)
    q = crossed.shape[1]
    inner = sums[:, :q, :q] + np.eye(q)
    reduced = sums[:, q:, q:] - sums[:, q:, :q] @ np.linalg.solve(inner, sums[:, :q, q:])
    information, right = reduced[:, :-1, :-1], reduced[:, :-1, -1:]
    determined = np.linalg.cond(information) < 1e10
    drawn = np.full((len(counts), design.shape[1]), np.nan)
    drawn[determined] = np.linalg.solve(information[determined], right[determined])[..., 0]
    return drawn


def _absorbed(rows, own):
    """Cross products of one unit's rows after its own random effects are integrated out."""
    covariance = np.eye(len(rows)) + own @ own.T
    return rows.T @ np.linalg.solve(covariance, rows)
