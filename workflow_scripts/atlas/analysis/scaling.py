"""Does a larger model change how an outcome follows distance? One model of all sizes for each question.

Questions are an outcome, an intermediate task or the mean over all of them, and a target or all of them
together; each is asked for every distance. `atlas.analysis.regressions` says what is estimated.
"""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from atlas.analysis import confounds, regressions
from atlas.analysis.deltas import by_cell, counted, sizes
from atlas.analysis.observations import ALL, gather
from atlas.analysis.outcomes import by_place, by_source


class Questions:
    """What is asked of one study, and the observations that answer it."""

    def __init__(self, scores, deltas, distances, covariates, spec):
        outcomes = by_place(scores, deltas, spec)
        self._spec = spec
        self._measured = by_source(distances)
        self._parameters = {model: found["n_parameters"] for model, found in sizes(scores).items()}
        self._covariates = confounds.by_language(covariates)
        left_out = set(spec.get("baseline_only", []))
        kept = {place: values for place, values in outcomes.items() if place[0] not in left_out}
        self._cells = _by_question(kept, spec["baseline"])
        self._source_scores = _by_question(_in_source(kept, scores, spec), spec["baseline"])

    def all(self):
        """Every (intermediate, target, source, outcome), sorted; `all` stands for all together."""
        return sorted(self._cells)

    def distances(self, source):
        """Every (distance, provider) from a source language."""
        return sorted(self._measured.get(source, {}))

    def observations(self, question, name, wanted=(), model=None):
        """Observations of one question and distance with the wanted covariates, of all models or one."""
        *_, source, outcome = question
        cells = self._cells[question]
        if model is not None:
            cells = {place: points for place, points in cells.items() if place[0] == model}
        part_of = outcome in confounds.CONTAIN_SOURCE_SCORE and confounds.SOURCE_SCORE in wanted
        if part_of:
            wanted = [covariate for covariate in wanted if covariate != confounds.SOURCE_SCORE]
        about = {key[:2]: rows for key, rows in self._covariates.items() if key[2] == source}
        found = gather(
            cells, self._measured[source][name], self._parameters, self._spec["families"], about, wanted,
            self._source_scores.get(question),
        )  # fmt: skip
        reason = f"without {confounds.SOURCE_SCORE}, which is part of {outcome} by definition"
        return replace(found, notes=(*found.notes, reason)) if part_of else found


def _in_source(outcomes, scores, spec):
    """The places of outcomes with the points that their cell has in the source language.

    A delta is given its baseline's, since the score with the intermediate task is part of the delta.
    """
    counted_scores = counted(scores, spec.get("at_chance", "include"))
    points = {
        cell: float(np.mean(list(by_seed.values())))
        for cell, by_seed in by_cell(counted_scores, spec["metrics"]).items()
        if cell[3] == cell[4]
    }
    found = {}
    for place, values in outcomes.items():
        model, intermediate, target, source, outcome = place
        arm = spec["baseline"] if outcome == "delta" else intermediate
        known = points.get((model, arm, target, source, source))
        found[place] = {} if known is None else dict.fromkeys(values, known)
    return found


def _by_question(outcomes, baseline):
    """Map question -> (model, target, language) -> points."""
    found = defaultdict(dict)
    means = defaultdict(list)
    for (model, intermediate, target, source, outcome), values in outcomes.items():
        for language, points in values.items():
            found[intermediate, ALL, source, outcome][model, target, language] = points
            if intermediate == baseline:
                found[baseline, target, source, outcome][model, target, language] = points
            else:
                means[model, target, language, source, outcome].append(points)
    for (model, target, language, source, outcome), points in means.items():
        for together in (target, ALL):
            found[ALL, together, source, outcome][model, target, language] = float(np.mean(points))
    return found


def relate_to_size(questions, spec):
    """Rows of `atlas.columns.SCALING`, sorted by question; with a note instead where not known."""
    rows = []
    for question in questions.all():
        for name in questions.distances(question[2]):
            about = dict(zip(("intermediate", "target", "source_language", "outcome"), question, strict=True))
            about.update(zip(("distance", "provider"), name, strict=True))
            answers = _pooled(questions, question, name, spec) if question[1] == ALL else []
            answers += _of_one_target(questions, question, name, spec) if question[1] != ALL else []
            rows += [{**about, **answer} for answer in answers]
    return rows


def _pooled(questions, question, name, spec):
    """All targets together: all sizes, with and without covariates, and each model alone."""
    data = questions.observations(question, name)
    rows = _described(data, regressions.mixed(data, spec), ALL)
    adjusted = questions.observations(question, name, spec.get("covariates", []))
    if adjusted.covariate_names:
        rows += _described(adjusted, regressions.mixed(adjusted, spec, bootstrap=False), ALL)
    for number, model in enumerate(data.names["model"]):
        alone = data.take(data.model == number)
        found = [row for row in regressions.mixed(alone, spec) if row["term"] == regressions.DISTANCE]
        rows += _described(alone, found, model)
    return rows


def _of_one_target(questions, question, name, spec):
    """One target: all sizes, and for each model a multiple regression with covariates."""
    data = questions.observations(question, name)
    rows = _described(data, regressions.mixed(data, spec), ALL)
    for model in data.names["model"]:
        alone = questions.observations(question, name, spec.get("covariates", []), model)
        rows += _described(alone, regressions.clustered(alone, spec), model)
    return rows


def _described(data, rows, model):
    """Rows with what they rest on."""
    counts = {f"n_{plural}": data.count(name) for plural, name in _COUNTED.items()}
    about = {"model": model, "covariates": ", ".join(data.covariate_names), **counts}
    return [{**about, "n_cells": len(data.outcome), **row} for row in rows]


_COUNTED = {"languages": "language", "families": "family", "models": "model", "targets": "target"}
