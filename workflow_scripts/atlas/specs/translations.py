"""What the stages of variants are told: translations, and text for masked language modelling."""

import re

from atlas import provenance, variants
from atlas.data import parts
from atlas.specs.entries import entry_of


def text_tables(entry):
    """Tables of unlabelled text to fetch: ``{language: source}``."""
    text = variants.text_of(entry)
    return {language: _filled(text, own) for language, own in text["languages"].items()}


def translated_tables(entry):
    """Tables of published translations to fetch: ``{language: source}``."""
    how = entry["translated"]
    return {language: _filled(how, own) for language, own in how["languages"].items()}


def _filled(part, own):
    source = {**part["source"], "split": part["split"]}
    if "subset" in part:
        source["subset"] = part["subset"].format(language=own)
    return source


def prepare_text(study, intermediate):
    """How published text becomes inputs for masked language modelling."""
    text = variants.text_of(entry_of(study, intermediate))
    return {
        "column": text.get("column", "text"),
        "languages": list(text["languages"]),
        "max_texts": text.get("max_texts"),
    }


def prepare_translated(study, intermediate):
    """How translations become the training examples of a translated task."""
    entry = entry_of(study, intermediate)
    how, (task,) = entry["translated"], entry["tasks"]
    spec = {
        "kind": entry["kind"],
        "labels": entry.get("labels", []),
        "no_answer": entry.get("no_answer", False),
        "languages": list(how["languages"]),
        "with_english": how.get("with_english", False),
    }
    if "source" in how:
        (table,) = parts.tables(entry_of(study, task), "train")[parts.ROWS]
        view = {**table.view, **({"columns": how["columns"]} if "columns" in how else {})}
        spec["views"] = {"eng": table.view, **dict.fromkeys(how["languages"], view)}
        spec["limit"] = study.limit(task, "intermediate_tasks", "max_train_examples")
    return spec


def translate_rows(study, intermediate, language):
    """Which model's language to write, and how to search."""
    entry = entry_of(study, intermediate)
    how = entry["translated"]
    return {
        "kind": entry["kind"],
        "language": how["languages"][language],
        "several": not any("{language}" in value for value in how["model"].values()),
        "beams": how.get("beams", 1),
    }


def fetch_translator(study, translator):
    """Repository or folder of a translation model."""
    return {"source": translators(study)[translator]}


def translators(study):
    """Folder name -> source, of every translation model that the study needs."""
    found = {}
    for entry in {**study.intermediate_tasks, **study.components}.values():
        for language in entry.get("translated", {}).get("languages", []):
            if "model" in entry["translated"]:
                found[translator_of(entry, language)] = _model(entry, language)
    return found


def translated(study):
    """Names of the translated tasks that the study trains on."""
    entries = {**study.intermediate_tasks, **study.components}
    return [name for name, entry in entries.items() if variants.is_translated(entry)]


def translator_of(entry, language):
    """Folder name of the translation model that writes a language of a variant."""
    name = "--".join(_model(entry, language).values())
    plain = re.sub(r"[^A-Za-z0-9._]+", "--", name).strip("-.")
    # Two folders of the user's own may differ in just what a plain name lacks.
    usual = re.fullmatch("[A-Za-z0-9][A-Za-z0-9._/-]*", name)
    return plain if usual else f"{plain}--{provenance.digest(name)}".strip("-")


def _model(entry, language):
    how = entry["translated"]
    return {key: value.format(language=how["languages"][language]) for key, value in how["model"].items()}
