"""A job that runs again and finds all it would make computes nothing, and what follows it neither."""

import re

import pytest
from faults import content

pytestmark = pytest.mark.slow


def imported(text):
    """Libraries that `python -X importtime` says were imported."""
    return set(re.findall(r"^import time: .*\| +(\w+)$", text, re.M))


def test_jobs_with_equal_inputs_compute_nothing_and_load_no_torch(finished, tmp_path, monkeypatch):
    workflow = finished.copy(tmp_path / "run")
    weights = list(workflow.results.glob("checkpoints/*/*/**/*.safetensors"))
    before = {path: path.stat().st_mtime_ns for path in weights}
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    output = workflow.run("--forcerun", "prepare_target_train", "prepare_intermediate")
    ended = dict(re.findall(r"^(train_\w+ \S+|predict \S+): (.*) \(\d+ s\)$", output, re.M))
    assert len(ended) == 3 + 3  # the twins of the baseline follow no training
    for job, summary in ended.items():
        assert "unchanged" in summary or summary.startswith("0 of "), job
    assert "atlas" in imported(output)
    logs = "".join(path.read_text() for path in (workflow.results / "logs").glob("train_*/**/*.log"))
    assert "torch" not in imported(output + logs)
    assert {path: path.stat().st_mtime_ns for path in weights} == before
    assert content(workflow.results) == content(finished.results)
    assert workflow.planned() == {}
