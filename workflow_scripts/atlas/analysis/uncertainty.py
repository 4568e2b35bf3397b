"""How far a delta can be trusted: the test examples could have been others, and so could the seeds.

The seeds of a cell are tested on the same examples, so both vary at once (crossed, not nested): an example
may be easy for every seed, a seed may be good at every example, and the rest is particular to both. The
bootstrap over examples sees the first and the last, the spread over seeds the second and the last. Counted
twice, the last would make every interval too wide (Owen 2007, "The pigeonhole bootstrap"), so it is taken out
of the part of the seeds: the variance components of a two-way random model.
"""

import functools

import numpy as np
from scipy.special import stdtrit

# Weights worked on at a time: 16 MB, whatever the number of examples and samples.
_WEIGHTS = 4_000_000
# Points below which a standard error is rounding.
_ROUNDING = 1e-9


def resampled_points(numerators, denominators, count, seed):
    """Score bootstrap samples of the examples (Efron 1979), every column with the same samples.

    Equal arguments give equal samples, so columns of the same examples from several calls are paired too.

    Parameters
    ----------
    numerators, denominators : (n_examples, k), what each example adds to each of k scores; a score is the
        ratio of the sums
    count : number of samples

    Returns
    -------
    (count, k) points, NaN where the denominators of a sample sum to zero
    """
    weights = _weights(count, len(numerators), seed)
    sides = np.hstack([numerators, denominators]).astype(np.float32)
    sums = np.empty((count, sides.shape[1]))
    for block in _blocks(count, len(numerators)):
        sums[block] = weights[block].astype(np.float32) @ sides
    above, below = np.hsplit(sums, 2)
    return 100 * np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


@functools.lru_cache(maxsize=1)
def _weights(count, n_examples, seed):
    """How often each example is in each sample: (count, n_examples). Parallel test sets draw the same.

    One byte is enough: an example of many is hardly ever drawn ten times, one of few only so often.
    """
    random = np.random.default_rng([seed, n_examples])
    weights = np.empty((count, n_examples), np.uint8)
    for block in _blocks(count, n_examples):
        chosen = random.integers(n_examples, size=weights[block].shape, dtype=np.int32)
        places = chosen + n_examples * np.arange(len(chosen))[:, None]
        weights[block] = np.bincount(places.ravel(), minlength=places.size).reshape(places.shape)
    return weights


def _blocks(count, n_examples):
    """Slices of the samples that hold a bounded number of weights each."""
    step = max(1, _WEIGHTS // n_examples)
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def of_delta(by_seed, drawn=None, n_examples=None, level=0.95):
    """Standard errors and interval of the mean over seeds of a delta.

    Parameters
    ----------
    by_seed : (n_seeds,) deltas in points
    drawn : (count, n_seeds) the same deltas in bootstrap samples of the test examples, or None where scores
        by example are not known
    n_examples : number of test examples

    Returns
    -------
    dict : in points, None where nothing tells: `se_examples` (other examples, these seeds), `se_seeds`
        (other seeds, all examples), `delta_se` (both), `ci_low`, `ci_high`; and `interval_over`, what these
        allow for: examples and seeds, one of the two, or nothing with the reason. The ends combine the t
        intervals of the two parts (MOVER: Zou and Donner 2008)
    """
    by_seed = np.asarray(by_seed, dtype=float)
    parts = _parts(by_seed, drawn, n_examples)
    found = dict.fromkeys(("se_examples", "se_seeds", "delta_se", "ci_low", "ci_high"))
    if not parts:
        return {**found, "interval_over": "nothing: one seed and no scores by example"}
    error = np.sqrt(sum(variance for variance, _ in parts.values()))
    if error < _ROUNDING:
        return {**found, "interval_over": "nothing: neither examples nor seeds differ"}
    reaches = [variance * stdtrit(freedom, (1 + level) / 2) ** 2 for variance, freedom in parts.values()]
    ends = by_seed.mean() + np.sqrt(sum(reaches)) * np.array([-1, 1])
    ends = np.clip(ends, -100, 100)  # no delta is larger, but two seeds that disagree reach far
    return {
        **found,
        **{f"se_{name}": float(np.sqrt(variance)) for name, (variance, _) in parts.items()},
        "delta_se": float(error),
        "ci_low": float(ends[0]),
        "ci_high": float(ends[1]),
        "interval_over": " and ".join(parts),
    }


def _parts(by_seed, drawn, n_examples):
    """Map what varies -> variance of the mean delta, degrees of freedom."""
    n_seeds, parts, shared = len(by_seed), {}, 0.0
    if drawn is not None:
        drawn = drawn[~np.isnan(drawn).any(axis=1)]
    if drawn is not None and len(drawn) > 1 and n_examples > 1:
        unbiased = n_examples / (
            n_examples - 1
        )  # a sample's mean square is taken around the sample's own mean
        parts["examples"] = unbiased * drawn.mean(axis=1).var(ddof=1), n_examples - 1
        if n_seeds > 1:  # what an example does to one seed alone, which the spread over seeds holds as well
            shared = unbiased * (drawn - by_seed).var(axis=1, ddof=1).mean() / n_seeds
    if n_seeds > 1:
        parts["seeds"] = max(0.0, by_seed.var(ddof=1) / n_seeds - shared), n_seeds - 1
    return parts
