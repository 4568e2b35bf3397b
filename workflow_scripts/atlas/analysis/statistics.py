"""Correlation coefficients, their power, corrections for many tests: pure functions on arrays, no I/O.

Outcomes of n languages are compared with k distances at once: one outcome (n,) gives (k,), v outcomes (n, v)
give (v, k). A statistic that is not defined, because an outcome or a distance is constant, is NaN.
"""

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

ROUNDING = 1e-9


def midranks(values, counts=None):
    """Rank with ties at their mean, as Spearman's coefficient wants it.

    Parameters
    ----------
    values : (n,) or (n, k), ranked down each column
    counts : (b, n), how often each value occurs in each of b resamples; by default once each

    Returns
    -------
    array of the shape of `values`; with `counts`, (b, n) or (b, n, k)
    """
    weights = np.ones((1, len(values))) if counts is None else counts
    weights = weights.astype(np.result_type(weights, np.float32), copy=False)
    smaller = (values[None, :] < values[:, None]).astype(weights.dtype)
    equal = (values[None, :] == values[:, None]).astype(weights.dtype)
    # smaller[i, j]: value j lies below value i.
    ranks = np.tensordot(weights, smaller + equal / 2, axes=([1], [1])) + weights.dtype.type(0.5)
    return ranks[0] if counts is None else ranks


def pearson(outcome, distances):
    """Pearson's correlation of each outcome with each distance."""
    outcome, distances = centred(outcome), centred(distances)
    squares = np.multiply.outer((outcome**2).sum(axis=0), (distances**2).sum(axis=0))
    return ratio(outcome.T @ distances, np.sqrt(squares))


def spearman(outcome, distances):
    """Spearman's rank correlation with midranks for ties."""
    return pearson(midranks(outcome), midranks(distances))


def kendall(outcome, distances):
    """Kendall's tau-b, which allows for ties (Kendall 1945)."""
    outcome = np.sign(outcome[:, None] - outcome[None, :])
    distances = np.sign(distances[:, None] - distances[None, :])
    concordant = np.tensordot(outcome, distances, axes=([0, 1], [0, 1]))
    untied = np.multiply.outer((outcome**2).sum(axis=(0, 1)), (distances**2).sum(axis=(0, 1)))
    return ratio(concordant, np.sqrt(untied))


def partial_spearman(outcome, distances, covariates):
    """Correlation of the ranks of outcome and distance after both lost what the covariates' ranks explain.

    Parameters
    ----------
    covariates : (n, q)

    Returns
    -------
    coefficients, p : p by the t distribution with n - 2 - q degrees of freedom (Fisher 1924), which for ranks
        is an approximation; NaN where covariates leave nothing of an outcome or of a distance
    """
    explained = np.column_stack([np.ones(len(covariates)), midranks(covariates)])
    projection = explained @ np.linalg.pinv(explained)
    left = [ranks - projection @ ranks for ranks in (midranks(outcome), midranks(distances))]
    # What rounding leaves of something that is explained wholly is no residual.
    left = [np.where((part**2).sum(axis=0) > ROUNDING, part, 0.0) for part in left]
    found = pearson(*left)
    freedom = len(covariates) - 2 - covariates.shape[1]
    if freedom < 1:
        return np.full_like(found, np.nan), np.full_like(found, np.nan)
    with np.errstate(divide="ignore"):
        t = np.abs(found) * np.sqrt(freedom / (1 - found**2))
    return found, 2 * stdtr(freedom, -t)


def smallest_detectable(n, power=0.8, level=0.05):
    """Smallest |Spearman| that n languages show as significant with the stated power, NaN for n <= 3.

    By Fisher's z with the variance 1.06 / (n - 3) of rank correlations (Fieller, Hartley and Pearson 1957),
    two-sided. For n below about ten it is a guide only.
    """
    if n <= 3:
        return np.nan
    return float(np.tanh((ndtri(1 - level / 2) + ndtri(power)) * np.sqrt(1.06 / (n - 3))))


def benjamini_hochberg(p_values):
    """Smallest false-discovery rate at which each test is rejected (Benjamini and Hochberg 1995).

    Tests without a p (NaN) have no q and do not count.
    """
    p_values = np.asarray(p_values, dtype=float)
    q_values = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    if len(tested):
        descending = tested[p_values[tested].argsort(kind="stable")[::-1]]
        scaled = p_values[descending] * len(tested) / np.arange(len(tested), 0, -1)
        q_values[descending] = np.minimum(np.minimum.accumulate(scaled), 1)
    return q_values


def holm(p_values):
    """Smallest family-wise error at which each test is rejected (Holm 1979); NaN stays NaN."""
    p_values = np.asarray(p_values, dtype=float)
    adjusted = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    ascending = tested[p_values[tested].argsort(kind="stable")]
    scaled = p_values[ascending] * np.arange(len(tested), 0, -1)
    adjusted[ascending] = np.minimum(np.maximum.accumulate(scaled), 1)
    return adjusted


def mean_interval(values, level=0.95):
    """Mean with its standard error and t interval; all but the mean are NaN for fewer than two values.

    Returns
    -------
    mean, standard error, lower end, upper end
    """
    values = np.asarray(values, dtype=float)
    mean = values.mean()
    if len(values) < 2:
        return mean, np.nan, np.nan, np.nan
    error = values.std(ddof=1) / np.sqrt(len(values))
    reach = stdtrit(len(values) - 1, (1 + level) / 2) * error
    return mean, error, mean - reach, mean + reach


def centred(values):
    """Values less their mean, down each column."""
    return values - values.mean(axis=0) if len(values) else values


def ratio(above, below):
    """Quotient, clipped to [-1, 1], NaN where `below` is zero but for rounding."""
    defined = below > ROUNDING
    return np.where(defined, np.clip(above / np.where(defined, below, 1), -1, 1), np.nan)
