"""How evenly each model transfers, and which share of the languages an intermediate task hurts.

Reads   scores.parquet, deltas.parquet.
Writes  robustness.parquet (`atlas.columns.ROBUSTNESS`): one row per model, intermediate (the baseline too)
        and target.
"""

from atlas import artifacts, stage
from atlas.analysis.robustness import summarise
from atlas.columns import DELTAS, ROBUSTNESS, SCORES
from atlas.stage import Output


def measure_robustness(*, scores, deltas, spec, code, robustness: Output):
    """Summarise scores and deltas over languages, and compare the ranks of the languages between sizes.

    Parameters
    ----------
    scores, deltas : tables to read
    spec : metrics (target -> headline metric), min_languages, at_chance
    code : digest of the code
    robustness : table to write
    """
    tables = artifacts.read_table(scores, SCORES), artifacts.read_table(deltas, DELTAS)
    rows = summarise(*(table.to_pylist() for table in tables), spec)
    artifacts.write_table(robustness, rows, artifacts.make_key(spec, code, scores, deltas), ROBUSTNESS)
    return f"{len(rows)} rows"


if __name__ == "__main__":
    stage.run(measure_robustness)
