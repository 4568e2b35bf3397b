"""What the tables of a study hold, by the names of its grid.

All points are 0-100. A cell is (model, intermediate, target, source language, language).
"""

import dataclasses
import functools
import math
from collections import defaultdict
from typing import NamedTuple

from atlas.analysis import statistics
from atlas.analysis.deltas import by_cell, gaps
from atlas.report.wording import address

# The distance that is shown first, and the provider whose values are drawn if there are several.
DISTANCE, PROVIDER = "syntactic", "lang2vec_vectors"


class Estimate(NamedTuple):
    """Mean over seeds with its 95 % t interval; the interval is None for a single seed."""

    mean: float
    low: float | None
    high: float | None
    n_seeds: int

    @property
    def differs(self):
        """Whether there is an interval and it leaves out zero."""
        return self.low is not None and not self.low <= 0 <= self.high


def estimate(by_seed):
    """Mean and t interval over the values of a dict by seed; None if it is empty."""
    if not by_seed:
        return None
    mean, _, low, high = statistics.mean_interval(list(by_seed.values()))
    known = not math.isnan(low)
    return Estimate(float(mean), float(low) if known else None, float(high) if known else None, len(by_seed))


def average(values):
    """Mean of some numbers; None if there are none."""
    values = list(values)
    return math.fsum(values) / len(values) if values else None


