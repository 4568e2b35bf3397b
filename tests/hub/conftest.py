"""A stand-in for the Hugging Face hub on loopback, with made-up repositories.

Its server is not part of this project: the tests skip where it is absent. ATLAS_HUB_SERVER names it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(os.environ.get("ATLAS_HUB_SERVER", ROOT.parent / "shared" / "hub" / "serve_hub.py"))
sys.path.insert(0, str(ROOT / "tests" / "workflow"))
import tiny_study

CARD = """---
configs:
- config_name: en
  data_files:
  - {split: train, path: "en/train-*"}
  - {split: test, path: "en/test-*"}
---
"""


class Hub:
    """One server over a folder of repositories; started and stopped by the test."""

    def __init__(self, root, tmp_path):
        self.root, self.home, self.process = root, tmp_path / "home", None

    def start(self, *options, port=0):
        """Start serving; the environment in which a stage talks to it."""
        command = [sys.executable, SERVER, "--root", self.root, "--port", str(port), *options]
        self.process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
        endpoint = self.process.stdout.readline().strip()
        return {**os.environ, "HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(self.home)}

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


@pytest.fixture(scope="session")
def repositories(tmp_path_factory):
    """Folder with one data set (labels as numbers with names) and one tiny model."""
    root = tmp_path_factory.mktemp("hub")
    write_rows(root, "train", ["one", "two", "three"], [0, 1, 1])
    write_rows(root, "test", ["four", "five"], [1, -1])
    (root / "datasets/owner/topics/README.md").write_text(CARD)
    tiny_study.build_model(root / "models/owner/encoder")
    pickled = root / "models/owner/pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}")
    (pickled / "pytorch_model.bin").write_bytes(b"never loaded")
    return root


def write_rows(root, split, texts, labels):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["sport", "food"])}
    )
    schema = features.arrow_schema
    path = root / f"datasets/owner/topics/en/{split}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"text": texts, "label": labels}, schema=schema), path)


@pytest.fixture
def hub(repositories, tmp_path):
    if not SERVER.exists():
        pytest.skip("no stand-in for the hub here (set ATLAS_HUB_SERVER to a server of its read API)")
    hub = Hub(repositories, tmp_path)
    yield hub
    hub.stop()
