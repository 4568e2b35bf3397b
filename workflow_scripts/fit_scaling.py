"""Regress outcomes on distance and model size, and ask what single families and targets decide.

Reads   scores.parquet, deltas.parquet, distances.parquet, covariates.parquet.
Writes  scaling.parquet (`atlas.columns.SCALING`) and influence.parquet (`atlas.columns.INFLUENCE`): null with
        a note where something cannot be estimated.
"""

from atlas import artifacts, stage
from atlas.analysis.influence import leave_out
from atlas.analysis.scaling import Questions, relate_to_size
from atlas.columns import COVARIATES, DELTAS, DISTANCES, INFLUENCE, SCALING, SCORES
from atlas.stage import Output


def fit_scaling(*, scores, deltas, distances, covariates, spec, code, scaling: Output, influence: Output):
    """Fit all models; equal tables and an equal seed give equal results.

    Parameters
    ----------
    scores, deltas, distances, covariates : tables to read
    spec : as for correlate, and baseline, baseline_only (models that are references, not sizes)
    code : digest of the code
    scaling, influence : tables to write
    """
    paths = [scores, deltas, distances, covariates]
    schemas = [SCORES, DELTAS, DISTANCES, COVARIATES]
    tables = [artifacts.read_table(*given).to_pylist() for given in zip(paths, schemas, strict=True)]
    questions = Questions(*tables, spec)
    key = artifacts.make_key(spec, code, *paths)
    rows = relate_to_size(questions, spec)
    artifacts.write_table(influence, leave_out(questions, spec), key, INFLUENCE)
    artifacts.write_table(scaling, rows, key, SCALING)
    unknown = sum("estimate" not in row for row in rows)
    return f"{len(rows)} terms, {unknown} of them cannot be estimated"


if __name__ == "__main__":
    stage.run(fit_scaling)