@dataclasses.dataclass(frozen=True)
class Findings:
    """The rows of the tables and the study's spec, with look-ups; analyses that were not made stay empty."""

    spec: dict
    scores: list
    deltas: list
    distances: list
    correlations: list
    reliability: list = ()
    robustness: list = ()
    consistency: list = ()
    scaling: list = ()
    influence: list = ()
    claims: list = ()

    @functools.cached_property
    def models(self):
        """Models from small to large; those without any score last."""
        order = self.spec["models"]
        return sorted(order, key=lambda name: (self.parameters.get(name) or math.inf, order.index(name)))

    @functools.cached_property
    def parameters(self):
        """Model -> number of the encoder's parameters without embeddings."""
        return {row["model"]: row["n_parameters"] for row in self.scores}

    @property
    def intermediates(self):
        """Intermediate tasks with the baseline."""
        return self.spec["intermediate_tasks"]

    @property
    def asked(self):
        """Outcome that the answer is about: the delta, or the transfer gap where nothing has a baseline."""
        return "delta" if self.deltas else "gap"

    def intermediates_of(self, model):
        """Intermediate tasks that the study runs a model with; some are run without any, as a reference."""
        return [self.spec["baseline"]] if model in self.spec.get("baseline_only", []) else self.intermediates

    @functools.cached_property
    def trained(self):
        """Intermediate tasks without the baseline."""
        return [name for name in self.intermediates if name != self.spec["baseline"]]

    @functools.cached_property
    def targets(self):
        """Target task -> its entry in the spec, in the study's order."""
        return {entry["name"]: entry for entry in self.spec["target_tasks"]}

    def source(self, target):
        """Source language of a target."""
        return self.targets[target]["source_language"]

    def zero_shot(self, target):
        """Languages of a target other than its source, from near to far; unknown distances last."""
        known = self.distance_to(self.source(target), *self.shown)
        others = [code for code in self.targets[target]["languages"] if code != self.source(target)]
        return sorted(others, key=lambda code: (known.get(code, math.inf), code))

    def name_of(self, language):
        """Name of a language, or its code where the spec has none."""
        return self.spec["languages"].get(language, {}).get("name", language)

    @functools.cached_property
    def cells(self):
        """Cell -> seed -> points of the target's headline metric."""
        return by_cell(self.scores, {name: entry["metric"] for name, entry in self.targets.items()})

    @functools.cached_property
    def at_chance(self):
        """Training runs (model, intermediate, target, seed) that do not beat the commonest answer."""
        place = ("model", "intermediate", "target", "seed")
        return {tuple(row[name] for name in place) for row in self.scores if row["at_chance"]}

    @functools.cached_property
    def left_out(self):
        """Cells (model, intermediate, target) whose deltas do not count: either arm has a training at chance.

        Empty if the study includes them (`statistics: {at_chance: include}`).
        """
        if self.spec["statistics"]["at_chance"] == "include":
            return set()
        return {
            (model, name, target)
            for model, intermediate, target, _ in self.at_chance
            for name in (self.trained if intermediate == self.spec["baseline"] else [intermediate])
        }

    @functools.cached_property
    def counted(self):
        """Rows of the table of deltas that count in summaries."""
        return [r for r in self.deltas if (r["model"], r["intermediate"], r["target"]) not in self.left_out]

    def points(self, model, intermediate, target, language):
        """Seed -> points of one cell."""
        return self.cells.get((model, intermediate, target, self.source(target), language), {})

    def seeds_of(self, model, intermediate, target):
        """Seeds that have any score of this part of the grid, which are those with a score file."""
        found = [self.points(model, intermediate, target, code) for code in self.targets[target]["languages"]]
        return sorted({seed for by_seed in found for seed in by_seed})

    def score_file(self, model, intermediate, target, seed):
        """Address of the file with the scores of a cell; of imported scores, the table."""
        if self.spec["imported"]:
            return "scores.parquet"
        return address("scores", model, intermediate, target, f"seed-{seed}.json")

    def recipe_file(self, model, intermediate, target, seed):
        """Address of the manifest with the recipe of the training behind a cell; None for imported scores."""
        if self.spec["imported"]:
            return None
        if self.targets[target]["trained"]:
            return address("checkpoints/target", model, intermediate, target, f"seed-{seed}", "manifest.json")
        if intermediate == self.spec["baseline"]:
            return address("sources/models", model, "manifest.json")
        return address("checkpoints/intermediate", model, intermediate, f"seed-{seed}", "manifest.json")

    def gap_of(self, model, intermediate, target, language):
        """Transfer gap of one cell, mean over its seeds; None if the source or the language lacks a score."""
        cell = (model, intermediate, target, self.source(target), language)
        return average(gaps(self.cells, cell).values()) if cell in self.cells else None

    @functools.cached_property
    def delta_rows(self):
        """(model, intermediate, target, language) -> row of the table of deltas that counts."""
        place = ("model", "intermediate", "target", "language")
        return {tuple(row[name] for name in place): row for row in self.counted}

    def outcome(self, name, model, intermediate, target, language):
        """Delta or transfer gap of one cell in points, mean over seeds; None if unknown."""
        cell = (model, intermediate, target, language)
        if name == "gap":
            return self.gap_of(*cell)
        return self.delta_rows[cell]["delta"] if cell in self.delta_rows else None

    def mean_over_intermediates(self, model, target):
        """Zero-shot language -> mean delta over the intermediate tasks that the model has on this target.

        Languages that lack one of them are left out, so that no hole in the grid looks like a gain.
        """
        rows = {
            name: [self.delta_rows.get((model, name, target, code)) for code in self.zero_shot(target)]
            for name in self.trained
        }
        columns = [found for found in rows.values() if any(found)]
        complete = zip(self.zero_shot(target), *columns, strict=True) if columns else ()
        return {code: average(row["delta"] for row in found) for code, *found in complete if all(found)}

    def deltas_by_seed(self, model, intermediate, target):
        """Seed -> zero-shot language -> delta; empty for a cell that does not count."""
        found = defaultdict(dict)
        if (model, intermediate, target) in self.left_out:
            return {}
        for language in self.zero_shot(target):
            without = self.points(model, self.spec["baseline"], target, language)
            for seed, score in self.points(model, intermediate, target, language).items():
                if seed in without:
                    found[seed][language] = score - without[seed]
        return dict(sorted(found.items()))

    @functools.cached_property
    def shown(self):
        """The distance that is shown first, with its provider: (distance, provider); (None, None) if none."""
        return self.pictured[0] if self.pictured else (None, None)

    @functools.cached_property
    def pictured(self):
        """One provider for every distance, as (distance, provider), DISTANCE first: those that are drawn."""
        pairs = sorted({(row["distance"], row["provider"]) for row in self.distances})
        pairs.sort(key=lambda pair: (pair[0] != DISTANCE, pair[0], pair[1] != PROVIDER))
        return list({distance: (distance, provider) for distance, provider in reversed(pairs)}.values())[::-1]

    @functools.cached_property
    def _distance_values(self):
        values = defaultdict(dict)
        for row in self.distances:
            if row["value"] is not None:
                place = (row["source_language"], row["distance"], row["provider"])
                values[place][row["language"]] = row["value"]
        return values

    def distance_to(self, source, distance, provider):
        """Language -> distance from `source`, unknown ones left out."""
        return self._distance_values.get((source, distance, provider), {})

    def correlation(self, model, intermediate, target, outcome, distance, provider):
        """Row of the table of correlations, or None."""
        return self._correlation_rows.get((model, intermediate, target, outcome, distance, provider))

    @functools.cached_property
    def _correlation_rows(self):
        place = ("model", "intermediate", "target", "outcome", "distance", "provider")
        return {tuple(row[name] for name in place): row for row in self.correlations}
