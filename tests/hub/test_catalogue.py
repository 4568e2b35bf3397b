"""Every task of the catalogue on the published rows, where a mirror of the hub has them."""

import json
import os
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, SERVER, Hub

pytestmark = [pytest.mark.slow, pytest.mark.hub]
INTERMEDIATE = ["mnli", "squad"]
TARGETS = ["udpos", "sib200", "tatoeba", "xnli", "xquad", "xcopa"]


def test_published_rows_become_examples_of_their_kind(tmp_path):
    if not (SERVER.parent / "datasets").is_dir():
        pytest.skip("no mirror of the hub's data sets beside the stand-in for the hub")
    hub = Hub(SERVER.parent, tmp_path)
    environment = hub.start()
    study = {
        "study": "real", "models": ["me5-small-l3"], "intermediate_tasks": INTERMEDIATE, "seeds": [1],
        "target_tasks": TARGETS, "languages": ["eng", "tur", "cmn", "swh"],
        "limits": {"max_train_examples": 5, "max_tune_examples": 4, "max_test_examples": 3},
    }  # fmt: skip
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    prepared = [f"intermediate/{task}" for task in INTERMEDIATE]
    prepared += [f"target/{task}" for task in TARGETS if task != "tatoeba"]
    prepared += [f"target/{task}/test" for task in TARGETS]
    targets = [f"results/real/prepared/{name}/manifest.json" for name in prepared]
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2"]
    command += ["--configfile", tmp_path / "study.yaml", "--", *targets]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **environment}, text=True, capture_output=True
    )
    hub.stop()
    assert done.returncode == 0, done.stderr[-3000:]
    for path in targets:
        tables = json.loads((tmp_path / path).read_text())["tables"]
        sizes = {name: table["rows"] for name, table in tables.items()}
        expected = {"train": 5, "tune": 4} if "test/" not in path else dict.fromkeys(tables, 3)
        assert sizes == expected
        assert len(tables) >= 2
