"""The answer in words, built from the tables, and never more than they show."""

import statistics

from atlas.report import scaling
from atlas.report.comparison import compare
from atlas.report.summary import gap_by_size, mean_deltas
from atlas.report.tables import by_size
from atlas.report.wording import interval, listed, magnitude, number, plural, signed

LEVEL = 0.05
OUTCOMES = {"delta": "delta", "gap": "transfer gap"}
MEANING = {
    "delta": "A negative ρ means that distant languages profit less.",
    "gap": "A positive ρ means that more is lost in distant languages.",
}


def answer(findings):
    """Answer the three parts of the question, each in one sentence, with what a reader asks next beside it.

    Returns
    -------
    list of tuple : (question, sentence, detail); the detail may be empty
    """
    comparison = compare(findings)
    size = _size(findings, comparison)
    distance = _distance(findings, findings.asked)
    return [
        ("Does intermediate training help?", *_help(findings, comparison)),
        (
            "Does model size change how robustly?",
            *(size if findings.deltas else (size[0], gap_by_size(findings))),
        ),
        ("Does the profit follow the distance?", *distance),
    ]


def _help(findings, comparison):
    if not comparison.models:
        return "Not enough data: no score with an intermediate task has its partner without one.", ""
    if not comparison.n_cells:
        return f"Not enough data: {listed(comparison.models)} share no cell that has a delta.", ""
    found = {model: comparison.estimate(model) for model in comparison.models}
    parts = [f"{signed(e.mean)} points{_reach(e)} in {model}" for model, e in found.items()]
    detail = (
        f"{plural(comparison.n_cells, 'combination')} of intermediate task, target and language;"
        f" {_seeds(found.values())}.{_cell_by_cell(findings)}"
    )
    return (
        "On average over zero-shot languages, intermediate training changed the score by"
        f" {listed(parts)}: {_verdict(found)}."
    ), detail


def _reach(found):
    return f" {interval(found.low, found.high)}" if found.low is not None else ""


def _seeds(estimates):
    return plural(max(found.n_seeds for found in estimates), "seed")


def _verdict(found):
    """Say of each model what its interval allows to say."""
    groups = {}
    for model, value in found.items():
        groups.setdefault(_kind_of(value), []).append(model)
    if len(groups) == 1:
        return next(iter(groups)) + (
            " in any of them" if len(found) > 2 else " in either" * (len(found) == 2)
        )
    return "; ".join(f"{kind} in {listed(models)}" for kind, models in groups.items())


def _kind_of(found):
    if found.low is None:
        return "one seed gives no interval, so this may be chance"
    if not found.differs:
        return "not distinguishable from zero"
    return f"a {'gain' if found.mean > 0 else 'loss'} beyond the spread of the seeds"


def _cell_by_cell(findings):
    """Count what the averages hide: single cells that gain or lose."""
    found = [value for value in mean_deltas(findings).values() if value.low is not None]
    if not found:
        return ""
    gains = sum(value.differs and value.mean > 0 for value in found)
    losses = sum(value.differs and value.mean < 0 for value in found)
    return (
        f" Of the {plural(len(found), 'mean')} per model, intermediate and target, {gains} gain and"
        f" {losses} lose with an interval that leaves out zero; about one in twenty would by chance."
    )


def _size(findings, comparison):
    models = [model for model in comparison.models if findings.parameters.get(model)]
    if len(models) < 2:
        return f"Not enough data: {plural(len(models), 'model')} with deltas cannot be compared by size.", ""
    smallest, largest = models[0], models[-1]
    difference = comparison.difference(largest, smallest)
    if difference is None:
        return f"Not enough data: {listed(models)} share no cell that has a delta.", ""
    sizes = [f"{model} ({magnitude(findings.parameters[model])})" for model in (smallest, largest)]
    told = (
        f"From {sizes[0]} to {sizes[1]} the mean delta changes by {signed(difference.mean)} points"
        f"{_reach(difference)}, {_judged(difference)}{_interaction(findings)}."
    )
    return told, f"{_trend(comparison, models)}{_hurt(findings)}"


def _judged(difference):
    if difference.low is None:
        return "from one seed, so without an interval"
    return "beyond the spread of the seeds" if difference.differs else "not distinguishable from zero"


def _interaction(findings):
    """How the slope over distance changes with size, where a regression could say so."""
    row = scaling.overall(findings, scaling.INTERACTION)
    if row is None:
        return ""
    low, high = scaling.reach(row)
    told = _sign(low, high, "which can be told from zero", "not distinguishable from zero")
    return (
        f", and per tenfold parameters its slope over {findings.shown[0]} distance by"
        f" {signed(row['estimate'])} points per unit {interval(low, high)}, {told}"
    )


