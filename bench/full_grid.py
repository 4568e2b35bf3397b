"""Speed of the correlations on a full grid, against scipy called cell by cell (`make bench`).

4 models x 11 intermediate tasks x 10 targets x 50 languages x 6 distances, four outcomes, 9,999 permutations
over languages and as many within families, 10,000 bootstrap samples of languages and as many of families.
"""

import itertools
import sys
import time
from pathlib import Path

import numpy as np
import scipy.stats

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow_scripts"))
from atlas.analysis.correlations import relate

MODELS, INTERMEDIATES, TARGETS, LANGUAGES, DISTANCES = 4, 11, 10, 50, 6
PERMUTATIONS, BOOTSTRAP, SAMPLE = 9999, 10_000, 8


def main():
    """Print seconds of both, and how far their p are apart."""
    scores, deltas, distances = tables(np.random.default_rng(0))
    spec = {
        "metrics": {f"t{number}": "accuracy" for number in range(TARGETS)}, "min_languages": 6, "seed": 0,
        "permutations": PERMUTATIONS, "bootstrap": BOOTSTRAP,
        "families": {f"l{number:02d}": f"f{number % 15}" for number in range(LANGUAGES)},
    }  # fmt: skip
    started = time.perf_counter(), time.process_time()
    rows = relate(scores, deltas, distances, spec)
    wall, used = time.perf_counter() - started[0], time.process_time() - started[1]
    print(
        f"full grid: {len(rows)} correlations, all four resamplings: {wall:.1f} s ({used:.1f} s of processor)"
    )
    sample = [row for row in rows if row["outcome"] == "delta"][:: len(rows) // SAMPLE // 4][:SAMPLE]
    started = time.process_time()
    expected = [p_of_scipy(row, deltas, distances) for row in sample]
    theirs = (time.process_time() - started) / len(sample) * len(rows)
    print(f"scipy.stats.permutation_test per cell: {theirs:.0f} s of processor, over languages alone")
    for row, p_value in zip(sample, expected, strict=True):
        error = np.sqrt(2 * p_value * (1 - p_value) / PERMUTATIONS)
        apart = abs(row["p_permutation"] - p_value) / error
        print(f"  p {row['p_permutation']:.4f}, by scipy {p_value:.4f}: {apart:.1f} Monte Carlo errors apart")
        assert apart < 4


def tables(generator):
    """Scores, deltas and distances of an invented study without any relation."""
    far = generator.random((DISTANCES, LANGUAGES))
    codes = [f"l{number:02d}" for number in range(LANGUAGES)]
    distances = [
        {"source_language": "eng", "language": code, "distance": f"d{d}", "provider": "p", "value": far[d, n]}
        for d, (n, code) in itertools.product(range(DISTANCES), enumerate(codes))
    ]
    scores, deltas = [], []
    grid = itertools.product(range(MODELS), range(INTERMEDIATES), range(TARGETS))
    for m, i, t in grid:
        about = {"model": f"m{m}", "intermediate": f"i{i}", "target": f"t{t}", "source_language": "eng"}
        cell = {**about, "n_parameters": 10**m, "n_parameters_total": 10**m, "at_chance": False}
        for language in ["eng", *codes]:
            row = {**cell, "language": language}
            scores.append({**row, "metric": "accuracy", "seed": 1, "score": generator.random() * 100})
            deltas.append({**row, "delta": generator.normal()})
    return scores, deltas, distances


def p_of_scipy(row, deltas, distances):
    """The p of one row by scipy's own permutation test of Spearman's correlation."""
    place = ("model", "intermediate", "target")
    outcome = {d["language"]: d["delta"] for d in deltas if all(d[name] == row[name] for name in place)}
    far = {d["language"]: d["value"] for d in distances if d["distance"] == row["distance"]}
    first, second = ([values[code] for code in sorted(far)] for values in (outcome, far))
    ranks = scipy.stats.rankdata(second)
    ranks = ranks - ranks.mean()

    def statistic(permuted, axis):
        return ((permuted - permuted.mean()) * ranks).sum(axis=axis)

    return scipy.stats.permutation_test(
        (scipy.stats.rankdata(first),), statistic, permutation_type="pairings", n_resamples=PERMUTATIONS,
        vectorized=True, rng=np.random.default_rng(1),
    ).pvalue  # fmt: skip


if __name__ == "__main__":
    main()
