"""Pair every intermediate task with the baseline, seed by seed.

Reads   scores.parquet (`atlas.columns.SCORES`).
Writes  deltas.parquet (`atlas.columns.DELTAS`), in points: one row per model, intermediate, target and
        language that has a score with and without the intermediate for at least one seed.
"""

from atlas import artifacts, stage
from atlas.columns import DELTAS, SCORES
from atlas.deltas import compute, missing_cells


def compute_deltas(*, scores, spec, code, deltas):
    """Compute all deltas; cells without a partner are left out and counted in the log.

    Parameters
    ----------
    scores : table of scores
    spec : baseline (an intermediate's name), metrics (target -> headline metric), and optionally
        baseline_only (models that are run without intermediate training alone)
    code : digest of the code
    deltas : table to write
    """
    found = artifacts.read_table(scores, SCORES).to_pylist()
    rows = compute(found, spec["baseline"], spec["metrics"])
    artifacts.write_table(deltas, rows, artifacts.make_key(spec, code, scores), DELTAS)
    compared = [row for row in found if row["model"] not in spec.get("baseline_only", [])]
    missing = missing_cells(compared, spec["baseline"], spec["metrics"])
    return f"{len(rows)} deltas; {len(missing)} scores are missing"


if __name__ == "__main__":
    stage.run(compute_deltas)
