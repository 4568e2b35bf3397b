"""Several heads on one encoder: multi-task, masked language modelling, two phases under one head."""

import pytest
import torch
import transformers

from atlas.engine import encoders, loop, training
from atlas.engine.joint import Joint
from atlas.engine.streams import Task, Text
from tests.conftest import TEXTS
from tests.unit.test_training import LABELS, RECIPE, SPEC, STREAM, _weights, sentiment

SPANS = {"name": "spans", "kind": "span_qa", "labels": []}
SPANS["reading"] = {"max_tokens": 32, "stride": 4, "max_answer_tokens": 8, "no_answer": False}
QUESTION = {"question": "who?", "context": "the cat sleeps", "answers": ["cat"], "starts": [4]}
QUESTIONS = [{"id": str(row), **QUESTION} for row in range(16)]
MLM = {"rate": 0.5, "mask_rate": 0.3, "max_tokens": 32}
TEXT = [{"text": text} for text in TEXTS]
BOTH = [{"train": sentiment(2), "tune": sentiment(1)}, {"train": QUESTIONS, "tune": QUESTIONS[:4]}]
TWO = {**SPEC, "streams": [STREAM, SPANS], "recipe": {**RECIPE, "epochs": 2}}


@pytest.fixture(params=["tiny_model", "tiny_bert"])
def folder(request):
    """XLM-R keeps its pooling in the head, BERT in the encoder's class."""
    return request.getfixturevalue(request.param)


def test_heads_share_one_encoder_and_its_embeddings(folder, tiny_tokenizer):
    learnt = [Task(s, e, tiny_tokenizer) for s, e in zip(TWO["streams"], BOTH, strict=True)]
    learnt.append(Text(MLM, {"train": TEXT, "tune": TEXT[:2]}, tiny_tokenizer))
    model = Joint(learnt, folder, SPEC)
    names = [name for name in model.trained() if "word_embeddings" in name or "decoder.weight" in name]
    assert names == [names[0]]  # the masked-LM head's matrix is that of the embeddings
    batch = learnt[2].batch(learnt[2].features([0, 1], torch.Generator().manual_seed(1)))
    model(2, batch).backward()
    assert all(
        head.get_input_embeddings().weight.grad is model.heads[0].get_input_embeddings().weight.grad
        for head in model.heads
    )


def test_two_tasks_train_one_encoder_which_is_saved_alone(folder, tmp_path):
    model, tokenizer, history = training.fit(folder, BOTH, TWO)
    best = max(history, key=lambda epoch: epoch["tune_score"])
    assert best["by_task"].keys() == {"sentiment", "spans"}
    assert best["tune_score"] == pytest.approx(sum(best["by_task"].values()) / 2, abs=0.01)
    training.save(model, tokenizer, tmp_path)
    saved = transformers.AutoModel.from_pretrained(tmp_path)
    assert type(saved) is type(encoders.load_encoder(folder))
    layer = "encoder.layer.1.output.dense.weight"
    assert not torch.equal(saved.get_parameter(layer), encoders.load_encoder(folder).get_parameter(layer))
    assert _weights(training.fit(folder, BOTH, TWO)[0]) == _weights(model)


def test_one_task_with_masked_lm_stays_a_stock_checkpoint(folder):
    text = {"train": TEXT, "tune": TEXT[:2]}
    plain, _, _ = training.fit(folder, BOTH[:1], SPEC)
    mixed, _, history = training.fit(folder, BOTH[:1], {**SPEC, "mlm": MLM}, text)
    assert type(mixed) is type(plain) and mixed.config.id2label == dict(enumerate(LABELS))
    assert len(history) == RECIPE["epochs"]
    assert _weights(mixed) != _weights(plain)


def test_masked_lm_alone_learns_its_text(folder):
    spec = {**SPEC, "streams": [], "mlm": MLM, "recipe": {**RECIPE, "epochs": 60, "batch_size": 4}}
    text = {"train": TEXT, "tune": TEXT}
    model, _, history = training.fit(folder, [], spec, text)
    assert history[-1]["tune_score"] > history[0]["tune_score"] + 10
    assert type(model) is type(encoders.load_encoder(folder))


def test_masks_hide_the_declared_share_of_words_and_no_special_token(tiny_tokenizer):
    text = Text(MLM, {"train": TEXT * 20, "tune": TEXT}, tiny_tokenizer)
    features = text.features(range(160), torch.Generator().manual_seed(1))
    hidden = [label for feature in features for label in feature["labels"] if label != -100]
    words = sum(len(feature["input_ids"]) - 2 for feature in features)
    assert len(hidden) / words == pytest.approx(0.3, abs=0.03)
    assert not set(hidden) & set(tiny_tokenizer.all_special_ids)
    again = text.features(range(160), torch.Generator().manual_seed(1))
    assert again == features != text.features(range(160), torch.Generator().manual_seed(2))


def test_a_first_phase_trains_the_same_head(tiny_model, monkeypatch):
    phases = []
    run = loop.Phase.run

    def note(self):
        phases.append((self._name, len(self._turns), _weights(self._model.heads[0])))
        run(self)

    monkeypatch.setattr(loop.Phase, "run", note)
    parts = {"first": sentiment(3), "train": sentiment(1), "tune": sentiment(1)}
    spec = {**SPEC, "first": {"recipe": {**RECIPE, "epochs": 2}}}
    training.fit(tiny_model, [parts], spec)
    assert [(name, steps) for name, steps, _ in phases] == [("first", 6), ("train", 4)]
    assert phases[0][2] != phases[1][2]
