"""Findings condensed: what of the grid is there, means per cell, and the comparison of models."""

from collections import defaultdict
from typing import NamedTuple

from atlas.report.findings import average, estimate
from atlas.report.wording import listed, magnitude, number


class Completeness(NamedTuple):
    """How much of the grid has a score: counts of cells (model x intermediate x target x seed x language)."""

    expected: int
    present: int
    missing: list  # of dict: model, intermediate, target, seeds (seed -> languages), n, of

    @property
    def n_missing(self):
        """Cells without a score of the headline metric."""
        return self.expected - self.present


def completeness(findings):
    """Compare the cells that the study declares with those that have a score; an imported table is whole."""
    if findings.spec["imported"]:
        present = sum(map(len, findings.cells.values()))
        return Completeness(present, present, [])
    expected, groups = 0, []
    for model in findings.models:
        for intermediate in findings.intermediates_of(model):
            for target in findings.targets:
                group = _missing(findings, model, intermediate, target)
                expected += group["of"]
                if group["n"]:
                    groups.append(group)
    return Completeness(expected, expected - sum(group["n"] for group in groups), groups)


def _missing(findings, model, intermediate, target):
    languages, seeds = findings.targets[target]["languages"], findings.spec["seeds"]
    lacking = {
        seed: [code for code in languages if seed not in findings.points(model, intermediate, target, code)]
        for seed in seeds
    }
    return {
        "model": model,
        "intermediate": intermediate,
        "target": target,
        "seeds": {seed: codes for seed, codes in lacking.items() if codes},
        "n": sum(map(len, lacking.values())),
        "of": len(languages) * len(seeds),
    }


def gap_by_size(findings):
    """Say how large the mean transfer gap without intermediate training is in small and large models.

    Models of the same number of parameters count alike, whatever their family; empty for models of one size.
    """
    by_target = []
    for target in findings.targets:
        gaps = defaultdict(list)
        for row in score_rows(findings, target):
            if row["intermediate"] == findings.spec["baseline"] and row["gap"] is not None:
                gaps[findings.parameters[row["model"]]].append(row["gap"])
        if len(gaps) > 1:
            small, large = min(gaps), max(gaps)
            change = f"{number(average(gaps[small]))} to {number(average(gaps[large]))} points in {target}"
            by_target.append(f"{change} ({magnitude(small)} to {magnitude(large)})")
    if not by_target:
        return ""
    return f"The mean transfer gap goes from {listed(by_target)}; no interval, since languages are not seeds."


def score_rows(findings, target):
    """Rows of a target's table: means over seeds, in points.

    Returns
    -------
    list of dict : model, intermediate, source (score in the source language), zero_shot (mean over the
        other languages), gap (mean over them), n_languages (zero-shot ones with a score), delta (Estimate of
        the mean over zero-shot languages, None for the baseline), seeds, at_chance (seeds)
    """
    rows = []
    for model in findings.models:
        for intermediate in findings.intermediates:
            cell = (model, intermediate, target)
            seeds = findings.seeds_of(*cell)
            if seeds:
                at_chance = [seed for seed in seeds if (*cell, seed) in findings.at_chance]
                rows.append({**_score_row(findings, *cell), "seeds": seeds, "at_chance": at_chance})
    return rows


def _score_row(findings, model, intermediate, target):
    others = {code: findings.points(model, intermediate, target, code) for code in findings.zero_shot(target)}
    means = [average(by_seed.values()) for by_seed in others.values() if by_seed]
    found = [findings.gap_of(model, intermediate, target, code) for code in others]
    in_source = findings.points(model, intermediate, target, findings.source(target))
    return {
        "model": model,
        "intermediate": intermediate,
        "source": average(in_source.values()),
        "zero_shot": average(means),
        "gap": average(gap for gap in found if gap is not None),
        "n_languages": len(means),
        "delta": mean_delta(findings, model, intermediate, target),
    }


def mean_delta(findings, model, intermediate, target):
    """Mean delta over the zero-shot languages, with a t interval over seeds; None without a pair.

    Where seeds lack languages, it is over those of `shared_by_seeds`.
    """
    if intermediate == findings.spec["baseline"]:
        return None
    deltas = findings.deltas_by_seed(model, intermediate, target)
    seeds, languages = shared_by_seeds(deltas)
    return estimate({seed: average(deltas[seed][code] for code in languages) for seed in seeds})


def shared_by_seeds(cells):
    """Choose seeds and the cells that all of them have, so that most values are kept; in doubt more seeds.

    Means of seeds over different cells would differ for that reason alone.

    Parameters
    ----------
    cells : seed -> cells

    Returns
    -------
    seeds, cells : sorted lists
    """
    order = sorted(cells, key=lambda seed: (-len(cells[seed]), seed))
    choices = []
    for count in range(1, len(order) + 1):
        shared = set.intersection(*(set(cells[seed]) for seed in order[:count]))
        choices.append((count * len(shared), count, sorted(order[:count]), sorted(shared)))
    return max(choices)[2:] if choices and max(choices)[0] else ([], [])


def mean_deltas(findings):
    """Mean delta of every (model, intermediate, target) that has one (Estimate)."""
    found = {
        (model, intermediate, target): mean_delta(findings, model, intermediate, target)
        for model in findings.models
        for intermediate in findings.trained
        for target in findings.targets
    }
    return {cell: value for cell, value in found.items() if value}


def coverage(findings):
    """How many languages each distance knows, and how much of them was observed rather than imputed.

    Returns
    -------
    list of dict : distance, provider, n_known, n_languages, observed (median share of observed features, or
        None where no features are counted), least (language with the smallest share), least_share
    """
    groups = defaultdict(list)
    for row in findings.distances:
        if row["language"] != row["source_language"]:
            groups[row["distance"], row["provider"]].append(row)
    return [
        {"distance": distance, "provider": provider, **_coverage(rows)}
        for (distance, provider), rows in sorted(groups.items())
    ]


def _coverage(rows):
    shares = sorted(
        (row["n_features_observed"] / row["n_features"], row["language"])
        for row in rows
        if row["n_features"] and row["n_features_observed"] is not None
    )
    return {
        "n_known": sum(row["value"] is not None for row in rows),
        "n_languages": len(rows),
        "observed": shares[len(shares) // 2][0] if shares else None,
        "least": shares[0][1] if shares else None,
        "least_share": shares[0][0] if shares else None,
    }
