"""What each job is told: the settings that can change its result, exactly, and the digest of its code.

Whatever is left out here cannot cause a rerun; whatever is put in does. So a stage never sees the study.
"""

from pathlib import Path

from atlas import provenance
from atlas.lab import settings as lab_settings
from atlas.report_spec import render_report  # noqa: F401 (one look-up for every rule)
from atlas.sources import path_of, provider_of
from atlas.study import BASELINE

_TRAINING = ("torch", "transformers", "tokenizers", "accelerate")
LIBRARIES = {
    "pretrain_model": _TRAINING,
    "train_intermediate": _TRAINING,
    "train_target": _TRAINING,
    "predict": ("torch", "transformers", "tokenizers"),
    "score": ("seqeval",),
    "measure_distances": ("lang2vec",),
}
# Of a recipe, what prediction needs to know.
_READING = ("max_tokens", "stride", "max_answer_tokens", "centre")
_MEANING = ("columns", "replace", "labels", "no_answer")


def code(study, stage, **wildcards):
    """Digest of the code behind one job: its script, what that imports, and the kind of its task."""
    modules = [stage]
    if stage.startswith("fetch_"):
        modules += _providers(study, stage, **wildcards)
    task = wildcards.get("target") or wildcards.get("intermediate")
    if task not in (None, BASELINE):
        modules.append(f"atlas.kinds.{_entry(study, task)['kind']}")
    return provenance.code_digest(*modules, libraries=LIBRARIES.get(stage, ()))


def _providers(study, stage, **wildcards):
    spec = globals()[stage](study, **wildcards)
    used = spec["tables"].values() if "tables" in spec else [spec["source"]]
    return sorted({f"atlas.sources.{provider_of(source)}" for source in used})


def own_files(study, model=None, task=None, part=None):
    """Paths of the user's own files that a fetch job reads."""
    if model is not None:
        source = study.models[model]["source"]
        text = source.get("pretrain", {}).get("text", {})
        return [Path(source["local"]) / "config.json"] if "local" in source else text.get("local", [])
    tables = fetch_dataset(study, task, part)["tables"].values()
    return sorted({path_of(source) for source in tables if "local" in source})


def _entry(study, task):
    return study.target_tasks.get(task) or study.intermediate_tasks[task]


def fetch_model(study, model):
    """Repository or folder of a pretrained model."""
    return {"source": study.models[model]["source"]}


def pretrain_model(study, model):
    """Architecture, text and recipe of a model that the study pretrains itself."""
    recipe = dict(study.models[model]["source"]["pretrain"])
    if "lab" in recipe.get("text", {}):
        recipe["text"] = {"lab": lab_settings.for_text(study.lab)}
    return recipe


def fetch_dataset(study, task, part):
    """Tables to fetch: ``{"train": source, "tune": source}`` or ``{"<language>": source, ...}``."""
    entry = _entry(study, task)
    if part == "training":
        return {"tables": {name: _source(study, entry, entry[name]) for name in ("train", "tune")}}
    tables = {
        language: _source(study, entry, entry["test"], language=own)
        for language, own in entry["languages"].items()
    }
    return {"tables": tables}


def _source(study, entry, part, **fields):
    """Source of one table: where, which subset, which split."""
    source = dict(part.get("source", entry["source"]))
    described = {**source, "split": part["split"]}
    if "subset" in part:
        described["subset"] = part["subset"].format(**fields)
    if "lab" in source:
        described["subset"] = fields.get("language", "eng")
        described["settings"] = lab_settings.for_rows(study.lab, source["lab"], part["split"])
    return described


def _meaning(entry, part):
    meaning = {key: entry[key] for key in _MEANING if key in entry}
    meaning.update({key: entry[part][key] for key in ("columns", "replace") if key in entry[part]})
    return meaning


def prepare_intermediate(study, intermediate):
    """How published rows become training and selection examples of an intermediate task."""
    return _prepare_training(study, intermediate, "intermediate_tasks")


def prepare_target_train(study, target):
    """How published rows become training and selection examples of a target task."""
    return _prepare_training(study, target, "target_tasks")


def _prepare_training(study, task, file):
    entry = _entry(study, task)
    return {
        "kind": entry["kind"],
        **{
            part: {
                "limit": study.limit(task, file, f"max_{part}_examples"),
                **_meaning(entry, part),
            }
            for part in ("train", "tune")
        },
    }


def prepare_target_test(study, target):
    """How published rows become test examples, and of which languages."""
    entry = _entry(study, target)
    return {
        "kind": entry["kind"],
        "test": {
            "limit": study.limit(target, "target_tasks", "max_test_examples"),
            **_meaning(entry, "test"),
        },
        "languages": list(entry["languages"]),
    }


def train_intermediate(study, model, intermediate, seed):
    """Recipe of one intermediate training."""
    return _train(study, model, intermediate, "intermediate_tasks", seed)


def train_target(study, model, intermediate, target, seed):
    """Recipe of one target training; which encoder it starts from is an input, not a setting."""
    return _train(study, model, target, "target_tasks", seed)


def _train(study, model, task, file, seed):
    entry = _entry(study, task)
    return {
        "kind": entry["kind"],
        "labels": entry.get("labels", []),
        "no_answer": entry.get("no_answer", False),
        "recipe": study.recipe(model, task, file),
        "seed": int(seed),
        "pooling": study.models[model].get("pooling", "first"),
        "freeze": study.models[model].get("freeze", "nothing"),
    }


def predict(study, model, intermediate, target, seed):
    """How a checkpoint reads test examples, and in which languages."""
    entry = _entry(study, target)
    spec = {
        "kind": entry["kind"],
        "labels": entry.get("labels", []),
        "no_answer": entry.get("no_answer", False),
        "languages": list(entry["languages"]),
    }
    recipe = study.recipe(model, target, "target_tasks")
    spec["reading"] = {key: recipe[key] for key in _READING if key in recipe}
    if entry["kind"] == "retrieval":
        spec["reading"]["layer"] = study.models[model].get("retrieval_layer", "default")
    return spec


def score(study, model, intermediate, target, seed):
    """Which metrics, and what the languages are compared with."""
    entry = _entry(study, target)
    return {
        "kind": entry["kind"],
        "metrics": entry["metrics"],
        "source_language": entry["source_language"],
        "split": entry["test"]["split"],
    }


def collect_scores(study):
    """The grid whose score files become one table."""
    return {
        "models": {model: study.intermediates_of(model) for model in study.models},
        "seeds": list(study.seeds),
        "kinds": {name: entry["kind"] for name, entry in study.target_tasks.items()},
        "source_languages": {name: e["source_language"] for name, e in study.target_tasks.items()},
    }


def _headlines(study):
    return {name: entry["metrics"][0] for name, entry in study.target_tasks.items()}


def compute_deltas(study):
    """What is compared with what, in which metric."""
    return {
        "baseline": BASELINE,
        "metrics": _headlines(study),
        "baseline_only": study.settings.get("baseline_only", []),
    }


def measure_distances(study):
    """Which distances between which languages."""
    return {
        "source_languages": sorted({entry["source_language"] for entry in study.target_tasks.values()}),
        "languages": list(study.languages),
        "distances": study.distances,
        "uriel_codes": {code: entry["uriel"] for code, entry in study.languages.items() if "uriel" in entry},
    }


def correlate(study):
    """Settings of the correlations."""
    families = {code: entry["family"] for code, entry in study.languages.items()}
    return {
        "baseline": BASELINE,
        "metrics": _headlines(study),
        "families": families,
        **study.statistics,
    }
