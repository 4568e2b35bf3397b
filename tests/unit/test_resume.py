"""A training that was killed goes on from its last save and ends with the same bits."""

import json
import os
import signal
import subprocess
import sys

import pytest
import torch

from atlas.engine import loop, resume, training
from atlas.errors import AtlasError
from tests.conftest import ROOT
from tests.unit.test_joint import BOTH, MLM, TEXT, TWO
from tests.unit.test_training import RECIPE, SPEC, _weights, sentiment

SPEC_OF_ALL = {**TWO, "mlm": MLM}
TEXTS = {"train": TEXT, "tune": TEXT[:2]}
# A whole training in a process of its own that dies, or is told to end, after the save of some step.
CHILD = """
import json, os, signal, sys
from pathlib import Path
from atlas.engine import loop, training
job = json.loads(sys.argv[1])
save, step = loop.Phase._save, loop.Phase._one_step
def dying(phase):
    save(phase)
    if phase._step == job["step"] and job["how"] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
def told(phase, progress):
    if phase._step == job["step"] and job["how"] != "kill":
        os.kill(os.getpid(), getattr(signal, job["how"]))
    return step(phase, progress)
loop.Phase._save, loop.Phase._one_step = dying, told
training.fit(job["start"], job["examples"], job["spec"], job["text"], Path(job["folder"]))
"""


@pytest.fixture(scope="module")
def undisturbed(tiny_model):
    """Weights and history of the training that nothing interrupts."""
    model, _, history = training.fit(tiny_model, BOTH, SPEC_OF_ALL, TEXTS)
    return _weights(model), history


def _child(start, folder, how, step):
    job = {"start": str(start), "examples": BOTH, "spec": SPEC_OF_ALL, "text": TEXTS}
    job |= {"folder": str(folder), "how": how, "step": step}
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts"), "ATLAS_SAVE_MINUTES": "0"}
    return subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(job)], env=environment, capture_output=True, text=True
    )


@pytest.mark.slow
@pytest.mark.parametrize(("how", "step"), [("kill", 1), ("kill", 12), ("SIGTERM", 5), ("SIGUSR1", 13)])
def test_a_killed_process_is_taken_up_bit_by_bit(tiny_model, tmp_path, undisturbed, how, step):
    folder = tmp_path / "state"
    ended = _child(tiny_model, folder, how, step)
    assert ended.returncode == (-signal.SIGKILL if how == "kill" else 1), ended.stderr
    assert how == "kill" or f"ended by {how}" in ended.stderr
    done = resume.Store(folder).facts()["step"]
    assert done == step + (how != "kill")
    steps = []
    run = loop.Phase._one_step

    def count(phase, progress):
        steps.append(phase._step)
        return run(phase, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop.Phase, "_one_step", count)
        model, _, history = training.fit(tiny_model, BOTH, SPEC_OF_ALL, TEXTS, folder)
    assert (_weights(model), history) == undisturbed
    assert steps[0] == done


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("last", range(1, 12, 2))
def test_every_save_leads_to_the_same_weights(tiny_model, tmp_path, monkeypatch, last):
    monkeypatch.setenv("ATLAS_SAVE_MINUTES", "0")
    spec = {**SPEC, "first": {"recipe": {**RECIPE, "epochs": 2}}}
    parts = [{"train": sentiment(2), "first": sentiment(2), "tune": sentiment(1)}]
    whole, _, history = training.fit(tiny_model, parts, spec)
    saves = []
    save = loop.Phase._save

    def dying(phase):
        save(phase)
        saves.append(phase._step)
        if len(saves) == last:
            raise _Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop.Phase, "_save", dying)
        with pytest.raises(_Killed):
            training.fit(tiny_model, parts, spec, folder=tmp_path)
    resumed, _, again = training.fit(tiny_model, parts, spec, folder=tmp_path)
    assert (_weights(resumed), again) == (_weights(whole), history)


def _flip(path):
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [_flip, lambda path: os.truncate(path, 100), lambda path: path.write_bytes(b"no tensors")]
)
def test_a_damaged_save_is_named_and_not_used(tmp_path, damage, caplog):
    store = resume.Store(tmp_path)
    store.save({"a": torch.ones(2), "step": torch.tensor(3)}, {"step": 1})
    assert store.facts() == {"step": 1}
    damage(tmp_path / "state.safetensors")
    assert store.facts() is None
    assert "state.safetensors" in caplog.text and "starts again" in caplog.text


def test_a_full_disk_costs_the_save_and_not_the_training(tmp_path, monkeypatch, caplog):
    store = resume.Store(tmp_path)
    store.save({"a": torch.ones(2)}, {"step": 1})

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    store.save({"a": torch.zeros(2)}, {"step": 2})
    assert "No space left" in caplog.text
    assert store.facts() == {"step": 1}
    assert torch.equal(store.tensors()["a"], torch.ones(2))
    assert [path.name for path in tmp_path.iterdir()] == ["state.safetensors"]


def test_a_checkpoint_that_finds_no_room_says_so(tiny_model, tmp_path, monkeypatch):
    model, tokenizer, _ = training.fit(tiny_model, [{"train": sentiment(1), "tune": sentiment(1)}], SPEC)

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(model), "save_pretrained", full)
    with pytest.raises(AtlasError, match="No space left"):
        training.save(model, tokenizer, tmp_path / "checkpoint")
    assert not list((tmp_path / "checkpoint").iterdir())
