"""What fetching and preparing are told."""

from atlas.lab import settings as lab_settings
from atlas.specs.entries import entry_of

_MEANING = ("columns", "replace", "labels", "no_answer")


def fetch_model(study, model):
    """Repository or folder of a pretrained model, and what it should be."""
    entry = study.models[model]
    return {key: entry[key] for key in ("source", "architecture") if key in entry}


def pretrain_model(study, model):
    """Architecture, text and recipe of a model that the study pretrains itself."""
    recipe = dict(study.models[model]["source"]["pretrain"])
    if "lab" in recipe.get("text", {}):
        recipe["text"] = {"lab": lab_settings.for_text(study.lab)}
    return recipe


def fetch_dataset(study, task, part):
    """Tables to fetch: ``{"train": source, "tune": source}`` or ``{"<language>": source, ...}``."""
    entry = entry_of(study, task)
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
    entry = entry_of(study, task)
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
    entry = entry_of(study, target)
    return {
        "kind": entry["kind"],
        "test": {
            "limit": study.limit(target, "target_tasks", "max_test_examples"),
            **_meaning(entry, "test"),
        },
        "languages": list(entry["languages"]),
    }
