"""Outputs in the order of the features, whatever the batches."""

import numpy as np
import pytest
import torch

from atlas.engine import encoders, inference
from atlas.kinds import multiple_choice, sentence_classification

TEXTS = [
    "the cat sleeps in the sun",
    "Berlin",
    "柏林是德国的首都。",
    "the quick brown fox jumps over the dog",
]
LABELS = ["no", "yes"]
READING = {"max_tokens": 64}


def _features(tokenizer):
    examples = [{"id": str(i), "first": t, "second": None, "label": "no"} for i, t in enumerate(TEXTS)]
    return sentence_classification.encode(examples, tokenizer, READING, LABELS)


@pytest.fixture
def classifier(tiny_model):
    return encoders.with_fresh_head(tiny_model, "AutoModelForSequenceClassification", LABELS, "first", 1)


@pytest.mark.parametrize("tokens", [1, 20, 8192])
def test_batching_changes_neither_order_nor_outputs(classifier, tiny_tokenizer, monkeypatch, tokens):
    features = _features(tiny_tokenizer)
    alone = [inference.outputs_of(classifier, [f], tiny_tokenizer, ("logits",))[0] for f in features]
    monkeypatch.setattr(inference, "_TOKENS_PER_BATCH", dict.fromkeys(("cpu", "cuda"), tokens))
    together = inference.outputs_of(classifier, features, tiny_tokenizer, ("logits",))
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_several_outputs_are_joined_along_a_last_axis(tiny_model, tiny_tokenizer):
    model = encoders.with_fresh_head(tiny_model, "AutoModelForQuestionAnswering", [], "first", 1)
    features = [
        {name: f[name] for name in ("input_ids", "attention_mask")} for f in _features(tiny_tokenizer)
    ]
    joined = inference.outputs_of(model, features, tiny_tokenizer, ("start_logits", "end_logits"))
    starts = inference.outputs_of(model, features, tiny_tokenizer, ("start_logits",))
    assert all(both.shape[-1] == 2 for both in joined)
    np.testing.assert_array_equal(joined[0][:, 0], starts[0])


def test_choices_give_one_logit_each(tiny_model, tiny_tokenizer):
    model = encoders.with_fresh_head(tiny_model, "AutoModelForMultipleChoice", [], "first", 1)
    example = {"id": "0", "context": "the cat", "question": None, "choices": ["a", "b", "c"], "label": 0}
    features = multiple_choice.encode([example] * 3, tiny_tokenizer, READING, [])
    assert [out.shape for out in inference.outputs_of(model, features, tiny_tokenizer, ("logits",))] == [
        (3,)
    ] * 3


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_an_embedding_is_the_mean_of_a_hidden_state(tiny_model, tiny_tokenizer, layer):
    model = encoders.load_encoder(tiny_model)
    got = inference.embeddings_of(model, _features(tiny_tokenizer), tiny_tokenizer, layer)
    for text, vector in zip(TEXTS, got, strict=True):
        with torch.inference_mode():
            output = model(**tiny_tokenizer([text], return_tensors="pt"), output_hidden_states=True)
        np.testing.assert_allclose(vector, output.hidden_states[layer][0].mean(0).numpy(), atol=1e-5)


def test_nan_is_an_error(classifier, tiny_tokenizer):
    with torch.no_grad():
        classifier.classifier.out_proj.bias[0] = float("nan")
    with pytest.raises(FloatingPointError, match="NaN"):
        inference.outputs_of(classifier, _features(tiny_tokenizer), tiny_tokenizer, ("logits",))


def test_dropout_is_off(classifier, tiny_tokenizer):
    classifier.train()
    one, other = (
        inference.outputs_of(classifier, _features(tiny_tokenizer), tiny_tokenizer, ("logits",))
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)
