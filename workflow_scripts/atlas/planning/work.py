"""How much a job reads, in subwords. Standard library only: the Snakefile may read this."""

import re
from pathlib import Path

from atlas import variants
from atlas.files import read_json
from atlas.specs.entries import entry_of

# Subwords per example, over all of its inputs; measured with XLM-R's tokenizer cut to 64,000 pieces on MNLI
# (51), SIB-200 (38-49), UD-POS (26-33), XCOPA (57 for two choices), SQuAD and XQuAD (238-274) and Tatoeba
# (33 for both sides). The other kinds are taken for like these.
LENGTHS = {
    "sentence_classification": 50,
    "span_pair_classification": 50,
    "multiple_choice": 100,
    "token_labels": 30,
    "span_qa": 250,
    "retrieval": 33,
    "bitext_mining": 66,
    "ranked_retrieval": 66,
}
TRAIN = re.compile(r"train ([\d,]+)")
TEST = re.compile(r"test (?:up to )?([\d,]+)(?: to ([\d,]+))?(?! languages)\b")


def training(study, results, file, task, recipe):
    """Subwords that a training learns from, and that it reads to select its best epoch.

    Returns
    -------
    (int, int), or None if nobody knows how many examples there are
    """
    entry = entry_of(study, task)
    parts = [_examples(study, results, file, name) for name in variants.learned(task, entry)]
    if None in parts:
        return None
    epochs = recipe.get("epochs", 1)
    tasks = sum(n * LENGTHS[kind] for n, _, kind in parts), sum(n * LENGTHS[kind] for _, n, kind in parts)
    text = _text(entry, tasks[0])
    return round(epochs * (tasks[0] + text)), round(epochs * tasks[1])


def _text(entry, of_tasks):
    """Subwords of masked language modelling: a share of all, or all there is."""
    mlm = entry.get("mlm")
    if not mlm:
        return 0
    if of_tasks:
        return of_tasks * mlm.get("rate", 0) / (1 - mlm.get("rate", 0))
    text = mlm["text"]
    return text.get("max_texts", 0) * len(text["languages"]) * mlm["max_tokens"]


def _examples(study, results, file, task):
    """Training and selection examples of a task, and its kind."""
    entry = entry_of(study, task)
    folder = "target" if file == "target_tasks" else "intermediate"
    manifest = Path(results) / "prepared" / folder / task / "manifest.json"
    if manifest.exists():
        tables = read_json(manifest)["tables"]
        train = sum(tables[part]["rows"] for part in ("train", "first") if part in tables)
        return train, tables["tune"]["rows"], entry["kind"]
    train = _train_rows(study, file, task, entry)
    if train is None:
        return None
    tune = study.limit(task, file, "max_tune_examples") or min(2000, train // 10)
    return train, tune, entry["kind"]


def _train_rows(study, file, task, entry):
    """As many as the lab makes or the entry's `size` says, within the study's limits."""
    if variants.is_translated(entry):
        how, (original,) = entry["translated"], entry["tasks"]
        rows = _train_rows(study, "intermediate_tasks", original, entry_of(study, original))
        return rows and rows * (len(how["languages"]) + how.get("with_english", False))
    published = _lab(study, entry, "train") or number(TRAIN, entry)
    limit = study.limit(task, file, "max_train_examples")
    return min((n for n in (published, limit) if n), default=None)


def prediction(study, results, target):
    """Rows and subwords of a target's tests in all languages; None if nobody knows how many there are."""
    entry = study.target_tasks[target]
    manifest = Path(results) / "prepared" / "target" / target / "test" / "manifest.json"
    if manifest.exists():
        rows = sum(table["rows"] for table in read_json(manifest)["tables"].values())
    else:
        published = _lab(study, entry, "test") or number(TEST, entry)
        limit = study.limit(target, "target_tasks", "max_test_examples")
        each = min((n for n in (published, limit) if n), default=None)
        if each is None:
            return None
        rows = each * len(entry["languages"])
    return rows, rows * LENGTHS[entry["kind"]]


def _lab(study, entry, part):
    table = entry.get("source", {}).get("lab")
    return study.lab["rows"].get(table, {}).get(part) if table else None


def number(pattern, entry):
    """Number that an entry's `size` gives; the geometric middle of a range."""
    found = pattern.search(entry.get("size", ""))
    if not found:
        return None
    ends = [int(text.replace(",", "")) for text in found.groups() if text]
    return ends[0] if len(ends) == 1 else round((ends[0] * ends[1]) ** 0.5)
