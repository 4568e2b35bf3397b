"""Scores by example, which the score stage leaves beside each score file, and bootstrap samples of deltas."""

import numpy as np
import pyarrow.compute as pc

from atlas import artifacts, grid
from atlas.analysis import uncertainty
from atlas.columns import EXAMPLES
from atlas.files import read_json


def of_cell(folder, cell, metric):
    """Read what each example adds to a metric.

    Parameters
    ----------
    folder : the study's results
    cell : (model, intermediate, target, seed)

    Returns
    -------
    dict : language -> (ids, numerators, denominators); empty where the scores were made elsewhere
    """
    path = grid.score_file(folder, cell)
    file = read_json(path).get("examples", {}).get("file") if path.exists() else None
    if file is None:
        return {}
    table = artifacts.read_table(path.with_name(file), EXAMPLES)
    table = table.filter(pc.equal(table["metric"], metric)).combine_chunks()
    languages = table["language"].unify_dictionaries().combine_chunks()
    numbers = languages.indices.to_numpy()
    table = table.take(np.argsort(numbers, kind="stable")).combine_chunks()
    sizes = np.bincount(numbers, minlength=len(languages.dictionary))
    found = {}
    for language, size, end in zip(languages.dictionary.to_pylist(), sizes, np.cumsum(sizes), strict=True):
        if size:
            own = table.slice(end - size, size)
            found[language] = (
                own["id"].combine_chunks(),
                own["numerator"].to_numpy(),
                own["denominator"].to_numpy(),
            )
    return found


class Resampler:
    """Deltas in bootstrap samples of the test examples; the arms of a delta share their samples.

    Holds the examples of one model and target and the samples of one language at a time, so ask for cells in
    the order of model, target and language.

    Parameters
    ----------
    folder : the study's results
    arms : (model, target) -> [(intermediate, seed), ...] that have scores
    metrics : target -> headline metric
    baseline : name of the intermediate that trains nothing
    count, seed : number of samples, and what they are drawn from
    """

    def __init__(self, folder, arms, metrics, baseline, count, seed):
        self._folder, self._arms, self._metrics = folder, arms, metrics
        self._baseline, self._count, self._seed = baseline, count, seed
        self._group, self._examples = None, {}
        self._language, self._points, self._n_examples = None, {}, 0

    def deltas(self, model, intermediate, target, language, seeds):
        """Bootstrap samples of the paired deltas of one cell.

        Returns
        -------
        drawn : (count, n_seeds) points, or None if an arm has no scores by example or was tested on others
        n_examples : number of test examples, or None
        """
        self._load(model, target, language)
        arms = [[(name, seed) for seed in seeds] for name in (intermediate, self._baseline)]
        if not all(arm in self._points for side in arms for arm in side):
            return None, None
        having, without = (np.column_stack([self._points[arm] for arm in side]) for side in arms)
        return having - without, self._n_examples

    def _load(self, model, target, language):
        if self._group != (model, target):
            self._group, self._language = (model, target), None
            self._examples = {
                (intermediate, seed): of_cell(
                    self._folder, (model, intermediate, target, seed), self._metrics[target]
                )
                for intermediate, seed in self._arms[model, target]
            }
        if self._language != language:
            self._language = language
            self._points = self._draw(language)

    def _draw(self, language):
        """Map each arm that was tested on the examples of the first baseline -> its points in the samples."""
        tested = {arm: own[language] for arm, own in self._examples.items() if language in own}
        reference = next((own[0] for arm, own in tested.items() if arm[0] == self._baseline), None)
        alike = [arm for arm, own in tested.items() if own[0].equals(reference)] if reference else []
        if not alike:
            return {}
        self._n_examples = len(reference)
        sides = (np.column_stack([tested[arm][side] for arm in alike]) for side in (1, 2))
        points = uncertainty.resampled_points(*sides, self._count, self._seed)
        return dict(zip(alike, points.T, strict=True))
