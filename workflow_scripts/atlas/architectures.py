"""Which kinds of task an architecture has a head for, and how long its inputs may be: known before any job.

Light imports only: the Snakefile reads this module. What transformers has, and `engine.heads` beside it, is
in resources/architectures.json, which ``python -m atlas.engine.heads`` writes.
"""

import json
from pathlib import Path

from atlas import variants
from atlas.errors import AtlasError, closest

TABLE = Path(__file__).resolve().parents[2] / "resources" / "architectures.json"
# Kind -> the class that puts its head on an encoder, as in the kind's AUTO_CLASS.
HEADS = {
    "sentence_classification": "AutoModelForSequenceClassification",
    "span_pair_classification": "AutoModelForSequenceClassification",
    "multiple_choice": "AutoModelForMultipleChoice",
    "token_labels": "AutoModelForTokenClassification",
    "span_qa": "AutoModelForQuestionAnswering",
}
MASKED_LM = "AutoModelForMaskedLM"
_PRETRAINED_HERE = "xlm-roberta"


def of(entry):
    """Architecture (`model_type` of the configuration) of a model's entry; None where only the hub knows.

    Raises
    ------
    AtlasError
        If the declared one is not that of the model's folder, or transformers knows none of that name.
    """
    declared, config = entry.get("architecture"), local_config(entry)
    found = _PRETRAINED_HERE if "pretrain" in entry["source"] else config.get("model_type")
    if declared and declared not in _table():
        raise AtlasError(
            f"catalog/models.yaml: architecture {declared!r} is no encoder of transformers."
            f" {closest(declared, _table())}"
        )
    if declared and found and declared != found:
        raise AtlasError(f"catalog/models.yaml: architecture {declared!r}, but the model is a {found!r}.")
    return declared or found


def local_config(entry):
    """Content of config.json of a model in a local folder; empty for others."""
    path = Path(entry["source"].get("local", "")) / "config.json"
    if "local" not in entry["source"] or not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AtlasError(f"{path}: cannot be read as JSON: {error}. Copy the model again.") from None
    if not isinstance(content, dict):
        raise AtlasError(f"{path}: found {type(content).__name__}, expected the model's configuration.")
    return content


def check_study(study):
    """Refuse a study with a model that cannot learn one of its tasks or read its inputs.

    Raises
    ------
    AtlasError
        On the first such pair.
    """
    for model, entry in study.models.items():
        intermediates = study.intermediate_tasks if len(study.intermediates_of(model)) > 1 else {}
        for file, tasks in (("intermediate_tasks", intermediates), ("target_tasks", study.target_tasks)):
            for name, task in tasks.items():
                for learned in variants.learned(name, task):
                    check(model, entry, learned, study.task(file, learned)["kind"])
                if variants.text_of(task):
                    check_masked_lm(model, entry, name)
                length = study.recipe(model, name, file)["max_tokens"]
                check_length(local_config(entry), length, f"catalog/models.yaml: {model}")


def check(model, entry, task, kind):
    """Refuse a model that has no head for a kind of task.

    Raises
    ------
    AtlasError
        Naming both, and the kinds that the architecture does support.
    """
    heads = heads_of(of(entry))
    if heads is not None and kind in HEADS and HEADS[kind] not in heads:
        able = [name for name, head in HEADS.items() if head in heads]
        raise AtlasError(
            f"catalog/models.yaml: {model} is a {of(entry)}, for which there is no head of kind {kind}, so"
            f" it cannot learn {task}. It supports: {', '.join(able)}. Leave one of the two out of the study."
        )


def check_masked_lm(model, entry, task):
    """Refuse a model without masked language modelling for a training that needs it.

    Raises
    ------
    AtlasError
        Naming both.
    """
    heads = heads_of(of(entry))
    if heads is not None and MASKED_LM not in heads:
        raise AtlasError(
            f"catalog/models.yaml: {model} is a {of(entry)}, which has no masked language model, so it"
            f" cannot be trained on {task}. Leave one of the two out of the study."
        )


def heads_of(architecture):
    """Classes with a head for an architecture; None where only a model's files, once fetched, can tell."""
    return _table().get(architecture)


def positions(config):
    """Longest input in subwords that a configuration (a dict) allows; None where nothing bounds it.

    RoBERTa's family counts positions from behind the number of the padding token. Relative positions (T5,
    DeBERTa v2 and v3) and configurations that do not say are unbounded here.
    """
    size = config.get("max_position_embeddings")
    if size is None or config.get("position_biased_input") is False:
        return None
    from_padding = "roberta" in config.get("model_type", "")
    return size - config.get("pad_token_id", 1) - 1 if from_padding else size


def check_length(config, max_tokens, model):
    """Refuse inputs that are longer than the model has positions for.

    Raises
    ------
    AtlasError
        Naming model, length and what is allowed.
    """
    allowed = positions(config)
    if allowed is not None and max_tokens > allowed:
        raise AtlasError(
            f"{model}: a recipe asks for max_tokens {max_tokens}, but the model has positions for"
            f" {allowed} subwords. Set `max_tokens: {allowed}` or less (in the model's `recipe`, which wins"
            " over the task's)."
        )


def _table():
    return json.loads(TABLE.read_text(encoding="utf-8"))
