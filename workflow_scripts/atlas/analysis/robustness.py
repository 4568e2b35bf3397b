"""How evenly a model transfers, and whether an intermediate task hurts languages.

The units are the languages other than the source; every language counts alike, and values are means over
seeds.
"""

import math
from collections import defaultdict

import numpy as np
from scipy import stats

from atlas.analysis.deltas import CELL, any_flag, by_cell, counted, gaps, sizes
from atlas.columns import ROBUSTNESS

_COLLAPSED = "a training is at chance, which statistics.at_chance excludes"


def summarise(scores, deltas, spec):
    """Summarise scores, gaps and deltas over languages; the baseline's rows have no deltas.

    Parameters
    ----------
    scores, deltas : rows of the tables of these names (`atlas.columns`)
    spec : metrics (target -> headline metric), min_languages (of a rank correlation between two models),
        at_chance (exclude or include)

    Returns
    -------
    list of dict : rows of `atlas.columns.ROBUSTNESS`, sorted; what cannot be estimated is None, and `note`
        says why
    """
    cells, parameters = by_cell(scores, spec["metrics"]), sizes(scores)
    usable, collapsed = _by_place(counted(deltas, spec["at_chance"])), _collapsed(scores, deltas)
    rows = []
    for place, languages in sorted(_languages(cells).items()):
        excluded = spec["at_chance"] == "exclude" and collapsed.get(place)
        row = {
            **dict.fromkeys(ROBUSTNESS.names),
            **dict(zip(CELL, place, strict=False)),
            **parameters[place[0]],
            "n_languages": len(languages),
            "at_chance": collapsed[place],
            "note": _COLLAPSED if excluded else "",
        }
        if not excluded:
            row |= _levels(cells, place, languages)
        if place in usable:
            row |= _changes(usable[place])
            row |= _stability(place, usable, parameters, spec["min_languages"])
        rows.append(row)
    return rows


def worst_decile(values):
    """Mean of the lowest tenth of the values, at least of the lowest one."""
    lowest = np.sort(np.asarray(values, dtype=float))[: math.ceil(len(values) / 10)]
    return float(lowest.mean())


def _levels(cells, place, languages):
    points = [_mean(cells[*place, language].values()) for language in languages]
    by_language = [gaps(cells, (*place, language)).values() for language in languages]
    known = [_mean(gap) for gap in by_language if gap]
    return {
        "mean_score": _mean(points),
        "score_worst_decile": worst_decile(points),
        "mean_gap": _mean(known) if known else None,
    }


def _changes(rows):
    deltas = [row["delta"] for row in rows]
    known = [row for row in rows if row["ci_low"] is not None]
    return {
        "shares_training_data": any(row["shares_training_data"] for row in rows),
        "mean_delta": _mean(deltas),
        "delta_sd": float(np.std(deltas, ddof=1)) if len(deltas) > 1 else None,
        "delta_worst_decile": worst_decile(deltas),
        "share_hurt": _mean(delta < 0 for delta in deltas),
        "n_intervals": len(known),
        "share_hurt_clearly": _mean(row["ci_high"] < 0 for row in known) if known else None,
        "share_helped_clearly": _mean(row["ci_low"] > 0 for row in known) if known else None,
    }


def _stability(place, usable, parameters, min_languages):
    """Rank correlations of the languages' deltas with those of the next smaller model of the same tasks."""
    model, *tasks = place
    order = sorted(
        (parameters[other[0]]["n_parameters"], other[0])
        for other in usable
        if list(other[1:]) == tasks and parameters[other[0]]["n_parameters"] is not None
    )
    position = next((number for number, (_, name) in enumerate(order) if name == model), 0)
    if position == 0:
        return {}
    smaller = order[position - 1][1]
    own, others = (
        {row["language"]: row["delta"] for row in usable[name, *tasks]} for name in (model, smaller)
    )
    shared = sorted(own.keys() & others.keys())
    found = {"smaller_model": smaller, "stability_n_languages": len(shared)}
    if len(shared) < min_languages:
        return {**found, "note": f"{len(shared)} languages are too few for a rank correlation with {smaller}"}
    pairs = [own[language] for language in shared], [others[language] for language in shared]
    if any(np.ptp(values) == 0 for values in pairs):
        return {**found, "note": "equal deltas in all languages have no ranks"}
    return {
        **found,
        "stability_spearman": float(stats.spearmanr(*pairs).statistic),
        "stability_kendall": float(stats.kendalltau(*pairs).statistic),
    }


def _languages(cells):
    """Map (model, intermediate, target, source) -> its languages without the source."""
    found = defaultdict(list)
    for *place, language in sorted(cells):
        if language != place[-1]:
            found[tuple(place)].append(language)
    return found


def _by_place(deltas):
    found = defaultdict(list)
    for row in deltas:
        if row["language"] != row["source_language"]:
            found[tuple(row[name] for name in CELL[:-1])].append(row)
    return dict(found)


def _collapsed(scores, deltas):
    """Map each place -> whether any of its trainings, or of the baseline's for its deltas, is at chance."""
    flags = defaultdict(set)
    for row in [*scores, *deltas]:
        flags[tuple(row[name] for name in CELL[:-1])].add(row["at_chance"])
    return {place: any_flag(found) for place, found in flags.items()}


def _mean(values):
    values = list(values)
    return math.fsum(values) / len(values)
