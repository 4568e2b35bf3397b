"""Rank correlations, permutation tests, bootstrap intervals: pure functions on arrays, no I/O.

One outcome of n languages is compared with k distances at once: outcome (n,), distances (n, k). A statistic
that is not defined, because an outcome or a distance is constant, is NaN.
"""

import functools

import numpy as np
from scipy.special import stdtrit

# Sums in another order differ in the last digits; a permutation that ties with the observed value must count.
_ROUNDING = 1e-9


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
    smaller = (values[None, :] < values[:, None]).astype(float)
    equal = (values[None, :] == values[:, None]).astype(float)
    # smaller[i, j]: value j lies below value i.
    weights = np.ones((1, len(values))) if counts is None else counts.astype(float)
    ranks = np.tensordot(weights, smaller + equal / 2, axes=([1], [1])) + 0.5
    return ranks[0] if counts is None else ranks


def pearson(outcome, distances):
    """Pearson's correlation of the outcome with each distance: (k,)."""
    outcome, distances = _centred(outcome), _centred(distances)
    return _ratio(outcome @ distances, np.sqrt((outcome**2).sum() * (distances**2).sum(axis=0)))


def spearman(outcome, distances):
    """Spearman's rank correlation with midranks for ties: (k,)."""
    return pearson(midranks(outcome), midranks(distances))


def kendall(outcome, distances):
    """Kendall's tau-b, which allows for ties (Kendall 1945): (k,)."""
    outcome = np.sign(outcome[:, None] - outcome[None, :])
    distances = np.sign(distances[:, None] - distances[None, :])
    concordant = np.tensordot(outcome, distances, axes=([0, 1], [0, 1]))
    return _ratio(concordant, np.sqrt((outcome**2).sum() * (distances**2).sum(axis=(0, 1))))


@functools.lru_cache(maxsize=64)
def permutations(count, n, seed, groups=None):
    """Draw random orders of n units, the same for equal arguments.

    Parameters
    ----------
    groups : tuple of n group labels; units then change places only within their group

    Returns
    -------
    (count, n) positions
    """
    keys = np.random.default_rng([seed, n]).random((count, n))
    if groups is None:
        return keys.argsort(axis=1)
    labels = np.unique(groups, return_inverse=True)[1]
    orders = np.empty((count, n), dtype=int)
    orders[:, labels.argsort(kind="stable")] = (labels + keys).argsort(axis=1)
    return orders


def permutation_p(outcome, distances, orders, groups=None):
    """Two-sided p of Spearman's correlation: share of orders at least as extreme, (1 + b) / (1 + m).

    Extreme means far from the expectation over all permitted orders. It is zero if all orders are; within
    groups it is what the differences between the groups explain (the count: Phipson and Smyth 2010).

    Parameters
    ----------
    orders : (m, n) as from `permutations`, drawn with the same `groups`

    Returns
    -------
    (k,) in (0, 1], NaN where the correlation is not defined
    """
    ranks, ranked_distances = _centred(midranks(outcome)), _centred(midranks(distances))
    expected = _group_means(ranks, groups) @ ranked_distances
    observed = np.abs(ranks @ ranked_distances - expected)
    extreme = np.abs(ranks[orders] @ ranked_distances - expected) >= observed - _ROUNDING
    p_values = (1 + extreme.sum(axis=0)) / (1 + len(orders))
    return np.where(np.isnan(spearman(outcome, distances)), np.nan, p_values)


def _group_means(values, groups):
    """Replace each value by the mean of its group; one group if there are none."""
    labels = np.zeros(len(values), int) if groups is None else np.unique(groups, return_inverse=True)[1]
    return (np.bincount(labels, values) / np.bincount(labels))[labels]


@functools.lru_cache(maxsize=64)
def resamples(count, n, seed):
    """Draw bootstrap samples of n units: (count, n), how often each unit is in each sample."""
    return np.random.default_rng([seed, n]).multinomial(n, np.full(n, 1 / n), size=count)


def spearman_interval(outcome, distances, counts, level=0.95):
    """Percentile bootstrap interval of Spearman's correlation over units (Efron 1979).

    Every resample is ranked anew. Resamples in which a variable is constant have no correlation and do not
    count.

    Parameters
    ----------
    counts : (b, n) as from `resamples`

    Returns
    -------
    (k,) lower and (k,) upper end, NaN where the correlation itself is not defined
    """
    mean = (len(outcome) + 1) / 2
    outcome_ranks = midranks(outcome, counts) - mean
    distance_ranks = midranks(distances, counts) - mean
    weighted = counts * outcome_ranks
    products = np.einsum("bn,bnk->bk", weighted, distance_ranks)
    squares = np.einsum("bn,bnk->bk", counts.astype(float), distance_ranks**2)
    drawn = _ratio(products, np.sqrt((weighted * outcome_ranks).sum(axis=1)[:, None] * squares))
    ends = np.full((2, distances.shape[1]), np.nan)
    for column in np.flatnonzero(~np.isnan(drawn).all(axis=0)):
        defined = drawn[~np.isnan(drawn[:, column]), column]
        ends[:, column] = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return ends[0], ends[1]


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


def _centred(values):
    return values - values.mean(axis=0)


def _ratio(above, below):
    """Quotient,  clipped to [-1, 1], NaN where `below` is zero but for rounding."""
    defined = below > _ROUNDING
    return np.where(defined, np.clip(above / np.where(defined, below, 1), -1, 1), np.nan)
