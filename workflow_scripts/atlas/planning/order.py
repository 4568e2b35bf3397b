"""In which order the cells of a grid tell most about the question for the hours that they take.

The question is whether the slope of the delta over distance changes with the size of the model. Standard
library only: the Snakefile may read this.
"""

import math

from atlas.errors import AtlasError
from atlas.planning.estimate import jobs
from atlas.study import BASELINE

_PRIOR = 1e-3  # information about slope and change of slope before any cell, so that the first gain is finite


def cells(study, estimate):
    """Every cell of a study, the most informative per hour first.

    Greedy and c-optimal: each step takes the delta (a cell and its baseline) that lowers the variance of the
    interaction of distance and log10 size the most per hour of what is still to do for it. In
    ``delta = a + b distance + c distance x log size`` a cell is one estimate of the slope in its model, whose
    information is the number of languages beside the source. The second seed of a delta adds a third of the
    first's, the third a sixth: deltas are taken to differ between pairs of tasks as much as between seeds.

    Raises
    ------
    AtlasError
        If the size of a model or the cost of a job is unknown.
    """
    prices = {job: _seconds(job, estimate) for job in jobs(study)}
    needs = {tuple(cell.values()): jobs(study, [cell]) for cell in study.cells()}
    series = _series(study, estimate)
    several = len({one.size for one in series}) > 1
    variance = _of_interaction if several else _of_slope
    found, information = {}, (_PRIOR, 0.0, _PRIOR)

    def gain(one):
        lower = variance(information) - variance(one.added(information))
        wanted = {job for key in one.pairs[0] for job in needs[key]}
        return lower / (sum(prices[job] for job in wanted) or 1e-6)

    while series:
        best = max(series, key=gain)
        information = best.added(information)
        for key in best.pairs.pop(0):
            found[key] = None
            prices.update(dict.fromkeys(needs[key], 0))  # what is taken is there for others
        series = [one for one in series if one.pairs]
    found.update(dict.fromkeys(needs))  # a model that is run without intermediate training tells no delta
    names = ("model", "intermediate", "target", "seed")
    return [dict(zip(names, key, strict=True)) for key in found]


def within(study, estimate, budget):
    """Cells that a budget buys, in their order, and the hours that they take with all that is finished.

    Parameters
    ----------
    budget : hours of the device that the jobs compute on, for all of the study, what is finished included

    Returns
    -------
    (list of cells, float)
    """
    paid = {job for job in jobs(study) if estimate.is_done(job)}
    spent, chosen = estimate.hours(paid), []
    for cell in cells(study, estimate):
        new = set(jobs(study, [cell])) - paid
        hours = estimate.hours(new)
        if hours <= max(budget - spent, 0):  # else perhaps a cheaper one after it
            chosen.append(cell)
            spent += hours
            paid |= new
    return chosen, spent


class _Series:
    """The seeds of one delta: pairs of a baseline and a cell, those that are not yet taken."""

    def __init__(self, size, languages, pairs):
        self.size, self.languages, self.pairs, self._seeds = size, languages, pairs, len(pairs)

    def added(self, information):
        """Information about (slope, both, interaction) with the next seed."""
        taken = self._seeds - len(self.pairs)
        weight = self.languages / ((taken + 1) * (taken + 2))
        slope, both, change = information
        return slope + weight, both + weight * self.size, change + weight * self.size**2


def _series(study, estimate):
    sizes = {model: _log_size(model, shape) for model, shape in estimate.shapes.items()}
    centre = (min(sizes.values()) + max(sizes.values())) / 2
    return [
        _Series(
            sizes[model] - centre,
            len(set(entry["languages"]) - {entry["source_language"]}),
            [[(model, BASELINE, target, seed), (model, task, target, seed)] for seed in study.seeds],
        )
        for model in study.models
        for task in study.intermediates_of(model)[1:]
        for target, entry in study.target_tasks.items()
    ]


def _log_size(model, shape):
    if shape is None:
        raise AtlasError(
            f"catalog/models.yaml: the size of {model} is unknown before it is fetched, and a budget needs"
            " it. Run the workflow with `--until fetch_model` first."
        )
    return math.log10(shape.parameters)


def _seconds(job, estimate):
    """What a job still takes."""
    seconds = estimate.seconds(job)
    if seconds is None:
        raise AtlasError(
            f"{job.task}: how many examples it has is unknown, and a budget needs it. Prepare it first"
            " (run with `--until prepare_intermediate prepare_target_train prepare_target_test`), or write"
            " into its entry `size: train 1,000, test 100 a language`."
        )
    return 0 if estimate.is_done(job) else seconds


def _of_interaction(information):
    """Variance of the change of slope with size."""
    slope, both, change = information
    return slope / (slope * change - both**2)


def _of_slope(information):
    """Variance of the slope, in a grid of one size."""
    return 1 / information[0]
