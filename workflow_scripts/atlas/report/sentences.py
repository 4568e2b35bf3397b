"""The answer in words, built from the tables, and never more than they show."""

import statistics

from atlas.report.comparison import compare
from atlas.report.summary import mean_deltas
from atlas.report.wording import interval, listed, magnitude, number, plural, signed

LEVEL = 0.05


def answer(findings):
    """Answer the three parts of the question.

    Returns
    -------
    list of tuple : (question, sentence)
    """
    comparison = compare(findings)
    return [
        ("Does intermediate training help?", _help(findings, comparison)),
        ("Does model size change that?", _size(findings, comparison)),
        ("Does the profit follow the distance?", _distance(findings)),
    ]


def _help(findings, comparison):
    if not comparison.models:
        return "Not enough data: no score with an intermediate task has its partner without one."
    if not comparison.n_cells:
        return f"Not enough data: {listed(comparison.models)} share no cell that has a delta."
    found = {model: comparison.estimate(model) for model in comparison.models}
    parts = [f"{signed(e.mean)} points{_reach(e)} in {model}" for model, e in found.items()]
    return (
        "On average over zero-shot languages, intermediate training changed the score by "
        f"{listed(parts)} ({plural(comparison.n_cells, 'combination')} of intermediate task, target and"
        f" language; {_seeds(found.values())}). {_verdict(found)}{_cell_by_cell(findings)}"
    )


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
        return f"{'For each model' if len(found) > 1 else 'That is'}: {next(iter(groups))}."
    return "; ".join(f"{listed(models)}: {kind}" for kind, models in groups.items()) + "."


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
        return f"Not enough data: {plural(len(models), 'model')} with deltas cannot be compared by size."
    smallest, largest = models[0], models[-1]
    difference = comparison.difference(largest, smallest)
    if difference is None:
        return f"Not enough data: {listed(models)} share no cell that has a delta."
    sizes = [f"{model} ({magnitude(findings.parameters[model])})" for model in (smallest, largest)]
    beyond = {True: "beyond the spread of the seeds", False: "not distinguishable from zero"}
    judged = beyond[difference.differs] if difference.low is not None else "one seed, so no interval"
    return (
        f"From {sizes[0]} to {sizes[1]} the mean delta changes by {signed(difference.mean)} points"
        f"{_reach(difference)}: {judged}. {_trend(comparison, models)}"
    )


def _trend(comparison, models):
    if len(models) == 2:
        return "Two models are two points, and two points cannot show a trend."
    means = [comparison.estimate(model).mean for model in models]
    rising = means == sorted(means)
    falling = means == sorted(means, reverse=True)
    order = "rises at every step" if rising else "falls at every step" if falling else "goes up and down"
    return f"Over the {len(models)} models it {order}; {len(models)} points allow no more than that."


def _distance(findings):
    distance, provider = findings.shown
    rows = [
        row
        for row in findings.correlations
        if (row["outcome"], row["distance"], row["provider"]) == ("delta", distance, provider)
    ]
    tested = [row for row in rows if row["spearman"] is not None]
    if not tested:
        most = max((row["n_languages"] for row in rows), default=0)
        return f"Not enough data: no correlation could be estimated (at most {plural(most, 'language')})."
    found = [row for row in tested if row["q_value"] is not None and row["q_value"] < LEVEL]
    if not found:
        told = "none can be told from zero after correction for multiple tests"
    else:
        positive = sum(row["spearman"] > 0 for row in found)
        told = (
            f"{len(found)} can be told from zero after correction for multiple tests (q < {LEVEL}):"
            f" {positive} positive, {len(found) - positive} negative"
        )
    return f"Of {_tests(tested, distance)}, {told}. {_strongest(tested)}"


def _tests(tested, distance):
    counts = sorted({row["n_languages"] for row in tested})
    languages = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    noun = "rank correlation" if len(tested) == 1 else "rank correlations"
    return f"{len(tested)} {noun} between delta and {distance} distance, each over {languages} languages"


def _strongest(tested):
    row = max(tested, key=lambda row: abs(row["spearman"]))
    median = statistics.median(row["spearman"] for row in tested)
    reach = interval(row["spearman_ci_low"], row["spearman_ci_high"], 2)
    return (
        f"The median ρ is {number(median, 2)}; the strongest is {number(row['spearman'], 2)}"
        f"{' ' + reach if reach else ''} ({row['model']}, {row['intermediate']}, {row['target']})."
        " A negative ρ means that distant languages profit less."
    )


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
        found.append(
            f"{count} {verb} at chance in the source language. The numbers above include them, but a delta"
            " over such a run means nothing."
        )
    return found


def methods(findings):
    """Paragraph for a paper's methods section."""
    spec = findings.spec
    versions = ", ".join(f"{name} {version}" for name, version in spec["versions"].items() if version)
    sources = listed(sorted({findings.name_of(findings.source(name)) for name in findings.targets}))
    codes = {code for entry in findings.targets.values() for code in entry["languages"]}
    settings = spec.get("statistics", {})
    resamples = f" ({settings['bootstrap']:,} resamples)" if "bootstrap" in settings else ""
    orders = f" ({settings['permutations']:,} permutations)" if "permutations" in settings else ""
    distances = listed(f"{distance} ({provider})" for distance, provider in findings.pictured) or "none"
    untrained = listed(name for name, entry in findings.targets.items() if not entry["trained"])
    searched = f" {untrained} used the encoder as it stood, without training." if untrained else ""
    return (
        f"We fine-tuned {plural(len(findings.models), 'pretrained multilingual encoder')}"
        f" ({listed(findings.models)}) on {plural(len(findings.trained), 'intermediate task')} in"
        f" {sources} ({listed(findings.trained) or 'none'}) and then on each of"
        f" {plural(len(findings.targets), 'target task')} ({listed(findings.targets)}) in {sources}, and"
        f" evaluated them without further training in {plural(len(codes), 'language')}"
        f" ({plural(len(spec['seeds']), 'random seed')}), following Phang et al. (2020).{searched} The profit"
        f" of an intermediate task is the score with it minus the score of the same model and seed without it"
        f", in points. Intervals of mean deltas are 95 % t intervals over seeds. We correlated the profit per"
        f" language with distances from the source language by Spearman's ρ, with percentile bootstrap"
        f" intervals over languages{resamples}, two-sided permutation tests{orders} and Benjamini–Hochberg"
        f" correction over all tests of the same outcome. Distances: {distances}. Software: {versions}."
    )
