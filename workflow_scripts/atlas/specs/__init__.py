"""What each job is told: the settings that can change its result, exactly, and the digest of its code.

Whatever is left out here cannot cause a rerun; whatever is put in does. So a stage never sees the study.
Each stage has a function of its name here, by which the rules look it up.
"""

from pathlib import Path

from atlas import provenance, variants
from atlas.report_spec import render_report
from atlas.sources import path_of, provider_of
from atlas.specs.analysis import (
    check_claims,
    claimed_tasks,
    collect_scores,
    compute_deltas,
    import_scores,
    measure_consistency,
    measure_distances,
    measure_reliability,
    measure_robustness,
)
from atlas.specs.data import (
    fetch_dataset,
    fetch_model,
    prepare_intermediate,
    prepare_target_test,
    prepare_target_train,
    pretrain_model,
)
from atlas.specs.entries import entry_of
from atlas.specs.relations import correlate, fit_scaling, measure_covariates
from atlas.specs.training import (
    drop_intermediate,
    drop_target,
    predict,
    score,
    train_intermediate,
    train_target,
)
from atlas.specs.translations import (
    fetch_translator,
    prepare_text,
    prepare_translated,
    translate_rows,
    translated,
    translator_of,
    translators,
)
from atlas.study import BASELINE

__all__ = [
    "check_claims",
    "claimed_tasks",
    "collect_scores",
    "compute_deltas",
    "correlate",
    "drop_intermediate",
    "drop_target",
    "fetch_dataset",
    "fetch_model",
    "fetch_translator",
    "fit_scaling",
    "import_scores",
    "measure_consistency",
    "measure_covariates",
    "measure_distances",
    "measure_reliability",
    "measure_robustness",
    "predict",
    "prepare_intermediate",
    "prepare_target_test",
    "prepare_target_train",
    "prepare_text",
    "prepare_translated",
    "pretrain_model",
    "render_report",
    "score",
    "train_intermediate",
    "train_target",
    "translate_rows",
    "translated",
    "translator_of",
    "translators",
]

_TRAINING = ("torch", "transformers", "tokenizers", "accelerate")
LIBRARIES = {
    "pretrain_model": _TRAINING,
    "train_intermediate": _TRAINING,
    "train_target": _TRAINING,
    "predict": ("torch", "transformers", "tokenizers"),
    "translate_rows": ("torch", "transformers", "tokenizers"),
    "score": ("seqeval",),
    "measure_distances": ("lang2vec",),
    "fit_scaling": ("statsmodels",),
    "measure_covariates": ("transformers", "tokenizers"),
}


def code(study, stage, **wildcards):
    """Digest of the code behind one job: its script, what that imports, and the kinds of its tasks."""
    modules = [stage]
    if stage.startswith("fetch_"):
        modules += _providers(study, stage, **wildcards)
    task = wildcards.get("target") or wildcards.get("intermediate")
    if task not in (None, BASELINE) and stage != "prepare_text":
        learned = variants.learned(task, entry_of(study, task))
        modules += sorted({f"atlas.kinds.{entry_of(study, name)['kind']}" for name in learned})
    if stage == "measure_covariates" and not study.imported:
        modules += sorted({f"atlas.kinds.{entry['kind']}" for entry in study.target_tasks.values()})
    return provenance.code_digest(*modules, libraries=LIBRARIES.get(stage, ()))


def _providers(study, stage, **wildcards):
    spec = globals()[stage](study, **wildcards)
    used = spec["tables"].values() if "tables" in spec else [spec["source"]]
    return sorted({f"atlas.sources.{provider_of(source)}" for source in used})


def own_files(study, model=None, task=None, part=None, translator=None):
    """Paths of the user's own files that a fetch job reads, or the import of scores.

    Of a task's files those that are there: a study can be planned before its data are at hand, and the fetch
    job, which runs first, says of what is missing where to get it.
    """
    if study.imported:
        return [Path(study.imported)]
    if task is None:
        source = translators(study)[translator] if translator else study.models[model]["source"]
        text = source.get("pretrain", {}).get("text", {})
        return [Path(source["local"]) / "config.json"] if "local" in source else text.get("local", [])
    tables = fetch_dataset(study, task, part)["tables"].values()
    return sorted(path for path in {path_of(s) for s in tables if "local" in s} if path.exists())
