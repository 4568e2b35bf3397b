"""The workflow on a real SLURM of one node with two pretended GPUs."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import cluster as slurm
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "workflow"))
import tiny_study

pytestmark = pytest.mark.slow
TRAININGS_AND_PREDICTIONS = 3 + 4  # topic; tags after none and topic; both targets after both


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    if reason := slurm.missing():
        pytest.skip(reason)
    cluster = slurm.Cluster(tmp_path_factory.mktemp("slurm"))
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The tiny study, whose model asks for one GPU."""
    home = tmp_path_factory.mktemp("study")
    path = tiny_study.build(home)
    resources = {"gpus": 1, "mem_mb": 1000, "runtime": 5}
    tiny_study.edit_yaml(
        home / "catalog/models.yaml", lambda models: models["small"].update(resources=resources)
    )
    (home / "run").mkdir()
    return path


def submit(cluster, study, *arguments):
    """Run the study as on a cluster's login node."""
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", ROOT / "profiles/slurm"]
    command += ["--snakefile", ROOT / "Snakefile", "--directory", study.parent / "run", "--configfile", study]
    command += ["--slurm-status-command", "squeue", *arguments]  # no accounting on the private cluster
    path = f"{cluster.base / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
        env={**cluster.environment, "PATH": path},
    )  # fmt: skip


@pytest.fixture(scope="module")
def finished(cluster, study):
    done = submit(cluster, study)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def test_a_study_runs_to_its_report(finished, study):
    assert (study.parent / "run/results/tiny/report.html").exists()
    assert "Report: results/tiny/report.html" in finished


def test_trainings_and_predictions_are_submitted_and_nothing_else_is(finished, cluster):
    assert len(cluster.finished()) == TRAININGS_AND_PREDICTIONS


def test_no_two_jobs_share_a_gpu(finished, cluster):
    spans = [
        (datetime.fromisoformat(job["StartTime"]), datetime.fromisoformat(job["EndTime"]))
        for job in cluster.finished()
    ]
    at_once = [sum(start <= moment < end for start, end in spans) for moment, _ in spans]
    assert max(at_once) == slurm.GPUS


def test_a_second_run_submits_nothing(finished, cluster, study):
    done = submit(cluster, study)
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout
    assert len(cluster.finished()) == TRAININGS_AND_PREDICTIONS


def test_a_failed_job_names_its_log(finished, cluster, study):
    run = study.parent / "run"
    weights = run / "results/tiny/checkpoints/target/small/none/tags/seed-1/model.safetensors"
    whole = weights.read_bytes()
    predictions = run / "results/tiny/predictions/small/none/tags/seed-1"
    for path in predictions.glob("*.parquet"):
        path.unlink()
    weights.write_bytes(whole[:-8] + b"\xff" * 8)  # damaged: NaN in the last weights, of the right size
    done = submit(cluster, study)
    weights.write_bytes(whole)
    assert done.returncode != 0
    log = "results/tiny/logs/predict/small/none/tags/seed-1.log"
    assert log in done.stdout
    assert "seed-1" in (run / log).read_text()
