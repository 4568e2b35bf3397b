"""Models against each other: mean deltas over the cells that all of them have."""

from collections import defaultdict
from typing import NamedTuple

from atlas.report.findings import average, estimate
from atlas.report.summary import shared_by_seeds


class Comparison(NamedTuple):
    """Mean deltas of models over the cells that they share, so that no hole in the grid favours one."""

    models: list  # from small to large, those with any delta
    by_seed: dict  # model -> seed -> points
    n_cells: int  # (intermediate, target, language) behind them

    def estimate(self, model):
        """Mean delta of a model over seeds (Estimate), or None."""
        return estimate(self.by_seed[model])

    def difference(self, larger, smaller):
        """Mean delta of one model minus that of another, paired by seed (Estimate), or None."""
        large, small = self.by_seed[larger], self.by_seed[smaller]
        return estimate({seed: large[seed] - small[seed] for seed in large})


def compare(findings):
    """Average each model's deltas: over languages, then over pairs of intermediate and target, by seed."""
    deltas = {model: _zero_shot_deltas(findings, model) for model in findings.models}
    deltas = {model: by_seed for model, by_seed in deltas.items() if by_seed}
    common = {
        seed: set.intersection(*(set(by_seed.get(seed, ())) for by_seed in deltas.values()))
        for seed in findings.spec["seeds"]
        if deltas
    }
    seeds, cells = shared_by_seeds(common)
    means = {
        model: {seed: _mean(by_seed[seed], cells) for seed in seeds} for model, by_seed in deltas.items()
    }
    return Comparison(list(deltas), means, len(cells))


def _zero_shot_deltas(findings, model):
    """Seed -> (intermediate, target, language) -> delta."""
    found = defaultdict(dict)
    for intermediate in findings.trained:
        for target in findings.targets:
            for seed, deltas in findings.deltas_by_seed(model, intermediate, target).items():
                for language, delta in deltas.items():
                    found[seed][intermediate, target, language] = delta
    return found


def _mean(deltas, cells):
    """Every pair of intermediate and target counts the same, however many languages it has."""
    groups = defaultdict(list)
    for intermediate, target, language in cells:
        groups[intermediate, target].append(deltas[intermediate, target, language])
    return average(average(values) for values in groups.values())
