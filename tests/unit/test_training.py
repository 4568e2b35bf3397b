"""The one training loop on tiny separable tasks."""

import hashlib

import pytest
import torch

from atlas import kinds
from atlas.engine import encoders, training
from atlas.errors import AtlasError

WORDS = {"good": ["good", "fine", "great", "nice"], "bad": ["bad", "poor", "awful", "sad"]}
LABELS = ["good", "bad"]
RECIPE = {
    "epochs": 4,
    "batch_size": 8,
    "learning_rate": 5e-3,
    "warmup_share": 0.1,
    "weight_decay": 0.01,
    "max_gradient_norm": 1.0,
}
STREAM = {
    "name": "sentiment",
    "kind": "sentence_classification",
    "labels": LABELS,
    "reading": {"max_tokens": 32, "no_answer": False},
}
SPEC = {
    "streams": [STREAM],
    "sampling": {"scheme": "proportional"},
    "mlm": None,
    "first": None,
    "recipe": RECIPE,
    "seed": 1,
    "pooling": "mean",
    "freeze": "nothing",
    "engine": {},
}


def sentiment(copies=4):
    """Eight sentences, `copies` times, that one word tells apart."""
    texts = [(f"the {word} one", label) for label, words in WORDS.items() for word in words] * copies
    return [
        {"id": str(row), "first": text, "second": None, "label": label}
        for row, (text, label) in enumerate(texts)
    ]


def _weights(model):
    parts = (model.state_dict()[name].numpy().tobytes() for name in sorted(model.state_dict()))
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _fit(folder, **changes):
    return training.fit(folder, [{"train": sentiment(), "tune": sentiment(1)}], {**SPEC, **changes})


def test_a_separable_task_is_learnt_whole_and_alike_for_one_seed(tiny_model):
    model, tokenizer, history = _fit(tiny_model)
    assert max(epoch["tune_score"] for epoch in history) == 100
    assert len(history) == RECIPE["epochs"]
    again, _, _ = _fit(tiny_model)
    assert _weights(again) == _weights(model)
    other, _, _ = _fit(tiny_model, seed=2)
    assert _weights(other) != _weights(model)


def test_frozen_embeddings_stay_bit_by_bit(tiny_model):
    model, _, _ = _fit(tiny_model, freeze="embeddings", recipe={**RECIPE, "epochs": 1})
    before = encoders.load_encoder(tiny_model)
    assert torch.equal(model.get_input_embeddings().weight, before.get_input_embeddings().weight)
    layer = "encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(model.base_model.get_parameter(layer), before.get_parameter(layer))


def test_the_best_epoch_is_kept_and_the_first_of_equals(tiny_model, monkeypatch):
    states, scores = [], iter([10.0, 60.0, 60.0, 20.0])

    def planned(model, streams):
        states.append(_weights(model.heads[0]))
        return {"tune_score": next(scores)}

    monkeypatch.setattr(training, "select", planned)
    model, _, history = _fit(tiny_model)
    assert [epoch["tune_score"] for epoch in history] == [10, 60, 60, 20]
    assert len(set(states)) == 4
    assert _weights(model) == states[1]


def test_a_training_that_diverges_says_so(tiny_model):
    with pytest.raises(AtlasError, match=r"diverged by step \d+.*Nothing was saved.*learning_rate"):
        _fit(tiny_model, recipe={**RECIPE, "learning_rate": 1e38, "max_gradient_norm": 1e38})


@pytest.mark.parametrize("kind", ["token_labels", "span_qa", "multiple_choice"])
def test_every_kind_trains(tiny_model, kind):
    stream = {**STREAM, "kind": kind}
    if kind == "token_labels":
        row = {"tokens": ["the", "good", "fox"], "labels": ["good", "bad", "good"], "marked": None}
    elif kind == "span_qa":
        stream |= {"labels": [], "reading": {**STREAM["reading"], "stride": 4, "max_answer_tokens": 8}}
        row = {"question": "who?", "context": "the cat sleeps", "answers": ["cat"], "starts": [4]}
    else:
        row = {"context": "the cat", "question": None, "choices": ["sleeps", "Berlin"], "label": 0}
        stream["labels"] = []
    examples = [{"id": str(number), **row} for number in range(8)]
    spec = {**SPEC, "streams": [stream], "pooling": "first", "recipe": {**RECIPE, "epochs": 1}}
    model, _, history = training.fit(tiny_model, [{"train": examples, "tune": examples[:2]}], spec)
    assert 0 <= history[0]["tune_score"] <= 100
    assert type(model).__name__.endswith(kinds.of(kind).AUTO_CLASS.removeprefix("AutoModel"))
