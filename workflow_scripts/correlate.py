"""Correlate deltas, transfer gaps and scores with the distance from the source language.

Reads   scores.parquet, deltas.parquet, distances.parquet.
Writes  correlations.parquet (`atlas.columns.CORRELATIONS`): one row per model, intermediate, target, outcome
        and distance; null statistics where they cannot be estimated.
"""

from atlas import artifacts, stage
from atlas.columns import CORRELATIONS, DELTAS, DISTANCES, SCORES
from atlas.correlations import relate


def correlate(*, scores, deltas, distances, spec, code, correlations):
    """Run all tests; equal tables and an equal seed give equal results, whatever the order of the rows.

    Parameters
    ----------
    scores, deltas, distances : tables to read
    spec : metrics (target -> headline metric), families (language -> family), min_languages, permutations,
        bootstrap (resamples), seed
    code : digest of the code
    correlations : table to write
    """
    tables = [
        artifacts.read_table(scores, SCORES),
        artifacts.read_table(deltas, DELTAS),
        artifacts.read_table(distances, DISTANCES),
    ]
    rows = relate(*(table.to_pylist() for table in tables), spec)
    key = artifacts.make_key(spec, code, scores, deltas, distances)
    artifacts.write_table(correlations, rows, key, CORRELATIONS)
    estimated = sum(row["spearman"] is not None for row in rows)
    return f"{len(rows)} correlations, {len(rows) - estimated} of them cannot be estimated"


if __name__ == "__main__":
    stage.run(correlate)
