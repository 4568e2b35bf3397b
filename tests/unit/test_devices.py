"""Slots for GPUs: each job its own, freed at any death; what SLURM gave is used."""

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from atlas.engine import devices
from atlas.errors import AtlasError
from tests.conftest import ROOT

HOLD = """
import sys
from atlas.engine import devices
with devices.slots(int(sys.argv[1])) as ids:
    print(*ids, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine that shows three GPUs, with locks of its own."""
    for name in ("SLURM_JOB_ID", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,5")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(devices, "_WAIT", 0.01)


def _job(number):
    job = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(number)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return job, job.stdout.readline().split()


def test_jobs_at_a_time_hold_different_gpus_and_a_killed_one_gives_its_own_back(machine):
    other, held = _job(1)
    with devices.slots(2) as ids:
        assert sorted([*ids, *held]) == ["0", "1", "5"]
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ",".join(ids)
        other.send_signal(signal.SIGKILL)
        other.wait()
        with devices.slots(0) as none:
            assert none == [] and os.environ["CUDA_VISIBLE_DEVICES"] == ""
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0,1,5"
    with devices.slots(3) as ids:
        assert ids == ["0", "1", "5"]


def _work(notes):
    with devices.slots(1) as (own,):
        start = time.monotonic()
        torch.randn(300, 300).mm(torch.randn(300, 300)).sum().item()
        notes.put((own, start, time.monotonic()))


def test_of_many_jobs_at_once_no_two_ever_share_a_gpu(machine):
    fork = multiprocessing.get_context("fork")
    notes = fork.SimpleQueue()
    jobs = [fork.Process(target=_work, args=(notes,)) for _ in range(12)]
    for job in jobs:
        job.start()
    spans = sorted(notes.get() for _ in jobs)
    for job in jobs:
        job.join()
    for (gpu, _, end), (next_gpu, start, _) in itertools.pairwise(spans):
        assert gpu != next_gpu or end <= start
    assert {gpu for gpu, _, _ in spans} <= {"0", "1", "5"}


@pytest.mark.parametrize(("shown", "number", "found"), [("0,1", 3, "shows 2"), ("", 1, "shows none")])
def test_more_gpus_than_there_are_is_an_error(machine, monkeypatch, shown, number, found):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", shown)
    with pytest.raises(AtlasError, match=rf"gpus: {number}.*{found}.*0 computes on the processor"):
        devices.slots(number).__enter__()


def test_what_slurm_gave_is_used_as_it_is(machine, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with devices.slots(1) as ids, devices.slots(1) as again:
        assert ids == again == ["0", "1", "5"]


def test_less_than_was_asked_of_slurm_is_an_error_and_no_training_on_the_processor(machine, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(AtlasError, match="gpus: 1.*SLURM job shows none"):
        devices.slots(1).__enter__()
    with devices.slots(0) as ids:
        assert ids == []


@pytest.mark.parametrize(
    ("precision", "dtype"),
    [("bf16", torch.bfloat16), ("fp32", torch.float32), ("auto", torch.float32)],
)
def test_precision_on_a_processor(precision, dtype):
    with devices.autocast(precision):
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype == dtype