def _sign(low, high, clear, unclear):
    if low is None or high is None:
        return "without an interval"
    return unclear if low <= 0 <= high else clear


def _trend(comparison, models):
    if len(models) == 2:
        return "Two models are two points, and two points cannot show a trend."
    means = [comparison.estimate(model).mean for model in models]
    rising = means == sorted(means)
    falling = means == sorted(means, reverse=True)
    order = "rises at every step" if rising else "falls at every step" if falling else "goes up and down"
    return f"Over the {len(models)} models it {order}; {len(models)} points allow no more than that."


def _hurt(findings):
    """Share of languages that intermediate training hurts, from the smallest to the largest model."""
    rows = [row for row in by_size(findings) if row["share_hurt"] is not None]
    if not rows:
        return ""
    shares = listed(f"{100 * row['share_hurt']:.0f} % in {row['model']}" for row in rows)
    return f" Languages whose score falls after intermediate training, mean over cells: {shares}."


def _distance(findings, outcome):
    """Relation of an outcome with the distance; of the gap where a study has no delta, which it says."""
    distance, provider = findings.shown
    rows = [
        row
        for row in findings.correlations
        if (row["outcome"], row["distance"], row["provider"]) == (outcome, distance, provider)
    ]
    tested = [row for row in rows if row["spearman"] is not None]
    if not tested:
        most = max((row["n_languages"] for row in rows), default=0)
        return f"Not enough data: no correlation could be estimated (at most {plural(most, 'language')}).", ""
    found = [row for row in tested if row["q_value"] is not None and row["q_value"] < LEVEL]
    if not found:
        told = "none can be told from zero after correction for multiple tests"
    else:
        positive = sum(row["spearman"] > 0 for row in found)
        told = (
            f"{len(found)} can be told from zero after correction for multiple tests (q < {LEVEL}:"
            f" {positive} positive, {len(found) - positive} negative)"
        )
    sentence = f"{_tests(tested, distance, outcome)}, {told}; {_strongest(tested)}."
    none = "" if outcome == "delta" else "There is no delta. "
    return f"{none}Of {sentence}", _slope(findings)


def _tests(tested, distance, outcome):
    counts = sorted({row["n_languages"] for row in tested})
    languages = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    noun = "rank correlation" if len(tested) == 1 else "rank correlations"
    between = f"{OUTCOMES[outcome]} and {distance} distance"
    return f"{len(tested)} {noun} between {between}, each over {languages} languages"


def _strongest(tested):
    row = max(tested, key=lambda row: abs(row["spearman"]))
    median = statistics.median(row["spearman"] for row in tested)
    reach = interval(row["spearman_ci_low"], row["spearman_ci_high"], 2)
    return (
        f"the median ρ is {number(median, 2)}, the strongest {number(row['spearman'], 2)}"
        f"{' ' + reach if reach else ''} ({row['model']}, {row['intermediate']}, {row['target']})"
    )


def _slope(findings):
    """What the sign of a correlation means, and the slope over all cells."""
    meaning = MEANING[findings.asked]
    row = scaling.overall(findings, scaling.SLOPE)
    if row is None:
        return meaning
    low, high = scaling.reach(row)
    reach = f" {interval(low, high)}" if low is not None else ""
    told = _sign(low, high, "which can be told from zero", "not distinguishable from zero")
    change = f"the {OUTCOMES[findings.asked]} changes by {signed(row['estimate'])} points{reach}"
    return f"{meaning} Over all cells {change} from distance 0 to 1, {told}."


def warnings(findings, grid):
    """Sentences that must stand beside the answer: missing cells, runs at chance."""
    found = []
    if grid.n_missing:
        share = number(100 * grid.present / grid.expected, 0 if grid.present < 0.99 * grid.expected else 1)
        found.append(
            f"The grid is not complete: {grid.present:,} of {grid.expected:,} cells ({share} %) have a score."
            " Models are compared over the cells that they share."
        )
    if findings.at_chance:
        count = plural(len(findings.at_chance), "training run")
        verb = "is" if len(findings.at_chance) == 1 else "are"
        counted = "are left out of all means" if findings.left_out else "are counted nevertheless"
        found.append(
            f"{count} {verb} at chance in the source language. A delta over such a run means nothing; those"
            f" deltas {counted}."
        )
    return found
