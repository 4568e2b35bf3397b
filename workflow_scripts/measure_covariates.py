"""Measure what else than distance can make a language hard, for every model and target.

Reads   prepared/target/<target>/test/ and the tokenizers of sources/models/<model>/ (by their manifests).
Writes  covariates.parquet (`atlas.columns.COVARIATES`): one row per model, target and language; null where a
        covariate is not known.
"""

from atlas import artifacts, stage
from atlas.columns import COVARIATES
from atlas.data.covariates import measure
from atlas.stage import Output


def measure_covariates(*, spec, code, tests: list, models: list, covariates: Output):
    """Measure all covariates; without manifests of models there is no fertility.

    Parameters
    ----------
    spec : targets (name -> kind, languages, source_languages, translated_from_source), models (name -> corpus
        of pretraining or null), scripts (language -> script), pretraining (corpus -> unit, sizes)
    code : digest of the code
    tests, models : manifests
    covariates : table to write
    """
    by_target = {path.parent.parent.name: path for path in tests}
    by_model = {path.parent.name: path for path in models}
    rows = measure(spec, by_target, by_model)
    artifacts.write_table(covariates, rows, artifacts.make_key(spec, code, *tests, *models), COVARIATES)
    measured = sum(row["fertility"] is not None for row in rows)
    return f"{len(rows)} rows, fertility known in {measured}"


if __name__ == "__main__":
    stage.run(measure_covariates)
