"""A model in shards over two processes: what one process trains, saved whole, taken up after a kill."""

import json
import os

import pytest
import torch
import transformers

from atlas.engine import attempts, encoders, loop, parallel, sharding, training
from atlas.engine.joint import Joint
from atlas.engine.parallel import run
from atlas.engine.streams import Task
from atlas.errors import AtlasError
from tests.unit.test_adapters import PARTS, steady_model  # noqa: F401 (fixture)
from tests.unit.test_joint import BOTH, TWO
from tests.unit.test_training import RECIPE, SPEC, _weights

FSDP = {**SPEC, "recipe": {**RECIPE, "epochs": 2}, "engine": {"parallel": "fsdp", "tokens_per_batch": 16}}


class _Killed(BaseException):
    pass


def undisturbed_and_killed(start, folder):
    """In one of two processes: train, and train again with an end after a save in the second epoch."""
    attempts._fit(start, PARTS, FSDP, None, folder / "whole")
    os.environ["ATLAS_SAVE_MINUTES"] = "0"
    save = loop.Phase._save

    def dying(phase):
        save(phase)
        if phase._step == 6:
            raise _Killed

    loop.Phase._save = dying
    try:
        attempts._fit(start, PARTS, FSDP, None, folder / "killed")
    except _Killed:
        torch.distributed.barrier()
    loop.Phase._save = save
    attempts._fit(start, PARTS, FSDP, None, folder / "killed")


@pytest.mark.slow
def test_two_processes_train_in_shards_what_one_does(request, tmp_path):
    start = request.getfixturevalue("steady_model")
    alone, _, history = training.fit(start, PARTS, {**FSDP, "engine": {"tokens_per_batch": 16}})
    run(undisturbed_and_killed, 2, start, tmp_path)
    whole, killed = (
        encoders.load_checkpoint(tmp_path / name / "result", "AutoModelForSequenceClassification")
        for name in ("whole", "killed")
    )
    assert json.loads((tmp_path / "whole" / "attempt.json").read_text())["epochs"] == history
    for one, other in zip(alone.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
    assert _weights(killed) == _weights(whole)
    stock = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path / "whole" / "result")
    assert type(stock) is type(alone) and stock.config.id2label == alone.config.id2label


def test_shards_serve_one_head(tiny_model, tiny_tokenizer, monkeypatch):
    learnt = [Task(s, e, tiny_tokenizer) for s, e in zip(TWO["streams"], BOTH, strict=True)]
    monkeypatch.setattr(parallel, "size", lambda: 2)
    with pytest.raises(AtlasError, match="fsdp.*one task at a time"):
        sharding.apply(Joint(learnt, tiny_model, TWO))
