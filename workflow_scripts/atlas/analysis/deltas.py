"""What an intermediate task adds: score with it minus score without it, paired by seed (Phang et al. 2020).

All values are points (0-100). Nothing is invented: a seed without its partner does not count, and a cell
without any pair has no delta.
"""

import math
from collections import defaultdict

from atlas.analysis import uncertainty

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


def paired(cells, baseline):
    """Scores of every cell without (first) and with its intermediate task, by the seeds that have both.

    Parameters
    ----------
    cells : as from `by_cell`

    Returns
    -------
    dict : cell -> {seed: (points without, points with)}; cells without any pair are left out
    """
    pairs = {}
    for cell, having in cells.items():
        without = cells.get((cell[0], baseline, *cell[2:]), {})
        shared = sorted(having.keys() & without.keys())
        if cell[1] != baseline and shared:
            pairs[cell] = {seed: (without[seed], having[seed]) for seed in shared}
    return pairs


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


def counted(rows, rule):
    """Rows of scores or deltas that count in summaries and correlations.

    Parameters
    ----------
    rule : the study's `statistics.at_chance`; `exclude` leaves out what is known to be at chance
    """
    return rows if rule == "include" else [row for row in rows if not row["at_chance"]]


def compute(scores, baseline, metrics, overlaps=None, resampler=None):
    """Compute the delta of every cell that has at least one pair of seeds.

    Parameters
    ----------
    scores : rows of `atlas.columns.SCORES`
    baseline : name of the intermediate that trains nothing
    metrics : target -> headline metric
    overlaps : target -> intermediates that share training data with it
    resampler : `atlas.analysis.example_scores.Resampler`, or None if only whole scores are known

    Returns
    -------
    list of dict : rows of `atlas.columns.DELTAS`, sorted by cell. `delta`, `baseline`, `score` and `gap` are
        means over the paired seeds; `atlas.analysis.uncertainty.of_delta` has the errors and the interval
    """
    cells, parameters, collapsed = by_cell(scores, metrics), sizes(scores), _collapsed(scores)
    pairs = paired(cells, baseline)
    rows = []
    # A resampler holds one model and target at a time.
    for cell in sorted(pairs, key=lambda cell: (cell[0], cell[2:], cell[1])):
        model, intermediate, target, _, language = cell
        seeds = list(pairs[cell])
        drawn, n_examples = None, None
        if resampler is not None:
            drawn, n_examples = resampler.deltas(model, intermediate, target, language, seeds)
        arms = [collapsed[model, arm, target, seed] for arm in (intermediate, baseline) for seed in seeds]
        row = {
            **dict(zip(CELL, cell, strict=True)),
            **parameters[model],
            **_row(pairs[cell], gaps(cells, cell), drawn, n_examples),
            "shares_training_data": intermediate in (overlaps or {}).get(target, []),
            "at_chance": any_flag(arms),
        }
        rows.append(row)
    return sorted(rows, key=lambda row: [row[name] for name in CELL])


def _row(pairs, gap_by_seed, drawn, n_examples):
    differences = [having - without for without, having in pairs.values()]
    baselines = [without for without, _ in pairs.values()]
    # Scored on half of the seeds, so that the noise of the other half's baseline is not in this delta.
    half = len(pairs) // 2
    return {
        "n_seeds": len(pairs),
        "n_examples": n_examples,
        "delta": _mean(differences),
        **uncertainty.of_delta(differences, drawn, n_examples),
        "baseline": _mean(baselines),
        "score": _mean(having for _, having in pairs.values()),
        "gap": _mean(gap_by_seed[seed] for seed in pairs if seed in gap_by_seed),
        "delta_independent": _mean(differences[:half]),
        "baseline_independent": _mean(baselines[half:]) if half else None,
    }


def _collapsed(scores):
    """Map (model, intermediate, target, seed) -> whether the training is at chance, None if unknown."""
    return {
        (row["model"], row["intermediate"], row["target"], row["seed"]): row["at_chance"] for row in scores
    }


def any_flag(flags):
    """Whether any flag is up: None if none is known to be and some are unknown (None)."""
    if True in flags:
        return True
    return None if None in flags else False


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


def _known(value):
    return value is not None and not math.isnan(value)
