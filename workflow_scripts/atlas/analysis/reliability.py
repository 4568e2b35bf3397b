"""Do the languages' deltas say the same when measured again? What they do not, no correlation can find.

The units are the languages other than the source. A seed that lifts all languages alike changes no
correlation, so only what sets languages apart counts, as signal and as noise.
"""

import itertools
from collections import defaultdict

import numpy as np

from atlas.analysis import resampling
from atlas.analysis.deltas import CELL, by_cell, paired, sizes
from atlas.columns import RELIABILITY

# Beyond so many seeds there are too many splits to take them all; this many are drawn.
_ALL_SPLITS_UP_TO = 10
_DRAWN_SPLITS = 500
_ROUNDING = 1e-12  # squared points below which nothing varies


def disattenuated(correlation, reliability):
    """Correlation that a noiseless outcome would have shown (Spearman 1904), the distance taken as noiseless.

    Parameters
    ----------
    correlation : in [-1, 1], or None
    reliability : of the outcome, in [0, 1], or None

    Returns
    -------
    float, beyond 1 if the noise is overestimated; None where there is no correlation or nothing is reliable
    """
    if correlation is None or not reliability:
        return None
    return float(correlation / np.sqrt(reliability))


def halves(n_seeds):
    """All ways to choose two disjoint sets of half the seeds, one seed left out of an odd number.

    Returns
    -------
    first, second : (n_splits, n_seeds // 2) positions of seeds
    """
    size = n_seeds // 2
    if n_seeds > _ALL_SPLITS_UP_TO:
        orders = np.random.default_rng(n_seeds).random((_DRAWN_SPLITS, n_seeds)).argsort(axis=1)
        return orders[:, :size], orders[:, size : 2 * size]
    ways = [
        (first, second)
        for first in itertools.combinations(range(n_seeds), size)
        for second in itertools.combinations(sorted(set(range(n_seeds)) - set(first)), size)
        if first < second
    ]
    return np.array([first for first, _ in ways]), np.array([second for _, second in ways])


def split_half(by_seed, counts=None):
    """Mean correlation over languages between the means of two halves of the seeds, over all splits.

    Parameters
    ----------
    by_seed : (n_languages, n_seeds) deltas in points
    counts : (b, n_languages), how often each language is in each of b resamples; by default once each

    Returns
    -------
    (b,) correlations, NaN where a half does not vary over languages
    """
    first, second = (by_seed[:, half].mean(axis=2) for half in halves(by_seed.shape[1]))
    return _correlations(first, second, counts).mean(axis=1)


