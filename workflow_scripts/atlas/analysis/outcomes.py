"""What is related to distance and size: delta, gap, score and retention of a cell, by language, in points.

delta       score with the intermediate task minus score without it (`atlas.analysis.deltas`)
gap         score in the source language minus score in the language
score       score in the language
retention   score in the language as a percentage of the score in the source language; undefined where that is
            below one point, since a share of next to nothing says nothing
"""

import math
from collections import defaultdict

from atlas.analysis.deltas import by_cell, gaps

OUTCOMES = ("delta", "gap", "score", "retention")
PLACE = ("model", "intermediate", "target", "source_language", "outcome")
# Points are rounded so that sums in another order keep equal outcomes tied.
DIGITS = 9
_LEAST_SOURCE_SCORE = 1.0


def by_place(scores, deltas, spec):
    """Collect the outcomes of every cell, in the languages other than its source language.

    Parameters
    ----------
    scores, deltas : rows of the tables of these names (`atlas.columns`)
    spec : metrics (target -> headline metric), and at_chance: ``"exclude"`` leaves collapsed trainings out

    Returns
    -------
    dict : (model, intermediate, target, source_language, outcome) -> {language: points}, means over seeds;
        empty where every training of the cell collapsed
    """
    everything = _collect(scores, deltas, spec["metrics"])
    if spec.get("at_chance") != "exclude":
        return everything
    sound = [[row for row in rows if not row.get("at_chance")] for rows in (scores, deltas)]
    kept = _collect(*sound, spec["metrics"])
    return {place: kept.get(place, {}) for place in everything}


def _collect(scores, deltas, metrics):
    found = defaultdict(dict)
    for row in deltas:
        if row["language"] != row["source_language"] and _known(row["delta"]):
            place = (*(row[name] for name in PLACE[:4]), "delta")
            found[place][row["language"]] = round(row["delta"], DIGITS)
    cells = by_cell(scores, metrics)
    for cell in cells:
        *place, source, language = cell
        if language != source:
            for outcome, points in _of_scores(cells, cell).items():
                if points:
                    found[*place, source, outcome][language] = _mean(points)
    return dict(found)


def _of_scores(cells, cell):
    """Map outcome -> {seed: points} of one cell."""
    in_source = cells.get((*cell[:4], cell[3]), {})
    return {
        "score": cells[cell],
        "gap": gaps(cells, cell),
        "retention": {
            seed: 100 * points / in_source[seed]
            for seed, points in cells[cell].items()
            if in_source.get(seed, 0) >= _LEAST_SOURCE_SCORE
        },
    }


def by_source(distances):
    """Map source language -> (distance, provider) -> {language: value}, unknown values left out."""
    found = defaultdict(lambda: defaultdict(dict))
    for row in distances:
        values = found[row["source_language"]][row["distance"], row["provider"]]
        if _known(row["value"]):
            values[row["language"]] = row["value"]
    return found


def _mean(by_seed):
    return round(math.fsum(by_seed.values()) / len(by_seed), DIGITS)


def _known(value):
    return value is not None and not math.isnan(value)
