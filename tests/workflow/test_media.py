"""Disks that are full or read only, and clocks that lie."""

import os
import random
import shutil
import subprocess

import pytest
import tiny_study
from conftest import Workflow
from faults import content, remove

pytestmark = pytest.mark.slow
SIZE = 64 << 20
# Stages that fail in one run on a full disk, and what each would make: its first file is asked for.
FULL = [
    {
        "fetch_dataset topic/training": ["sources/datasets/topic/training/manifest.json"],
        "train_target small/none/tags/seed-1": ["checkpoints/target/small/none/tags/seed-1/manifest.json"],
        "score small/none/twins/seed-1": [
            "scores/small/none/twins/seed-1.json",
            "scores/small/none/twins/seed-1.examples.parquet",
        ],
        "measure_distances": ["distances.parquet"],
    },
    {
        "fetch_model small": ["sources/models/small/manifest.json"],
        "prepare_target_test twins": ["prepared/target/twins/test/manifest.json"],
        "prepare_intermediate topic": ["prepared/intermediate/topic/manifest.json"],
    },
    {
        "predict small/none/twins/seed-1": ["predictions/small/none/twins/seed-1/manifest.json"],
        "train_intermediate small/topic/seed-1": [
            "checkpoints/intermediate/small/topic/seed-1/manifest.json"
        ],
    },
    {"compute_deltas": ["deltas.parquet"]},
    {"correlate": ["correlations.parquet"], "fit_scaling": ["scaling.parquet", "influence.parquet"]},
    {"render_report": ["report.html", "figures"]},
]


@pytest.fixture
def on_small_disk(finished, tmp_path):
    """The finished study on a file system of its own, of which the test may fill what is left."""
    folder = tmp_path / "run"
    finished.copy(folder)
    results = folder / "results"
    shutil.move(results, tmp_path / "kept")
    results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", results]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    shutil.copytree(tmp_path / "kept", results, copy_function=shutil.copy2, dirs_exist_ok=True)
    yield Workflow(folder, finished.study)
    subprocess.run(["umount", "-l", results], check=True)


def fill(folder):
    """Leave no byte free; the file that does it."""
    path = folder / "ballast"
    with open(path, "wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(1 << 16))
        except OSError:
            return path


@pytest.mark.parametrize("stages", FULL, ids=lambda stages: next(iter(stages)).split()[0])
def test_a_full_disk_is_named_and_costs_nothing_that_is_there(on_small_disk, finished, stages):
    workflow = on_small_disk
    for name in sum(stages.values(), []):
        remove(workflow.results / name)
    remove(workflow.results / "logs")  # to write over a log of old would free its room
    before = content(workflow.results)
    ballast = fill(workflow.results)
    # Snakemake does not miss what is removed between others that are there.
    again = ["--forcerun", *(f"results/tiny/{names[0]}" for names in stages.values()), "--keep-going"]
    output = workflow.run(*again, check=False)
    for job in stages:
        assert f"ERROR in {job}: results/tiny" in output
    assert "No space left on device" in output or "no space left on the disk" in output
    assert "Traceback" not in output
    assert before.items() <= content(workflow.results).items()
    ballast.unlink()
    workflow.run(*again)
    assert content(workflow.results) == content(finished.results)


def test_results_that_are_read_only_can_be_asked_but_not_made(on_small_disk):
    workflow = on_small_disk
    remove(workflow.results / "report.html")
    remove(workflow.results / "figures")
    subprocess.run(["mount", "-o", "remount,ro", workflow.results.parent], check=True)
    assert workflow.planned() == {"render_report": 1}
    output = workflow.run(check=False)
    assert "results/tiny: cannot be written (Read-only file system)" in output
    assert "Traceback" not in output


def test_times_of_files_decide_nothing(finished, tmp_path):
    workflow, chance = finished.copy(tmp_path / "run"), random.Random(1)
    for path in workflow.results.rglob("*"):
        moment = chance.uniform(0, 4e9)  # 1970 to 2096
        os.utime(path, (moment, moment))
    assert workflow.planned() == {}
    # Made now, and so before much of what it was made from.
    workflow.run("--forcerun", "results/tiny/scores/small/none/twins/seed-1.json")
    assert workflow.planned() == {}
    assert content(workflow.results) == content(finished.results)
    study = tmp_path / "tiny.yaml"
    study.write_text(finished.study.read_text())
    override = {"target_tasks": {"tags": {"learning_rate": 2.0e-3}}}
    tiny_study.edit_yaml(study, lambda content: content.update(overrides=override))
    planned = Workflow(workflow.folder, study).planned()
    assert (planned["train_target"], planned["predict"], planned["score"]) == (2, 2, 2)