def spearman_brown(correlation, n_seeds):
    """Reliability of the mean over all seeds, from the correlation of halves (Spearman 1910, Brown 1910).

    Halves that agree less than by chance have none: 0.
    """
    longer = n_seeds / (n_seeds // 2)
    correlation = np.maximum(correlation, 0)
    return longer * correlation / (1 + (longer - 1) * correlation)


def total(by_seed, errors):
    """Reliability with the noise of test examples and seeds: 1 - noise / variance of the deltas.

    What a seed does to all languages alike is in their standard errors, but sets no languages apart; it is
    taken out. What parallel test sets share is not, so the value is rather too low.

    Parameters
    ----------
    by_seed : (n_languages, n_seeds) deltas in points
    errors : (n_languages,) `delta_se` of their means over seeds

    Returns
    -------
    float in [0, 1], NaN if the deltas do not vary
    """
    n_languages, n_seeds = by_seed.shape
    noise = np.mean(np.square(errors))
    if n_seeds > 1:
        apart = by_seed - by_seed.mean(axis=0) - by_seed.mean(axis=1, keepdims=True) + by_seed.mean()
        interaction = np.square(apart).sum() / ((n_languages - 1) * (n_seeds - 1))
        alike = by_seed.mean(axis=0).var(ddof=1) - interaction / n_languages
        noise -= max(0.0, alike) / n_seeds
    variance = by_seed.mean(axis=1).var(ddof=1)
    return float(np.clip(1 - max(noise, 0.0) / variance, 0, 1)) if variance > _ROUNDING else np.nan


def measure(scores, deltas, spec):
    """Measure the reliability of the deltas of every model, intermediate and target.

    Parameters
    ----------
    scores, deltas : rows of the tables of these names (`atlas.columns`)
    spec : baseline, metrics (target -> headline metric), min_languages, bootstrap (resamples of languages),
        seed, at_chance (exclude or include)

    Returns
    -------
    list of dict : rows of `atlas.columns.RELIABILITY`, sorted; what cannot be estimated is None, and `note`
        says why
    """
    pairs, parameters = paired(by_cell(scores, spec["metrics"]), spec["baseline"]), sizes(scores)
    groups = defaultdict(list)
    for row in deltas:
        if row["language"] != row["source_language"]:
            groups[tuple(row[name] for name in CELL[:-1])].append(row)
    rows = []
    for place, own in sorted(groups.items()):
        names = dict(zip(CELL, place, strict=False))
        found = _estimates(own, [pairs[*place, row["language"]] for row in own], spec)
        empty = dict.fromkeys(RELIABILITY.names)
        rows.append({**empty, **names, **parameters[place[0]], "n_languages": len(own), **found})
    return rows


def _estimates(rows, by_language, spec):
    seeds = sorted(set.intersection(*(set(pairs) for pairs in by_language)))
    if reason := _impossible(rows, seeds, spec):
        return {"n_seeds": len(seeds), "note": reason}
    points = np.array([[pairs[seed] for seed in seeds] for pairs in by_language])
    baselines, by_seed = points[:, :, 0], points[:, :, 1] - points[:, :, 0]
    errors = [row["delta_se"] for row in rows if row["interval_over"].startswith("examples")]
    notes = []
    found = {"baseline_correlation": _correlation(by_seed.mean(axis=1), baselines.mean(axis=1))}
    if len(seeds) > 1:
        found |= _by_halves(by_seed, baselines, spec)
    else:
        notes.append("one seed: the noise of seeds is not counted")
    if len(errors) == len(rows):
        found["reliability_total"] = total(by_seed, errors)
    elif len(seeds) > 1:
        notes.append("the noise of test examples is not counted")
    found["ceiling"] = np.sqrt(found.get("reliability_total", found.get("reliability", np.nan)))
    if np.isnan(found["ceiling"]):
        notes.append("nothing tells the noise, or the deltas do not vary over languages")
    return {"n_seeds": len(seeds), **_without_nan(found), "note": "; ".join(notes)}


def _impossible(rows, seeds, spec):
    """Why nothing can be estimated, or None."""
    if spec["at_chance"] == "exclude" and any(row["at_chance"] for row in rows):
        return "a training is at chance, which statistics.at_chance excludes"
    if len(rows) < spec["min_languages"]:
        return f"{len(rows)} languages are fewer than statistics.min_languages, {spec['min_languages']}"
    return None if seeds else "no seed has a delta in every language"


def _by_halves(by_seed, baselines, spec):
    n_languages, n_seeds = by_seed.shape
    (correlation,) = split_half(by_seed)
    counts = resampling.resamples(spec["bootstrap"], n_languages, spec["seed"])
    drawn = spearman_brown(split_half(by_seed, counts), n_seeds)
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    first, second = halves(n_seeds)
    crossed = [
        _correlations(by_seed[:, one].mean(axis=2), baselines[:, other].mean(axis=2))
        for one, other in ((first, second), (second, first))
    ]
    return {
        "n_splits": len(first),
        "split_half": correlation,
        "reliability": spearman_brown(correlation, n_seeds),
        "reliability_ci_low": low,
        "reliability_ci_high": high,
        "baseline_correlation_independent": np.mean(crossed),
    }


def _correlation(one, other):
    return _correlations(one[:, None], other[:, None])[0, 0]


def _correlations(first, second, counts=None):
    """Pearson's correlation of each column of `first` with the same of `second`: (b, k); NaN if constant."""
    counts = np.ones((1, len(first))) if counts is None else counts.astype(float)
    # Centred once, so that the sums of squares lose no digits.
    first, second = first - first.mean(axis=0), second - second.mean(axis=0)
    n = counts.sum(axis=1, keepdims=True)

    def covariance(one, other):
        return counts @ (one * other) - (counts @ one) * (counts @ other) / n

    below = np.sqrt(np.maximum(covariance(first, first) * covariance(second, second), 0))
    defined = below > _ROUNDING
    return np.where(defined, np.clip(covariance(first, second) / np.where(defined, below, 1), -1, 1), np.nan)


def _without_nan(found):
    """Plain numbers, None for what is not defined."""
    numbers = {name: value if isinstance(value, int) else float(value) for name, value in found.items()}
    return {name: None if np.isnan(value) else value for name, value in numbers.items()}
