"""Checkpoints that a study does not keep: dropped once scored, known to every command, rebuilt on demand."""

import json
import shutil
import subprocess
import sys

import pytest
import tiny_study
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
ANALYSIS = [
    "measure_distances",
    "measure_covariates",
    "collect_scores",
    "compute_deltas",
    "check_claims",
    "fit_scaling",
    "measure_reliability",
    "measure_robustness",
    "correlate",
    "render_report",
]


def ask(run, *arguments):
    command = [sys.executable, ROOT / "workflow_scripts/inspect_results.py", *arguments, "--study", run.study]
    return subprocess.run(command, cwd=run.folder, text=True, capture_output=True)


@pytest.fixture(scope="module")
def run(finished, tmp_path_factory):
    """A finished study that is then told to keep no checkpoint, and was run once more."""
    home = tmp_path_factory.mktemp("lifecycle")
    copy = finished.copy(home / "run")
    copy.study = home / "tiny.yaml"
    shutil.copy(finished.study, copy.study)
    tiny_study.edit_yaml(copy.study, lambda study: study.update(keep="intermediates"))
    assert copy.planned() == {"drop_target": 2}
    tiny_study.edit_yaml(copy.study, lambda study: study.update(keep="none"))
    assert copy.planned() == {"drop_target": 2, "drop_intermediate": 1}
    copy.run()
    return copy


def weights(run):
    return list((run.results / "checkpoints").rglob("*.safetensors"))


def notes(run):
    return {path: json.loads(path.read_text()) for path in run.results.rglob("dropped.json")}


def test_what_is_dropped_is_gone_and_nothing_misses_it(run):
    assert weights(run) == []
    assert run.planned() == {}
    assert ask(run, "verify").returncode == 0
    assert "0 files" in ask(run, "gc").stdout
    answer = ask(run, "why", "results/tiny/checkpoints/target/small/none/tags/seed-1/manifest.json").stdout
    assert "were dropped" in answer and answer.endswith("has changed.\n")
    assert len(list((run.results / "checkpoints").rglob("training.json"))) == 3


def test_a_changed_recipe_of_a_dropped_checkpoint_is_seen(run):
    study = run.study.read_text()
    override = {"target_tasks": {"tags": {"learning_rate": 2.0e-3}}}
    tiny_study.edit_yaml(run.study, lambda study: study.update(overrides=override))
    planned = run.planned()
    assert (planned["train_target"], planned["train_intermediate"], planned["drop_target"]) == (2, 1, 2)
    lines = ask(run, "verify").stdout.splitlines()
    assert sum("recipe.learning_rate: 0.005 when it was made" in line for line in lines) == 2
    run.study.write_text(study)


def test_a_new_language_rebuilds_the_same_weights_and_drops_them_again(run):
    before = notes(run)
    old = {path: path.stat().st_mtime_ns for path in run.results.rglob("predictions/**/deu.*.parquet")}
    tiny_study.edit_yaml(run.study, lambda study: study["languages"].append("jpn"))
    trainings = {"train_intermediate": 1, "train_target": 2, "drop_intermediate": 1, "drop_target": 2}
    data = {"fetch_dataset": 2, "prepare_target_test": 2, "predict": 4, "score": 4}
    assert run.planned() == trainings | data | dict.fromkeys(ANALYSIS, 1)
    run.run()
    # The notes hold the sha256 of each file: the weights that read the new language are those of before.
    assert notes(run) == before and len(before) == 3
    assert {path: path.stat().st_mtime_ns for path in old} == old
    assert len(list(run.results.rglob("predictions/**/jpn.*.parquet"))) == 4
    assert weights(run) == [] and run.planned() == {}
    assert ask(run, "verify").returncode == 0


def test_weights_that_are_asked_for_by_hand_are_there_until_they_are_dropped_again(run):
    manifest = "results/tiny/checkpoints/target/small/none/tags/seed-1/manifest.json"
    run.run("--", manifest)
    assert [path.parent.parent.parent.name for path in weights(run)] == ["none"]
    assert run.planned() == {}
    assert ask(run, "verify").returncode == 0
    run.run("--forcerun", "drop_target")
    assert weights(run) == []
