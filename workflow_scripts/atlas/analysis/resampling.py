"""Permutation tests and bootstrap intervals of rank correlations, for many outcomes at once; no I/O.

Shapes as in `statistics`: outcomes (n,) or (n, v), distances (n, k), results (k,) or (v, k). Outcomes
over the same languages share the permutations and resamples, so that one matrix product serves them all.
"""

import functools

import numpy as np

from atlas.analysis import statistics
from atlas.analysis.statistics import ROUNDING

# With fewer clusters than this their resamples hardly differ, and an interval would look too certain.
MIN_CLUSTERS = 5
# Numbers that one step of the work holds at once.
_ROOM = 4_000_000


@functools.lru_cache(maxsize=16)
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
    array in (0, 1], NaN where the correlation is not defined
    """
    ranks = statistics.centred(statistics.midranks(outcome)).T
    ranked = statistics.centred(statistics.midranks(distances))
    expected = _group_means(ranks.T, groups).T @ ranked
    # Sums in another order differ in the last digits; an order that ties with the observed one must count.
    needed = np.abs(ranks @ ranked - expected) - ROUNDING
    extreme = np.zeros(expected.shape, dtype=int)
    for part in _parts(len(orders), expected.size):
        # (n, parts, k): the distances take the places of others, which is the same as the outcomes doing so.
        permuted = ranked[orders[part]].transpose(1, 0, 2).reshape(len(ranked), -1)
        found = (ranks @ permuted).reshape(*ranks.shape[:-1], -1, ranked.shape[1])
        found -= expected[..., None, :]
        extreme += np.count_nonzero(np.abs(found, out=found) >= needed[..., None, :], axis=-2)
    p_values = (1 + extreme) / (1 + len(orders))
    return np.where(np.isnan(statistics.spearman(outcome, distances)), np.nan, p_values)


def _group_means(values, groups):
    """Replace each value by the mean of its group; one group if there are none."""
    labels = np.zeros(len(values), int) if groups is None else np.unique(groups, return_inverse=True)[1]
    member = np.eye(labels.max() + 1)[labels]
    return member @ (member.T @ values / member.sum(axis=0).reshape(-1, *[1] * (values.ndim - 1)))


@functools.lru_cache(maxsize=16)
def resamples(count, n, seed, groups=None):
    """Draw bootstrap samples of n units, or of whole groups: (count, n), how often each unit is in each."""
    labels = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    size = labels.max() + 1
    drawn = np.random.default_rng([seed, n]).multinomial(size, np.full(size, 1 / size), size=count)
    return drawn[:, labels]


def spearman_interval(outcome, distances, counts, level=0.95):
    """Percentile bootstrap interval of Spearman's correlation over units (Efron 1979).

    Every resample is ranked anew. Resamples in which a variable is constant have no correlation and do not
    count.

    Parameters
    ----------
    counts : (b, n) as from `resamples`

    Returns
    -------
    lower and upper end, NaN where the correlation itself is not defined
    """
    several = outcome.reshape(len(outcome), -1)
    drawn = np.concatenate(
        [
            _resampled(several, distances, counts[part])
            for part in _parts(len(counts), several.size + distances.size)
        ]
    )
    tail = (1 - level) / 2
    low, high = _quantiles(drawn.reshape(len(drawn), -1), [tail, 1 - tail])
    shape = (*outcome.shape[1:], distances.shape[1])
    return low.reshape(shape), high.reshape(shape)


def _resampled(outcomes, distances, counts):
    """Spearman's correlation in each resample: (b, v, k)."""
    # Sums of midranks are multiples of 1/4, which 32 bits hold exactly for a few hundred languages.
    counts = counts.astype(np.float32)
    middle = ((counts.sum(axis=1) + 1) / 2)[:, None, None]
    ranks = statistics.midranks(outcomes, counts) - middle
    ranked = statistics.midranks(distances, counts) - middle
    weighted = (counts[:, :, None] * ranks).transpose(0, 2, 1)
    spread = np.einsum("bn,bnv->bv", counts, ranks**2)
    spread_of_distances = np.einsum("bn,bnk->bk", counts, ranked**2)
    below = np.sqrt(spread[:, :, None] * spread_of_distances[:, None, :])
    return statistics.ratio(weighted @ ranked, below)


def _quantiles(drawn, shares):
    """Quantiles down each column of (b, c), leaving NaN out; NaN for a column of nothing else."""
    undefined = np.isnan(drawn).any(axis=0)
    ends = np.full((len(shares), drawn.shape[1]), np.nan)
    ends[:, ~undefined] = np.quantile(drawn[:, ~undefined], shares, axis=0)
    for column in np.flatnonzero(undefined):
        known = drawn[~np.isnan(drawn[:, column]), column]
        if len(known):
            ends[:, column] = np.quantile(known, shares)
    return ends


def _parts(count, width):
    """Slices of `count` rows of `width` numbers each that fit the room."""
    step = max(1, _ROOM // max(1, width))
    return [slice(start, start + step) for start in range(0, count, step)]
