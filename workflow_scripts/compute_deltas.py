"""Pair every intermediate task with the baseline, seed by seed and example by example.

Reads   scores.parquet (`atlas.columns.SCORES`), and where the study scored its own predictions the scores by
        example beside each score file (`atlas.columns.EXAMPLES`).
Writes  deltas.parquet (`atlas.columns.DELTAS`), in points: one row per model, intermediate, target and
        language that has a score with and without the intermediate for at least one seed.
"""

from pathlib import Path

from atlas import artifacts, stage
from atlas.analysis.deltas import compute, missing_cells
from atlas.analysis.example_scores import Resampler
from atlas.columns import DELTAS, SCORES
from atlas.stage import Output


def compute_deltas(*, scores, folder: Path, spec, code, deltas: Output):
    """Compute all deltas; cells without a partner are left out and counted in the log.

    Parameters
    ----------
    scores : table of scores; its key stands for the scores by example too
    folder : the study's results, where the scores by example are; without any, intervals are over seeds alone
    spec : baseline (an intermediate's name), metrics (target -> headline metric), bootstrap (samples of the
        examples), seed, and optionally overlaps (target -> intermediates that share training data with it)
        and baseline_only (models that are run without intermediate training alone)
    code : digest of the code
    deltas : table to write
    """
    found = artifacts.read_table(scores, SCORES).to_pylist()
    baseline, metrics = spec["baseline"], spec["metrics"]
    resampler = Resampler(folder, _arms(found), metrics, baseline, spec["bootstrap"], spec["seed"])
    rows = compute(found, baseline, metrics, spec.get("overlaps"), resampler)
    artifacts.write_table(deltas, rows, artifacts.make_key(spec, code, scores), DELTAS)
    compared = [row for row in found if row["model"] not in spec.get("baseline_only", [])]
    missing = missing_cells(compared, baseline, metrics)
    by_example = sum(row["n_examples"] is not None for row in rows)
    return f"{len(rows)} deltas, {by_example} of them paired by example; {len(missing)} scores are missing"


def _arms(scores):
    """Map (model, target) -> its intermediates and seeds."""
    arms = {}
    for row in scores:
        arms.setdefault((row["model"], row["target"]), {})[row["intermediate"], row["seed"]] = None
    return arms


if __name__ == "__main__":
    stage.run(compute_deltas)
