"""How much of the deltas' differences between languages would be found again.

Reads   scores.parquet, deltas.parquet.
Writes  reliability.parquet (`atlas.columns.RELIABILITY`): one row per model, intermediate and target.
"""

from atlas import artifacts, stage
from atlas.analysis.reliability import measure
from atlas.columns import DELTAS, RELIABILITY, SCORES
from atlas.stage import Output


def measure_reliability(*, scores, deltas, spec, code, reliability: Output):
    """Measure reliability and the ceiling that it puts on any correlation.

    Parameters
    ----------
    scores, deltas : tables to read
    spec : baseline, metrics (target -> headline metric), min_languages, bootstrap (resamples of languages),
        seed, at_chance
    code : digest of the code
    reliability : table to write
    """
    tables = artifacts.read_table(scores, SCORES), artifacts.read_table(deltas, DELTAS)
    rows = measure(*(table.to_pylist() for table in tables), spec)
    artifacts.write_table(reliability, rows, artifacts.make_key(spec, code, scores, deltas), RELIABILITY)
    unknown = sum(row["ceiling"] is None for row in rows)
    return f"{len(rows)} rows, {unknown} of them without a ceiling"


if __name__ == "__main__":
    stage.run(measure_reliability)
