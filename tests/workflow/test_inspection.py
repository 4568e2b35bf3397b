"""`verify`, `why` and `gc` over a finished study, and what they see of each kind of fault."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_study
from conftest import Workflow
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
TAGS = "checkpoints/target/small/none/tags/seed-1"


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished study, with settings of its own."""
    copy = finished.copy(tmp_path / "run")
    copy.study = tmp_path / "tiny.yaml"
    shutil.copy(finished.study, copy.study)
    return copy


def ask(run, *arguments):
    command = [sys.executable, ROOT / "workflow_scripts/inspect_results.py", *arguments, "--study", run.study]
    return subprocess.run(command, cwd=run.folder, text=True, capture_output=True)


def set_learning_rate(run, value):
    override = {"target_tasks": {"tags": {"learning_rate": value}}}
    tiny_study.edit_yaml(run.study, lambda study: study.update(overrides=override))


def flip_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_finished_study_is_as_it_would_be_made(run):
    done = ask(run, "verify")
    assert done.returncode == 0
    assert "all as the study would make it" in done.stdout


@pytest.mark.parametrize(
    ("damage", "name", "fault"),
    [
        (flip_byte, f"{TAGS}/model.safetensors", "model.safetensors has other content"),
        (flip_byte, "scores.parquet", "has other content"),
        (lambda path: path.unlink(), f"{TAGS}/config.json", "config.json missing"),
        (lambda path: path.unlink(), "distances.parquet", "missing, although measure_distances made it"),
        (lambda path: os.truncate(path, 100), "deltas.parquet", "has other content"),
        (lambda path: path.write_text("{"), f"{TAGS}/manifest.json", "not valid JSON"),
    ],
)
def test_verify_finds_a_fault_and_names_the_artifact(run, damage, name, fault):
    damage(run.results / name)
    done = ask(run, "verify")
    assert done.returncode == 1
    folder = name if name.endswith((".parquet", "manifest.json")) else f"{TAGS}/manifest.json"
    assert any(line.startswith(folder) and fault in line for line in done.stdout.splitlines())


def group_of(path):
    """What hides no other file's damage while it is damaged itself; None for what is no artifact."""
    if path.suffix in (".log", ".lock") or path.name == ".snakemake_timestamp" or ".features" in path.parts:
        return None
    if "records" in path.parts:
        return "records"
    ours = path.name in ("manifest.json", ".manifest.json", "lock.json") or "scores" in path.parts
    return "notes" if ours and path.suffix == ".json" else "content"


@pytest.mark.parametrize("group", ["content", "notes", "records"])
@pytest.mark.parametrize("damage", [flip_byte, lambda path: os.truncate(path, path.stat().st_size // 2)])
def test_verify_names_every_file_that_is_damaged(run, damage, group):
    damaged = [path for path in run.results.rglob("*") if path.is_file() and group_of(path) == group]
    assert len(damaged) > 10
    for path in damaged:
        damage(path)
    done = ask(run, "verify")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    named = [line.partition(": ") for line in done.stdout.splitlines()]
    named = {(Path(place), Path(place).parent / fault.split()[0]) for place, _, fault in named if fault}
    named = {name for names in named for name in names}
    assert not [path for path in damaged if path.relative_to(run.results) not in named]


def test_verify_names_an_artifact_that_no_job_noted(run):
    shutil.copy(run.results / "deltas.parquet", run.results / "other.parquet")
    (run.results / "records/compute_deltas.json").unlink()
    lines = ask(run, "verify").stdout.splitlines()
    assert [line.partition(": ")[0] for line in lines if "no job noted" in line] == [
        "deltas.parquet",
        "other.parquet",
    ]


def test_results_of_imported_scores_are_inspected(tmp_path):
    settings = {**tiny_study.yaml.safe_load((ROOT / "studies/published.yaml").read_text())}
    tiny_study.write_yaml(tmp_path / "own/study.yaml", {**settings, "distances": ["genetic"]})
    workflow = Workflow(tmp_path, tmp_path / "own/study.yaml")
    workflow.run("--", "results/published/distances.parquet")
    assert ask(workflow, "verify").returncode == 0
    answer = ask(workflow, "why", "results/published/distances.parquet").stdout
    assert "Nothing that it was made from has changed." in answer


def test_verify_finds_what_was_made_with_other_settings(run):
    set_learning_rate(run, 2.0e-3)
    lines = ask(run, "verify").stdout.splitlines()
    change = "made with recipe.learning_rate: 0.005 when it was made, 0.002 now"
    found = [line.partition(": ")[0] for line in lines if change in line]
    assert found == [f"checkpoints/target/small/{i}/tags/seed-1/manifest.json" for i in ("none", "topic")]


def test_why_names_the_setting_its_values_and_what_a_run_would_redo(run):
    set_learning_rate(run, 2.0e-3)
    answer = ask(run, "why", "results/tiny/scores.parquet").stdout
    assert "scores.parquet: made by collect_scores" in answer
    assert "recipe.learning_rate: 0.005 when it was made, 0.002 now" in answer
    planned = run.planned()
    for rule, jobs in planned.items():
        assert f"{jobs} {rule}" in answer
    assert ask(run, "why", "results/tiny/distances.parquet").stdout.endswith("has changed.\n")


def test_why_of_a_file_that_no_job_made_says_so(run):
    done = ask(run, "why", "results/tiny/score.parquet")
    assert done.returncode == 1
    assert "no job noted" in done.stderr and "scores.parquet" in done.stderr
    assert "Traceback" not in done.stderr


def test_gc_lists_and_removes_only_what_nothing_names(run):
    folder = run.results / "predictions/small/none/tags/seed-1"
    listed = json.loads((folder / "manifest.json").read_text())["languages"]
    old = folder / "deu.0123456789abcdef.parquet"
    shutil.copy(folder / listed["deu"]["file"], old)
    (run.results / TAGS / ".model.safetensors.tmp-99").write_bytes(b"cut")
    kept = next(run.results.glob("prepared/target/tags/.features/*/*.parquet"))
    earlier = kept.parent.parent / "0123456789abcdef" / kept.name  # tokenised from examples that are gone
    earlier.parent.mkdir()
    shutil.copy(kept, earlier)
    before = {path for path in run.results.rglob("*") if path.is_file()}
    assert "3 files" in ask(run, "gc").stdout
    assert {path for path in run.results.rglob("*") if path.is_file()} == before
    ask(run, "gc", "--remove")
    after = {path for path in run.results.rglob("*") if path.is_file()}
    assert before - after == {old, earlier, run.results / TAGS / ".model.safetensors.tmp-99"}
    assert ask(run, "verify").returncode == 0
    assert run.planned() == {}


def test_gc_collects_nothing_that_another_study_of_the_name_may_use(run):
    shutil.copy(run.study, run.study.with_name("other.yaml"))
    done = ask(run, "gc", "--remove")
    assert done.returncode == 1
    assert "other.yaml is called tiny too" in done.stderr and "Traceback" not in done.stderr


def test_a_setting_changed_while_snakemakes_records_were_lost_is_seen(run):
    shutil.rmtree(run.folder / ".snakemake")
    assert run.planned() == {}
    set_learning_rate(run, 2.0e-3)
    planned = run.planned()
    assert planned.pop("train_target") == 2
    assert {"predict", "score", "collect_scores", "render_report"} <= set(planned)
    assert "train_intermediate" not in planned
    run.run()
    assert ask(run, "verify").returncode == 0
