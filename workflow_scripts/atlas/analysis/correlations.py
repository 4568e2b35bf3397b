"""Does an outcome follow the distance from the source language? Languages are the units.

Every (model, intermediate, target, outcome) is set against every distance, over the languages other than the
source that have both. Definitions of the statistics stand in `statistics` and `resampling`, those of the
outcomes in `outcomes`.
"""

from collections import defaultdict

import numpy as np

from atlas.analysis import confounds, resampling, statistics
from atlas.analysis.deltas import sizes
from atlas.analysis.outcomes import PLACE, by_place, by_source
from atlas.analysis.reliability import disattenuated

LEVEL = 0.05
STATISTICS = (
    "spearman",
    "spearman_ci_low",
    "spearman_ci_high",
    "family_ci_low",
    "family_ci_high",
    "pearson",
    "kendall",
    "p_permutation",
    "p_within_family",
)
_PROVIDED = (*PLACE, "distance")  # rows that differ in the provider alone


def relate(scores, deltas, distances, spec, covariates=(), reliability=()):
    """Correlate every outcome with every distance.

    Parameters
    ----------
    scores, deltas, distances, covariates, reliability : rows of the tables of these names (`atlas.columns`)
    spec : metrics (target -> headline metric), min_languages, permutations, bootstrap, seed, families
        (language -> family; a language without one is a family of its own); optionally at_chance, covariates
        (columns of `covariates` for the partial correlation) and declared (outcomes; distances as pairs of
        distance and provider): the tests that the study sets out to make

    Returns
    -------
    list of dict : rows of `atlas.columns.CORRELATIONS`, sorted. What cannot be estimated is None, and `note`
        says why
    """
    parameters = sizes(scores)
    outcomes, covered = by_place(scores, deltas, spec), confounds.by_language(covariates)
    rows = []
    for places, names, values, measured, languages in _blocks(outcomes, by_source(distances)):
        estimates = _estimate(values, measured, languages, spec)
        for v, place in enumerate(places):
            about = dict(zip(PLACE, place, strict=True))
            for k, (distance, provider) in enumerate(names):
                found = {name: _number(estimates[name][v, k]) for name in STATISTICS}
                row = {**about, **parameters[place[0]], "distance": distance, "provider": provider}
                rows.append({**row, **found, **_facts(values[:, v], measured[:, k], languages, spec)})
        confounds.add_partial(rows[-len(places) * len(names) :], values, measured, languages, covered, spec)
    rows.sort(key=lambda row: [row[name] for name in (*_PROVIDED, "provider")])
    _adjust(rows, spec)
    _compare_providers(rows)
    _disattenuate(rows, reliability)
    return rows


def _blocks(outcomes, distances):
    """Group cells and distances that are known for the same languages.

    Yields
    ------
    places (v), names of the distances (k), outcomes (n, v), distances (n, k), languages (n)
    """
    together = defaultdict(list)
    for place, values in sorted(outcomes.items()):
        together[place[3], tuple(sorted(values))].append(place)
    for (source, languages), places in together.items():
        measured = distances.get(source, {})
        shared = defaultdict(list)
        for name in sorted(measured):
            shared[tuple(code for code in languages if code in measured[name])].append(name)
        for known, names in shared.items():
            values = [[outcomes[place][code] for place in places] for code in known]
            columns = [[measured[name][code] for name in names] for code in known]
            shapes = (len(known), len(places)), (len(known), len(names))
            yield places, names, np.reshape(values, shapes[0]), np.reshape(columns, shapes[1]), known


