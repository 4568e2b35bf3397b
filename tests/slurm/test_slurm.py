"""The workflow on a real SLURM of one node with two pretended GPUs."""

import os
import subprocess
import sys
import time
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
    return build(tmp_path_factory.mktemp("study"))


def build(home, gpus=1):
    """The tiny study, whose model asks for one GPU."""
    path = tiny_study.build(home)
    resources = {"gpus": gpus, "mem_mb": 1000, "runtime": 5}
    tiny_study.edit_yaml(
        home / "catalog/models.yaml", lambda models: models["small"].update(resources=resources)
    )
    (home / "run").mkdir()
    return path


def command_of(cluster, study, *arguments):
    """Command and environment that run the study as on a cluster's login node."""
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", ROOT / "profiles/slurm"]
    command += ["--snakefile", ROOT / "Snakefile", "--directory", study.parent / "run", "--configfile", study]
    command += ["--slurm-status-command", "squeue", *arguments]  # no accounting on the private cluster
    path = f"{cluster.base / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return command, {**cluster.environment, "PATH": path}


def submit(cluster, study, *arguments):
    """Run the study to its end."""
    command, environment = command_of(cluster, study, *arguments)
    return subprocess.run(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, env=environment
    )


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


def weights(study):
    folder = study.parent / "run/results/tiny/checkpoints"
    found = sorted(folder.glob("*/small/**/model.safetensors"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def run_here(study):
    """Make the checkpoints of a study without SLURM."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2"]
    command += ["--directory", study.parent / "run", "--configfile", study, "--until", "train_target"]
    subprocess.run(command, check=True, capture_output=True)


def lengthen(study):
    """Let each training take some seconds."""
    recipe = {"epochs": 100}
    overrides = {"target_tasks": {"tags": recipe}, "intermediate_tasks": {"topic": recipe}}
    tiny_study.edit_yaml(study, lambda content: content.update(overrides=overrides))
    return study


class Started:
    """A run of a study in the background."""

    def __init__(self, cluster, study):
        command, environment = command_of(cluster, study)
        self.output, self.logs = study.parent / "output.txt", study.parent / "run/results/tiny/logs"
        with open(self.output, "w") as stream:
            self.process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)

    def meet(self, actions):
        """Do each action, by the log of a job, while that job is at its training; in the order that comes."""
        waiting = {self.logs / log: action for log, action in actions.items()}
        while waiting:
            assert self.process.poll() is None, self.output.read_text()[-4000:]
            for path in [path for path in waiting if path.exists() and "epoch 2 of" in path.read_text()]:
                waiting.pop(path)()
            time.sleep(0.02)

    def end(self):
        """Wait for the end of a run that has to succeed."""
        assert self.process.wait(timeout=300) == 0, self.output.read_text()[-4000:]


def test_trainings_outlive_a_warning_scancel_and_the_loss_of_their_node(cluster, tmp_path_factory):
    long = lengthen(build(tmp_path_factory.mktemp("long")))
    undisturbed = lengthen(build(tmp_path_factory.mktemp("undisturbed"), gpus=0))
    run = Started(cluster, long)
    warned, cancelled = "train_target/small/none/tags/seed-1.log", "train_intermediate/small/topic/seed-1.log"
    run.meet(
        {
            # What SLURM sends before a time limit, and as it does to all of the job's step.
            warned: lambda: cluster.ask("scancel", "--signal=USR1", cluster.job("train_target")),
            cancelled: lambda: cluster.ask("scancel", cluster.job("train_intermediate")),
        }
    )
    run.meet({"train_target/small/topic/tags/seed-1.log": cluster.lose_node})
    run.end()
    run_here(undisturbed)
    assert weights(long) == weights(undisturbed)
    assert "going on after step" in (run.logs / warned).read_text()
    assert {"CANCELLED", "NODE_FAIL"} <= {job["JobState"] for job in cluster.finished()}
