"""Correlate deltas, transfer gaps and scores with the distance from the source language.

Reads   scores.parquet, deltas.parquet, distances.parquet, covariates.parquet, reliability.parquet.
Writes  correlations.parquet (`atlas.columns.CORRELATIONS`): one row per model, intermediate, target, outcome
        and distance; null statistics where they cannot be estimated.
"""

from atlas import artifacts, stage
from atlas.analysis.correlations import relate
from atlas.columns import CORRELATIONS, COVARIATES, DELTAS, DISTANCES, RELIABILITY, SCORES
from atlas.stage import Output


def correlate(*, scores, deltas, distances, covariates, reliability, spec, code, correlations: Output):
    """Run all tests; equal tables and an equal seed give equal results, whatever the order of the rows.

    Parameters
    ----------
    scores, deltas, distances, covariates, reliability : tables to read
    spec : metrics (target -> headline metric), families (language -> family), min_languages, permutations,
        bootstrap (resamples), seed, at_chance, covariates (for the partial correlation), declared (tests)
    code : digest of the code
    correlations : table to write
    """
    paths = [scores, deltas, distances, covariates, reliability]
    schemas = [SCORES, DELTAS, DISTANCES, COVARIATES, RELIABILITY]
    tables = [artifacts.read_table(*given).to_pylist() for given in zip(paths, schemas, strict=True)]
    rows = relate(*tables[:3], spec, *tables[3:])
    key = artifacts.make_key(spec, code, *paths)
    artifacts.write_table(correlations, rows, key, CORRELATIONS)
    estimated = sum(row["spearman"] is not None for row in rows)
    return f"{len(rows)} correlations, {len(rows) - estimated} of them cannot be estimated"


if __name__ == "__main__":
    stage.run(correlate)