def _estimate(outcomes, distances, languages, spec):
    """Map each of STATISTICS to (v, k) values, NaN where it cannot be estimated."""
    n, seed = len(languages), spec["seed"]
    estimates = dict.fromkeys(STATISTICS, np.full((outcomes.shape[1], distances.shape[1]), np.nan))
    if n < spec["min_languages"]:
        return estimates
    for name in ("spearman", "pearson", "kendall"):
        estimates[name] = getattr(statistics, name)(outcomes, distances)
    orders = resampling.permutations(spec["permutations"], n, seed)
    estimates["p_permutation"] = resampling.permutation_p(outcomes, distances, orders)
    counts = resampling.resamples(spec["bootstrap"], n, seed)
    ends = resampling.spearman_interval(outcomes, distances, counts)
    estimates["spearman_ci_low"], estimates["spearman_ci_high"] = ends
    families = _families(languages, spec)
    if len(set(families)) < n:
        orders = resampling.permutations(spec["permutations"], n, seed, families)
        estimates["p_within_family"] = resampling.permutation_p(outcomes, distances, orders, families)
    if len(set(families)) >= resampling.MIN_CLUSTERS:
        counts = resampling.resamples(spec["bootstrap"], n, seed, families)
        ends = resampling.spearman_interval(outcomes, distances, counts)
        estimates["family_ci_low"], estimates["family_ci_high"] = ends
    return estimates


def _families(languages, spec):
    return tuple(spec["families"].get(language, language) for language in languages)


def _facts(outcome, distance, languages, spec):
    """What a row says besides its statistics: numbers, power, and why something cannot be estimated."""
    n, families = len(languages), len(set(_families(languages, spec)))
    return {
        "n_languages": n,
        "n_families": families,
        "smallest_detectable": _number(statistics.smallest_detectable(n)),
        "note": _note(outcome, distance, families, spec),
    }


def _note(outcome, distance, families, spec):
    n = len(outcome)
    if n < spec["min_languages"]:
        return f"cannot be estimated because only {n} languages have both values"
    for values, name in ((outcome, "outcome"), (distance, "distance")):
        if np.ptp(values) == 0:
            return f"cannot be estimated because the {name} is the same in every language"
    if families < resampling.MIN_CLUSTERS:
        return f"no interval by family because there are only {families}"
    return "no test within families because no two languages share one" if families == n else ""


def _adjust(rows, spec):
    """Adjust for the number of tests: all declared ones; the others by outcome and provider."""
    declared = spec.get("declared", {"outcomes": [], "distances": []})
    distances = {tuple(pair) for pair in declared["distances"]}
    sets = defaultdict(list)
    for row in rows:
        named = row["outcome"] in declared["outcomes"] and (row["distance"], row["provider"]) in distances
        row["declared"] = named
        sets["declared" if named else (row["outcome"], row["provider"])].append(row)
    for tested in sets.values():
        p_values = [np.nan if row["p_permutation"] is None else row["p_permutation"] for row in tested]
        adjusted = statistics.benjamini_hochberg(p_values), statistics.holm(p_values)
        for row, q_value, p_holm in zip(tested, *adjusted, strict=True):
            row["q_value"], row["p_holm"] = _number(q_value), _number(p_holm)


def _compare_providers(rows):
    """Fill in agrees: whether all providers of a distance say the same; None where only one says anything."""
    conclusions = defaultdict(list)
    for row in rows:
        if row["q_value"] is not None:
            clear = row["q_value"] < LEVEL
            conclusions[_apart_from_provider(row)].append(np.sign(row["spearman"]) if clear else 0)
    for row in rows:
        said = conclusions[_apart_from_provider(row)]
        row["agrees"] = len(set(said)) == 1 if len(said) > 1 else None


def _apart_from_provider(row):
    return tuple(row[name] for name in _PROVIDED)


def _disattenuate(rows, reliability):
    """Fill in what the unreliability of the deltas does to a correlation."""
    ceilings = {tuple(row[name] for name in PLACE[:4]): row["ceiling"] for row in reliability}
    for row in rows:
        found = ceilings.get(tuple(row[name] for name in PLACE[:4])) if row["outcome"] == "delta" else None
        row["ceiling"], row["reliability"] = found, None if found is None else found**2
        row["disattenuated"] = disattenuated(row["spearman"], row["reliability"])


def _number(value):
    return None if np.isnan(value) else float(value)
