"""What an intermediate task adds: score with it minus score without it, paired by seed (Phang et al. 2020).

All values are points (0-100). Nothing is invented: a seed without its partner does not count, and a cell
without any pair has no delta.
"""

import math
from collections import defaultdict

from atlas import statistics

CELL = ("model", "intermediate", "target", "source_language", "language")


def by_cell(scores, metrics):
    """Group the headline scores by cell and seed.

    Parameters
    ----------
    scores : rows of `atlas.columns.SCORES`
    metrics : target -> headline metric; other targets and metrics are left out, and so are unknown scores

    Returns
    -------
    dict : (model, intermediate, target, source_language, language) -> {seed: points}
    """
    cells = defaultdict(dict)
    for row in scores:
        if row["metric"] == metrics.get(row["target"]) and _known(row["score"]):
            cells[tuple(row[name] for name in CELL)][row["seed"]] = row["score"]
    return dict(cells)


def sizes(scores):
    """Map each model to its row's `n_parameters` and `n_parameters_total`."""
    counts = ("n_parameters", "n_parameters_total")
    return {row["model"]: {name: row[name] for name in counts} for row in scores}


def gaps(cells, cell):
    """Transfer gap of a cell by seed: score in the source language minus score in the language.

    Seeds without a score in the source language are left out.
    """
    in_source = cells.get((*cell[:4], cell[3]), {})
    return {seed: in_source[seed] - score for seed, score in cells[cell].items() if seed in in_source}


def compute(scores, baseline, metrics):
    """Compute the delta of every cell that has at least one pair of seeds.

    Parameters
    ----------
    scores : rows of `atlas.columns.SCORES`
    baseline : name of the intermediate that trains nothing
    metrics : target -> headline metric

    Returns
    -------
    list of dict : rows of `atlas.columns.DELTAS`, sorted by cell. `delta`, `baseline`, `score` and `gap` are
        means over the paired seeds; the standard error and the 95 % t interval are over the differences of
        the pairs, None for a single pair
    """
    cells, parameters = by_cell(scores, metrics), sizes(scores)
    rows = []
    for cell in sorted(cells):
        without = cells.get((cell[0], baseline, *cell[2:]), {})
        paired = sorted(set(cells[cell]) & set(without))
        if cell[1] != baseline and paired:
            names = dict(zip(CELL, cell, strict=True))
            rows.append({**names, **parameters[cell[0]], **_row(cells, cell, without, paired)})
    return rows


def _row(cells, cell, without, paired):
    having = cells[cell]
    delta, error, low, high = statistics.mean_interval([having[seed] - without[seed] for seed in paired])
    gap_by_seed = gaps(cells, cell)
    return {
        "n_seeds": len(paired),
        "delta": float(delta),
        "delta_se": _number(error),
        "ci_low": _number(low),
        "ci_high": _number(high),
        "baseline": _mean(without[seed] for seed in paired),
        "score": _mean(having[seed] for seed in paired),
        "gap": _mean(gap_by_seed[seed] for seed in paired if seed in gap_by_seed),
    }


def missing_cells(scores, baseline, metrics):
    """List which scores the deltas still lack, of the grid that the table itself spans.

    Returns
    -------
    list of tuple : (model, intermediate, target, language, seed), sorted; every combination of a model, an
        intermediate (and the baseline), a language of a target and a seed that has no headline score
    """
    cells = by_cell(scores, metrics)
    seeds = {seed for found in cells.values() for seed in found}
    models = {cell[0] for cell in cells}
    intermediates = {cell[1] for cell in cells} | {baseline}
    languages = {cell[2:] for cell in cells}
    return sorted(
        (model, intermediate, target, language, seed)
        for model in models
        for intermediate in intermediates
        for target, source, language in languages
        for seed in seeds
        if seed not in cells.get((model, intermediate, target, source, language), {})
    )


def _mean(values):
    values = list(values)
    return math.fsum(values) / len(values) if values else None


def _number(value):
    return float(value) if _known(value) else None


def _known(value):
    return value is not None and not math.isnan(value)
