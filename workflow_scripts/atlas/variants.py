"""Variants of intermediate tasks: what catalog/variants.yaml says, completed from the tasks it is made of.

A `translated` variant has other examples of one task and is trained as that task is. The others are trained
together: several tasks (`tasks`), tasks and masked language modelling (`with_mlm`), or the latter alone
(`mlm_only`). Light imports only: the Snakefile reads this module.
"""

from atlas import plain
from atlas.data import parts
from atlas.errors import AtlasError, closest

# Kind -> its texts that a translation replaces. Spans are looked up in the translated context instead.
TRANSLATED_TEXTS = {
    "sentence_classification": ("first", "second"),
    "multiple_choice": ("context", "question", "choices"),
    "span_qa": ("question", "context", "answers"),
}
_OF_THE_TASK = ("kind", "labels", "no_answer")
_SCHEMES = {
    "temperature": "temperature",
    "capped": "cap",
}  # sampling scheme -> the setting it cannot do without
_MLM = {"mask_rate": 0.15, "max_tokens": 128}


def is_translated(entry):
    """Whether a task's examples are translations of another task's."""
    return "translated" in entry


def is_joint(entry):
    """Whether a training on this entry has several tasks, or text, under one encoder."""
    return "mlm" in entry or (not is_translated(entry) and "tasks" in entry)


def text_of(entry):
    """Declaration of the text of a joint training; None without masked language modelling."""
    return (entry.get("mlm") or {}).get("text")


def learned(name, entry):
    """Names of the tasks whose examples a training on this entry reads; none for masked LM alone."""
    return list(entry.get("tasks", [])) if is_joint(entry) else [name]


def made_of(entry, entries):
    """Names of the tasks that a variant is made of, and of those that they are translated from in turn."""
    own = entry.get("tasks", [])
    return [*own, *(deeper for task in own for deeper in made_of(entries[task], entries))]


def complete(variants, tasks, languages, place):
    """Check the variants of a catalogue and complete each from the tasks that it is made of.

    Parameters
    ----------
    variants : name -> entry as written
    tasks : name -> entry, of the intermediate tasks
    languages : names of the languages that there are
    place : what to call the file in messages

    Returns
    -------
    dict : name -> entry with `recipe` and, for a translated task, the `kind` and `labels` of its task; for
        joint training `mlm` (None without)

    Raises
    ------
    AtlasError
        Naming the variant, what was found and the fix.
    """
    done = {}
    # Translated ones first: they are tasks that the others may be made of.
    for name in sorted(variants, key=lambda own: not is_translated(variants[own])):
        entry, where = variants[name], f"{place}: {name}"
        if name in tasks:
            raise AtlasError(f"{where} is an intermediate task too. Rename one of them.")
        known = tasks if is_translated(entry) else {**tasks, **done}
        known = {task: e for task, e in known.items() if not is_joint(e)}
        for task in entry.get("tasks", []):
            if task not in known:
                raise AtlasError(f"{where}.tasks: {task!r} is unknown here. {closest(task, known)}")
        _check_languages(entry, languages, where)
        _check_fields(entry, where)
        whole = _translated if is_translated(entry) else _joint
        done[name] = whole(entry, [known[task] for task in entry.get("tasks", [])], where)
    return {name: done[name] for name in variants}


def _check_languages(entry, languages, where):
    declared = {
        "translated": entry.get("translated", {}),
        "with_mlm.text": entry.get("with_mlm", {}).get("text", {}),
        "mlm_only.text": entry.get("mlm_only", {}).get("text", {}),
    }
    for key, part in declared.items():
        for language in part.get("languages", []):
            if language not in languages:
                raise AtlasError(
                    f"{where}.{key}.languages: {language!r} is not in languages.yaml."
                    f" {closest(language, languages)}"
                )


def _check_fields(entry, where):
    """Refuse names of tables and models with other fields than {language}, and what is left unfilled."""
    fix = "only {language} is filled in here. Write the data set's own name."
    for key in ("translated", "with_mlm", "mlm_only"):
        part = entry.get(key, {}).get("text", entry.get(key, {}))
        plain.check_fields(part.get("subset", ""), ("language",), f"{where}.{key}.subset", fix)
        for name, text in part.get("model", {}).items():
            plain.check_fields(text, ("language",), f"{where}.{key}.model.{name}", fix)
        plain.check_source(part.get("source", {}), f"{where}.{key}.source")


def _translated(entry, tasks, where):
    """A task of its own with the kind, the labels and, where not said otherwise, the recipe of its task."""
    if len(tasks) != 1 or "with_mlm" in entry:
        raise AtlasError(
            f"{where}: translated goes with exactly one task and with nothing else. Make it a variant of its"
            " own and name that in `tasks` of another."
        )
    (task,), how = tasks, entry["translated"]
    if task["kind"] not in TRANSLATED_TEXTS:
        raise AtlasError(
            f"{where}: examples of kind {task['kind']} cannot be translated: their labels belong to words or"
            f" places of the English text. Kinds that can: {', '.join(TRANSLATED_TEXTS)}."
        )
    if ("model" in how) == ("source" in how):
        raise AtlasError(
            f"{where}.translated: needs exactly one of source (translations) and model (makes them)."
        )
    if "source" in how and "split" not in how:
        raise AtlasError(
            f"{where}.translated: lacks split, the part of the data set that holds the translations."
        )
    if "eng" in how["languages"]:
        raise AtlasError(f"{where}.translated.languages: eng needs no translation. Write with_english: true.")
    tables = [table for listed in parts.roles(task["train"]).values() for table in listed]
    if "source" in how and len(tables) != 1:
        raise AtlasError(
            f"{where}.translated.source: the task's training rows come from {len(tables)} tables, which"
            " translations cannot stand beside row by row. Use model, or a task of one table."
        )
    inherited = {key: task[key] for key in _OF_THE_TASK if key in task}
    return {**inherited, **entry, "recipe": {**task["recipe"], **entry.get("recipe", {})}}


def _joint(entry, tasks, where):
    mlm = entry.get("with_mlm") or entry.get("mlm_only")
    if not tasks and "mlm_only" not in entry:
        raise AtlasError(f"{where}: lacks tasks, the intermediate tasks that it is made of (or mlm_only).")
    if "mlm_only" in entry and (tasks or "with_mlm" in entry):
        raise AtlasError(f"{where}: mlm_only trains on nothing else. Write with_mlm beside tasks.")
    if len(tasks) == 1 and mlm is None:
        raise AtlasError(
            f"{where}: is one task alone. Add another, with_mlm or translated, or select the task."
        )
    sampling = entry.get("sampling", {"scheme": "proportional"})
    needed = _SCHEMES.get(sampling["scheme"], "scheme")
    if needed not in sampling:
        raise AtlasError(f"{where}.sampling: scheme {sampling['scheme']} needs {needed}.")
    recipe = {**(tasks[0]["recipe"] if len(tasks) == 1 else {}), **entry.get("recipe", {})}
    lengths = [task["recipe"]["max_tokens"] for task in tasks]
    if mlm is not None:
        mlm = {**_MLM, **mlm}
        lengths.append(mlm["max_tokens"])
    kind = tasks[0]["kind"] if len(tasks) == 1 else "joint"
    recipe["max_tokens"] = max(lengths)
    return {**entry, "kind": kind, "sampling": sampling, "mlm": mlm, "recipe": recipe}
