"""Fetching through `datasets` and `huggingface_hub` from a stand-in for the hub."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import write_rows
from transformers import AutoModel, AutoTokenizer

pytestmark = [pytest.mark.slow, pytest.mark.hub]
SCRIPTS = Path(__file__).resolve().parents[2] / "workflow_scripts"
TABLE = {"hub": "owner/topics", "subset": "en", "split": "train"}


def fetch(stage, spec, manifest, environment):
    """Run one fetch stage as its rule does; the finished process."""
    return subprocess.run(
        [
            sys.executable, SCRIPTS / f"{stage}.py", "--manifest", manifest, "--spec", json.dumps(spec),
            "--code", "0", "--log", manifest.with_suffix(".log"),
        ],
        env=environment, text=True, capture_output=True,
    )  # fmt: skip


def message(process):
    """What a person sees of a failed stage: one message and no traceback."""
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    return process.stderr


def test_rows_arrive_with_label_names_and_a_lock(hub, tmp_path):
    environment = hub.start()
    manifest = tmp_path / "topics" / "manifest.json"
    tables = {"train": TABLE, "test": {**TABLE, "split": "test"}}
    done = fetch("fetch_dataset", {"tables": tables}, manifest, environment)
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(manifest.parent / "train.parquet").to_pylist()
    assert rows == [
        {"text": "one", "label": "sport"},
        {"text": "two", "label": "food"},
        {"text": "three", "label": "food"},
    ]
    assert pq.read_table(manifest.parent / "test.parquet").column("label").to_pylist() == ["food", None]
    lock = json.loads((manifest.parent / "lock.json").read_text())["train"]
    assert len(lock["revision"]) == 40
    assert list(lock["files"]) == ["en/train-00000-of-00001.parquet"]
    original = hub.root / "datasets/owner/topics/en/train-00000-of-00001.parquet"
    assert lock["files"]["en/train-00000-of-00001.parquet"]["size"] == original.stat().st_size


def test_a_model_arrives_whole_and_loads_offline(hub, tmp_path):
    manifest = tmp_path / "encoder" / "manifest.json"
    done = fetch("fetch_model", {"source": {"hub": "owner/encoder"}}, manifest, hub.start())
    assert done.returncode == 0, done.stderr
    facts = json.loads(manifest.read_text())
    model = AutoModel.from_pretrained(manifest.parent)
    AutoTokenizer.from_pretrained(manifest.parent)
    inner = sum(p.numel() for name, p in model.named_parameters() if "encoder." in name)
    norm = 2 * 32  # the layer norm of the embeddings is no embedding
    assert facts["n_parameters"] == inner + norm


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hub": "owner/topic"}, "not on the hub"),
        ({"revision": "0" * 40}, "revision '0000"),
        ({"subset": "fr"}, "'fr' not found. Available: ['en']"),
        ({"subset": "fr"}, "Correct `subset`, or the language's name in `languages`"),
        ({"split": "tests"}, "has no split 'tests'. Did you mean test?"),
    ],
)
def test_what_the_hub_does_not_have_is_named(hub, tmp_path, change, said):
    manifest = tmp_path / "topics" / "manifest.json"
    done = fetch("fetch_dataset", {"tables": {"train": {**TABLE, **change}}}, manifest, hub.start())
    assert said in message(done)
    assert not manifest.exists()


def test_pickled_weights_are_refused(hub, tmp_path):
    manifest = tmp_path / "pickled" / "manifest.json"
    done = fetch("fetch_model", {"source": {"hub": "owner/pickled"}}, manifest, hub.start())
    assert "has no safetensors" in message(done)
    assert not manifest.exists()


def test_a_hub_that_recovers_is_waited_for(hub, tmp_path):
    manifest = tmp_path / "topics" / "manifest.json"
    done = fetch("fetch_dataset", {"tables": {"train": TABLE}}, manifest, hub.start("--fail-first", "2"))
    assert done.returncode == 0, done.stderr
    assert manifest.exists()


def test_a_hub_that_stays_down_is_said_to_be_down(hub, tmp_path):
    environment = hub.start()
    hub.stop()
    manifest = tmp_path / "topics" / "manifest.json"
    done = fetch("fetch_dataset", {"tables": {"train": TABLE}}, manifest, environment)
    assert environment["HF_ENDPOINT"] in message(done)
    assert "did not answer" in message(done) and "run again when it is back" in message(done)
    assert not manifest.exists()


def test_a_lock_keeps_the_revision_and_names_what_changed(hub, repositories, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(repositories, own)
    hub.root = own
    manifest = tmp_path / "topics" / "manifest.json"
    environment = hub.start()
    assert fetch("fetch_dataset", {"tables": {"train": TABLE}}, manifest, environment).returncode == 0
    hub.stop()
    write_rows(own, "train", ["other"], [0])
    (manifest.parent / "train.parquet").unlink()
    shutil.rmtree(hub.home)
    done = fetch("fetch_dataset", {"tables": {"train": TABLE}}, manifest, hub.start())
    locked = json.loads((manifest.parent / "lock.json").read_text())["train"]["revision"]
    assert locked in message(done)
    (manifest.parent / "lock.json").unlink()
    hub.stop()
    assert fetch("fetch_dataset", {"tables": {"train": TABLE}}, manifest, hub.start()).returncode == 0
    assert pq.read_table(manifest.parent / "train.parquet").num_rows == 1
