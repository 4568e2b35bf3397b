"""The lab's truth on the real stages' code, in one process: what is planted is found, what is not is not.

Margins: docs/lab.md gives the same quantities for several universes and seeds, and for both sizes.
"""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from atlas import kinds, metrics
from atlas.data.published import Published
from atlas.engine import inference, training
from atlas.lab import settings, tables, typology
from atlas.specs import training as specs
from pretrain_model import pretrain_model

pytestmark = pytest.mark.slow
CODES = settings.complete({})["languages"]
UNIVERSE = {"world_seed": 9}  # no setting was chosen by looking at this one
NOTHING_PLANTED = {**UNIVERSE, "grammar": "permuted", "lexicon": "constant"}
RECIPE = {
    "warmup_share": 0.1,
    "weight_decay": 0.01,
    "max_gradient_norm": 1.0,
    "max_tokens": 64,
    "stride": 16,
    "max_answer_tokens": 8,
}
TARGETS = {
    "nli": {
        "kind": "sentence_classification",
        "columns": {"first": "premise", "second": "hypothesis", "label": "label"},
        "labels": ["entailment", "neutral", "contradiction"],
        "recipe": {**RECIPE, "epochs": 8, "batch_size": 32, "learning_rate": 1.5e-3},
    },
    "tags": {
        "kind": "token_labels",
        "columns": {"tokens": "tokens", "labels": "tags", "marked": "unseen"},
        "labels": ["NOUN", "VERB", "ADJ", "DET", "ADP", "NUM", "PROPN", "PART", "PRON", "PUNCT"],
        "recipe": {**RECIPE, "epochs": 20, "batch_size": 16, "learning_rate": 1.0e-3},
    },
    "span_questions": {
        "kind": "span_qa",
        "columns": {"id": "id", "question": "question", "context": "context", "answers": "answers"},
        "labels": [],
        "recipe": {**RECIPE, "epochs": 10, "batch_size": 16, "learning_rate": 1.0e-3},
    },
}


def pretrained(folder, lab, steps):
    """Folder of a small encoder pretrained on the lab's text."""
    torch.set_num_threads(1)
    spec = {
        "model": {"layers": 2, "width": 64, "heads": 2},
        "recipe": {"steps": steps, "learning_rate": 3.0e-3, "mask_rate": 0.3},
        "seed": 1,
        "tokenizer": {"type": "words"},
        "text": {"lab": lab},
    }
    pretrain_model(spec=spec, code="test", manifest=folder / "manifest.json")
    return folder


def examples(table, lab, language, split):
    target = TARGETS[table]
    meaning = {**target, "no_answer": False}
    published = Published(tables.rows(table, language, split, lab), meaning, place=table)
    return kinds.of(target["kind"]).prepare(published, meaning)


def predictions(encoder, table, lab):
    """Prediction rows by language, after training on English alone."""
    target = TARGETS[table]
    kind, recipe, labels = kinds.of(target["kind"]), target["recipe"], target["labels"]
    stream = specs.stream(table, target, recipe)
    spec = {"streams": [stream], "sampling": {"scheme": "proportional"}, "mlm": None, "first": None}
    spec |= {"recipe": recipe, "seed": 1, "pooling": "first", "freeze": "nothing", "engine": {}}
    parts = {split: examples(table, lab, "eng", split) for split in ("train", "tune")}
    model, tokenizer, _ = training.fit(encoder, [parts], spec)
    rows = {}
    for language in ("eng", *CODES):
        tested = examples(table, lab, language, "test")
        features = kind.encode(tested, tokenizer, recipe, labels)
        outputs = inference.outputs_of(model, features, tokenizer, kind.OUTPUTS)
        rows[language] = kind.decode(outputs, features, tested, {**recipe, "no_answer": False}, labels)
    return rows


def scores(rows, metric):
    return {language: metrics.points(metric, own, language) for language, own in rows.items()}


def mean_z(*columns):
    """Mean over tasks of the languages' standardised scores: tasks differ in range, not in weight."""
    table = np.array([[column[code] for code in CODES] for column in columns])
    return ((table - table.mean(1, keepdims=True)) / table.std(1, keepdims=True)).mean(0)


def rho(values):
    return spearmanr(values, [typology.distances(code)["syntactic"] for code in CODES])[0]


def run(encoder, lab):
    return {
        "nli": scores(predictions(encoder, "nli", lab), "accuracy"),
        "questions": scores(predictions(encoder, "span_questions", lab), "f1"),
        **tagging(encoder, lab),
    }


def tagging(encoder, lab):
    rows = predictions(encoder, "tags", lab)
    return {"tags": scores(rows, "accuracy"), "unseen": scores(rows, "marked_accuracy")}


def test_positive_control_is_found_and_more_than_shared_words(tmp_path):
    encoder = pretrained(tmp_path / "trained", UNIVERSE, 2000)
    found = run(encoder, UNIVERSE)
    # A question's answer is one of two phrases, a tag a noun in three of ten words.
    for task, chance in (("nli", 100 / 3), ("tags", 30), ("questions", 50)):
        assert found[task]["eng"] > chance + 20, task
        nearest = np.mean([found[task][code] for code in ("swe", "nld", "deu")])
        assert nearest > chance + 10, task
    assert rho(mean_z(found["nli"], found["tags"], found["questions"])) < -0.6
    untrained = pretrained(tmp_path / "untrained", UNIVERSE, 0)
    before = tagging(untrained, UNIVERSE)["unseen"]
    # Words that no form gives away: what the encoder knows of them it learnt without any parallel text.
    assert np.mean([found["unseen"][code] - before[code] for code in CODES]) > 15


def test_negative_control_finds_nothing(tmp_path):
    encoder = pretrained(tmp_path, NOTHING_PLANTED, 2000)
    found = run(encoder, NOTHING_PLANTED)
    assert found["tags"]["eng"] > 85
    assert abs(rho(mean_z(found["nli"], found["tags"], found["questions"]))) < 0.4
