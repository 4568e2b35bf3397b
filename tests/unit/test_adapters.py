"""LoRA, gradient checkpointing, precision, and two processes: options of a model's entry."""

import json
import shutil

import peft
import pytest
import torch
import transformers

from atlas.engine import attempts, encoders, training
from atlas.engine.parallel import run
from atlas.errors import AtlasError
from tests.unit.test_joint import BOTH, TWO
from tests.unit.test_training import RECIPE, SPEC, _weights, sentiment

PARTS = [{"train": sentiment(), "tune": sentiment(1)}]
LORA = {"rank": 4, "alpha": 8}
SHORT = {**SPEC, "recipe": {**RECIPE, "epochs": 1}}


def _fit(folder, engine, **changes):
    return training.fit(folder, PARTS, {**SPEC, **changes, "engine": engine})


@pytest.mark.parametrize("start", ["tiny_model", "tiny_bert"])
def test_lora_learns_and_leaves_a_stock_model_with_the_adapter_beside(request, tmp_path, start):
    start = request.getfixturevalue(start)
    recipe = {**RECIPE, "learning_rate": 1e-2, "epochs": 10}
    spec = {**SPEC, "recipe": recipe, "engine": {"lora": LORA}}
    model, tokenizer, history = training.fit(start, PARTS, spec, folder=tmp_path)
    assert max(epoch["tune_score"] for epoch in history) == 100
    training.save(model, tokenizer, tmp_path / "saved")
    saved = encoders.load_checkpoint(tmp_path / "saved", "AutoModelForSequenceClassification")
    assert _weights(saved) == _weights(model)
    pretrained = encoders.load_encoder(start)
    query = "encoder.layer.0.attention.self.query.weight"
    changed = saved.base_model.get_parameter(query) - pretrained.get_parameter(query)
    assert torch.linalg.matrix_rank(changed, atol=1e-6) == LORA["rank"]
    words = saved.get_input_embeddings().weight
    assert torch.equal(words, pretrained.get_input_embeddings().weight)
    adapted = peft.PeftModel.from_pretrained(pretrained, tmp_path / "result" / "adapter").merge_and_unload()
    torch.testing.assert_close(adapted.get_parameter(query), saved.base_model.get_parameter(query))


def test_lora_serves_several_tasks(tiny_model):
    model, _, _ = training.fit(tiny_model, BOTH, {**TWO, "engine": {"lora": LORA}})
    assert type(model) is type(encoders.load_encoder(tiny_model))
    assert not any("lora" in name for name, _ in model.named_parameters())


def test_lora_layers_that_the_model_lacks_are_named(tiny_model):
    with pytest.raises(AtlasError, match=r"lora\.target_modules.*nowhere"):
        _fit(tiny_model, {"lora": {**LORA, "target_modules": ["nowhere"]}})


def test_checkpointed_gradients_change_nothing(tiny_model):
    plain, _, _ = _fit(tiny_model, {})
    saving, _, _ = _fit(tiny_model, {"gradient_checkpointing": True})
    for one, other in zip(plain.parameters(), saving.parameters(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("engine", [{"precision": "bf16"}, {"attention": "eager"}, {"tokens_per_batch": 20}])
def test_other_arithmetic_learns_the_same(tiny_model, engine):
    model, _, history = _fit(tiny_model, engine)
    assert max(epoch["tune_score"] for epoch in history) == 100
    assert {p.dtype for p in model.parameters()} == {torch.float32}


@pytest.fixture
def steady_model(tiny_model, tmp_path):
    """The tiny model without dropout, so that processes draw nothing of their own."""
    folder = tmp_path / "steady"
    shutil.copytree(tiny_model, folder)
    config = transformers.AutoConfig.from_pretrained(folder)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config.save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler of C++")
@pytest.mark.parametrize("others", [{}, {"embeddings": "rowwise"}], ids=["dense", "rowwise"])
def test_compiled_layers_train_what_plain_ones_do(steady_model, tmp_path, others):
    torch._dynamo.reset()
    plain, _, history = _fit(steady_model, others, recipe=SHORT["recipe"])
    torch._dynamo.utils.counters.clear()
    compiled, tokenizer, again = _fit(steady_model, {**others, "compile": True}, recipe=SHORT["recipe"])
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 2  # one to train, one to predict
    assert again == history
    training.save(compiled, tokenizer, tmp_path / "saved")
    saved = encoders.load_checkpoint(tmp_path / "saved", "AutoModelForSequenceClassification")
    for one, other in zip(plain.parameters(), saved.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.slow
def test_two_processes_train_what_one_does(steady_model, tmp_path):
    alone, _, history = training.fit(steady_model, PARTS, SHORT)
    run(attempts._fit, 2, steady_model, PARTS, SHORT, None, tmp_path)
    assert json.loads((tmp_path / "attempt.json").read_text())["epochs"] == history
    together = encoders.load_checkpoint(tmp_path / "result", "AutoModelForSequenceClassification")
    for one, other in zip(alone.parameters(), together.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    with pytest.raises(AtlasError, match="one of 2 processes failed"):
        run(attempts._fit, 2, tmp_path / "nowhere", PARTS, SHORT, None, tmp_path / "other")
