"""What fetching and preparing are told."""

from atlas import variants
from atlas.data import parts
from atlas.lab import settings as lab_settings
from atlas.specs.entries import entry_of
from atlas.specs.translations import text_tables, translated_tables


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
    """Tables to fetch: ``{name: source}``.

    `part` is ``training`` (with selection), ``test`` (all languages) or ``text`` (for masked LM).
    """
    entry = entry_of(study, task)
    if part == "text":
        return {"tables": text_tables(entry)}
    if variants.is_translated(entry):
        return {"tables": translated_tables(entry)}
    if part == "training":
        found = [parts.tables(entry, name) for name in ("train", "tune")]
        if "first" in entry:
            found.append(_first(study, entry))
    else:
        found = [parts.tables(entry, "test", language) for language in entry["languages"]]
    listed = [table for by_role in found for tables in by_role.values() for table in tables]
    return {"tables": {table.name: _with_settings(study, table.source) for table in listed}}


def _with_settings(study, source):
    if "lab" not in source:
        return source
    return {**source, "settings": lab_settings.for_rows(study.lab, source["lab"], source["split"])}


def prepare_intermediate(study, intermediate):
    """How published rows become training and selection examples of an intermediate task."""
    return _prepare_training(study, intermediate, "intermediate_tasks")


def prepare_target_train(study, target):
    """How published rows become training and selection examples of a target task."""
    return _prepare_training(study, target, "target_tasks")


def _prepare_training(study, task, file):
    entry = entry_of(study, task)
    described = {
        part: {
            **_meaning(entry),
            "limit": study.limit(task, file, f"max_{part}_examples"),
            "tables": _views(parts.tables(entry, part)),
        }
        for part in ("train", "tune")
    }
    if "first" in entry:
        described["first"] = {
            **_meaning(entry_of(study, entry["first"])),
            "limit": study.limit(entry["first"], "intermediate_tasks", "max_train_examples"),
            "tables": _views(_first(study, entry)),
        }
    return {"kind": entry["kind"], **described}


def _first(study, entry):
    """Training tables of the task on which the same head is trained before."""
    return parts.tables(entry_of(study, entry["first"]), "train", name="first")


def prepare_target_test(study, target):
    """How published rows become test examples, in each language."""
    entry = entry_of(study, target)
    return {
        "kind": entry["kind"],
        "test": {**_meaning(entry), "limit": study.limit(target, "target_tasks", "max_test_examples")},
        "languages": {
            language: _views(parts.tables(entry, "test", language)) for language in entry["languages"]
        },
    }


def _meaning(entry):
    return {"labels": entry.get("labels", []), "no_answer": entry.get("no_answer", False)}


def _views(tables):
    return {role: [{"table": t.name, **t.view} for t in listed] for role, listed in tables.items()}
