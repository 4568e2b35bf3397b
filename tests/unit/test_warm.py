"""A stage in a fork of the warm server ends when the process that asked for it is killed."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

STAGE = """
import time
from pathlib import Path
from atlas.engine import resume

def waiting(*, mode, pipe: Path):
    with resume.Signals() as signals, open(pipe, "w", buffering=1) as told:
        print("started", file=told)
        while signals.received is None or mode.name == "stubborn":
            time.sleep(0.01)
        print("saved after", signals.received, file=told)
"""
SERVER = """
import sys
from atlas import warm
warm._GRACE = float(sys.argv[2])
with warm._Server(sys.argv[1], warm._Job) as server:
    print("ready", flush=True)
    while True:
        server.handle_request()
"""
THREADS = """
from pathlib import Path
import torch
from atlas import stage

def threads(*, path: Path):
    path.write_text(str(torch.get_num_threads()))

if __name__ == "__main__":
    stage.run(threads)
"""
CLIENT = """
import sys
from atlas import warm
warm._connect = lambda: warm._try(sys.argv[1])
warm._call(sys.argv[2], sys.argv[3:])
"""


def _start(code, folder, *arguments, **options):
    path = os.pathsep.join([str(ROOT / "workflow_scripts"), str(folder)])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, **options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "grace", "said"),
    [("saving", "60", ["saved after SIGTERM\n"]), ("stubborn", "0.2", [])],
)
def test_a_stage_whose_client_is_killed_may_save_but_not_stay(tmp_path, mode, grace, said):
    (tmp_path / "waiting.py").write_text(STAGE)
    address, pipe = str(tmp_path / "sock"), tmp_path / "pipe"
    os.mkfifo(pipe)
    with _start(SERVER, tmp_path, address, grace, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout.readline() == "ready\n"
            log = str(tmp_path / "log")
            arguments = ["--mode", mode, "--pipe", str(pipe), "--log", log]
            with _start(CLIENT, tmp_path, address, "waiting.py", *arguments) as client, open(pipe) as told:
                assert told.readline() == "started\n"
                client.kill()
                assert told.readlines() == said  # ends when the stage does
        finally:
            server.kill()


@pytest.mark.slow
@pytest.mark.parametrize("number", ["1", "2"])
def test_a_job_has_the_threads_that_snakemake_gives_it_forked_or_not(tmp_path, monkeypatch, number):
    (tmp_path / "threads.py").write_text(THREADS)
    address = str(tmp_path / "sock")
    with _start(SERVER, tmp_path, address, "1", stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout.readline() == "ready\n"
            monkeypatch.setenv("OMP_NUM_THREADS", number)  # as Snakemake sets it to the rule's threads
            given = ["--log", str(tmp_path / "log"), "--path"]
            _start(CLIENT, tmp_path, address, "threads.py", *given, str(tmp_path / "forked")).wait()
            _start(THREADS, tmp_path, *given, str(tmp_path / "alone")).wait()
        finally:
            server.kill()
    assert [(tmp_path / name).read_text() for name in ("forked", "alone")] == [number, number]
