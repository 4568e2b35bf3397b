"""Does an outcome follow the distance from the source language? Languages are the units.

Every (model, intermediate, target, outcome) is set against every distance, over the languages other than the
source that have both. Definitions of the statistics stand in `atlas.statistics`.
"""

import math
from collections import defaultdict

import numpy as np

from atlas import statistics
from atlas.deltas import by_cell, gaps, sizes

# Points are rounded so that sums in another order keep equal outcomes tied.
DIGITS = 9
STATISTICS = (
    "spearman",
    "spearman_ci_low",
    "spearman_ci_high",
    "pearson",
    "kendall",
    "p_permutation",
    "p_within_family",
    "q_value",
    "partial_spearman",
)


def relate(scores, deltas, distances, spec):
    """Correlate every outcome with every distance.

    Parameters
    ----------
    scores, deltas, distances : rows of the tables of these names (`atlas.columns`)
    spec : metrics (target -> headline metric), min_languages, permutations, bootstrap, seed, families
        (language -> family; a language without one is a family of its own)

    Returns
    -------
    list of dict : rows of `atlas.columns.CORRELATIONS`, sorted. What cannot be estimated, because too few
        languages have both values or one of them does not vary, is None. q_value is adjusted over all rows of
        the same outcome
    """
    parameters = sizes(scores)
    measured = _by_source(distances)
    rows = []
    outcomes = _outcomes(scores, deltas, spec)
    for (model, intermediate, target, source, outcome), values in sorted(outcomes.items()):
        place = {"model": model, **parameters[model], "intermediate": intermediate, "target": target}
        found = _against_all(values, measured.get(source, {}), spec)
        rows += [{**place, "outcome": outcome, "covariates": "", **row} for row in found]
    _adjust(rows)
    return rows


def _outcomes(scores, deltas, spec):
    """Map (model, intermediate, target, source, outcome) -> {language: points}, without the source itself."""
    found = defaultdict(dict)
    for row in deltas:
        if row["language"] != row["source_language"]:
            place = (row["model"], row["intermediate"], row["target"], row["source_language"])
            found[*place, "delta"][row["language"]] = round(row["delta"], DIGITS)
    cells = by_cell(scores, spec["metrics"])
    for cell, by_seed in cells.items():
        *place, source, language = cell
        if language == source:
            continue
        found[*place, source, "score"][language] = _mean(by_seed)
        if gap := gaps(cells, cell):
            found[*place, source, "gap"][language] = _mean(gap)
    return found


def _by_source(distances):
    """Map source language -> (distance, provider) -> {language: value}, unknown values left out."""
    found = defaultdict(lambda: defaultdict(dict))
    for row in distances:
        values = found[row["source_language"]][row["distance"], row["provider"]]
        if row["value"] is not None:
            values[row["language"]] = row["value"]
    return found


def _against_all(outcome, distances, spec):
    """One row per distance; distances that are known for the same languages are tested together."""
    together = defaultdict(list)
    for name in sorted(distances):
        together[tuple(sorted(outcome.keys() & distances[name].keys()))].append(name)
    rows = []
    for languages, names in together.items():
        values = np.array([outcome[language] for language in languages])
        columns = [[distances[name][language] for language in languages] for name in names]
        estimates = _estimate(values, np.array(columns).T, languages, spec)
        for position, (distance, provider) in enumerate(names):
            own = {name: _number(estimates[name][position]) for name in estimates}
            rows.append({"distance": distance, "provider": provider, "n_languages": len(languages), **own})
    return sorted(rows, key=lambda row: (row["distance"], row["provider"]))


def _estimate(outcome, distances, languages, spec):
    """Map each of STATISTICS to its value per distance, NaN where it cannot be estimated."""
    n = len(languages)
    estimates = {name: np.full(distances.shape[1], np.nan) for name in STATISTICS}
    if n < spec["min_languages"]:
        return estimates
    estimates["spearman"] = statistics.spearman(outcome, distances)
    counts = statistics.resamples(spec["bootstrap"], n, spec["seed"])
    low, high = statistics.spearman_interval(outcome, distances, counts)
    estimates["spearman_ci_low"], estimates["spearman_ci_high"] = low, high
    estimates["pearson"] = statistics.pearson(outcome, distances)
    estimates["kendall"] = statistics.kendall(outcome, distances)
    orders = statistics.permutations(spec["permutations"], n, spec["seed"])
    estimates["p_permutation"] = statistics.permutation_p(outcome, distances, orders)
    families = tuple(spec["families"].get(language, language) for language in languages)
    if len(set(families)) < n:
        orders = statistics.permutations(spec["permutations"], n, spec["seed"], families)
        estimates["p_within_family"] = statistics.permutation_p(outcome, distances, orders, families)
    return estimates


def _adjust(rows):
    """Fill in q_value, over all tests of the same outcome."""
    for outcome in {row["outcome"] for row in rows}:
        tested = [row for row in rows if row["outcome"] == outcome]
        p_values = [np.nan if row["p_permutation"] is None else row["p_permutation"] for row in tested]
        for row, q_value in zip(tested, statistics.benjamini_hochberg(p_values), strict=True):
            row["q_value"] = _number(q_value)


def _mean(by_seed):
    return round(math.fsum(by_seed.values()) / len(by_seed), DIGITS)


def _number(value):
    return None if np.isnan(value) else float(value)
