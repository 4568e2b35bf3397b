"""A study is run once at a time, and a holder's death frees it."""

import os
import subprocess
import sys

import pytest

from atlas import holding
from atlas.errors import AtlasError
from tests.conftest import ROOT

HOLD = """
import sys, pathlib
from atlas import holding
holding.hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")},
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_is_refused_and_told_of_the_first(holder, tmp_path):
    with pytest.raises(AtlasError, match=rf"another run of this study is at work \(process {holder.pid} on "):
        holding.hold(tmp_path)


def test_a_killed_run_holds_nothing(holder, tmp_path):
    holder.kill()
    holder.wait()
    holding.hold(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(AtlasError, match="results/tiny: cannot be written"):
        holding.hold(tmp_path / "results" / "tiny")


def test_an_orphan_that_still_trains_is_waited_for(tmp_path):
    hold = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(); sys.stdin.read()"
    lock = tmp_path / ".training.lock"
    orphan = subprocess.Popen(
        [sys.executable, "-c", hold, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    orphan.stdout.readline()
    waiter = subprocess.Popen(
        [sys.executable, "-c", "from pathlib import Path; from atlas import holding; import sys\n"
         "print('waiting', flush=True)\nwith holding.only_one(Path(sys.argv[1]), 'it'): print('entered')",
         tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    waiter.stdout.readline()
    assert waiter.poll() is None
    orphan.kill()
    assert "entered" in waiter.communicate(timeout=60)[0]
    orphan.wait()
