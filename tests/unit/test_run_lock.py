"""A study is run once at a time, and a holder's death frees it."""

import subprocess
import sys

import pytest

from atlas import run_lock
from atlas.errors import AtlasError

HOLD = """
import sys, pathlib
from atlas import run_lock
run_lock.hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_is_refused_and_told_of_the_first(holder, tmp_path):
    with pytest.raises(AtlasError, match=rf"another run of this study is at work \(process {holder.pid} on "):
        run_lock.hold(tmp_path)


def test_a_killed_run_holds_nothing(holder, tmp_path):
    holder.kill()
    holder.wait()
    run_lock.hold(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(AtlasError, match="results/tiny: cannot be written"):
        run_lock.hold(tmp_path / "results" / "tiny")
