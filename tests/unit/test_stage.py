"""A stage as a command: arguments, log, exit status and what the terminal sees."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from tests.conftest import ROOT

SCRIPT = """
import os
from pathlib import Path
from atlas import stage
from atlas.errors import AtlasError


def trial(*, spec, code, table: Path, others: list = ()):
    kinds = [type(other).__name__ for other in others]
    print("printed", type(table).__name__, kinds, code, os.environ.get("HF_HUB_OFFLINE"))
    if spec.get("fail") == "known":
        raise AtlasError("data.csv: has no column x. Allowed: y.")
    if spec.get("fail"):
        raise RuntimeError("out of luck")
    return f"{spec['n']} rows into {table.name}, {len(others)} others"


if __name__ == "__main__":
    stage.run(trial)
"""


@pytest.fixture
def call(tmp_path):
    """Function (spec, more words) -> finished process; its log is tmp_path/logs/trial/a/seed-1.log."""
    (tmp_path / "trial.py").write_text(textwrap.dedent(SCRIPT))

    def run(spec, *words, drop=()):
        given = {"--table": "out/with blank.parquet", "--spec": json.dumps(spec), "--code": "abc"}
        given["--log"] = "logs/trial/a/seed-1.log"
        flags = [word for name, value in given.items() if name not in drop for word in (name, value)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow_scripts")}
        environment.pop("HF_HUB_OFFLINE", None)
        command = [sys.executable, "trial.py", *flags, *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def _log(tmp_path):
    return (tmp_path / "logs" / "trial" / "a" / "seed-1.log").read_text()


def test_a_stage_gets_typed_arguments_and_tells_its_summary(call, tmp_path):
    done = call({"n": 3}, "--others", "a", "b")
    assert done.returncode == 0
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("trial a/seed-1: 3 rows into with blank.parquet, 2 others (")
    assert "printed PosixPath ['PosixPath', 'PosixPath'] abc 1" in _log(tmp_path)


def test_a_known_fault_is_one_message_without_traceback(call, tmp_path):
    done = call({"n": 3, "fail": "known"})
    assert done.returncode == 1
    assert "ERROR in trial a/seed-1: data.csv: has no column x. Allowed: y." in done.stderr
    assert "logs/trial/a/seed-1.log" in done.stderr
    assert "Traceback" not in done.stderr + _log(tmp_path)


def test_an_unknown_fault_keeps_its_traceback_in_the_log(call, tmp_path):
    done = call({"n": 3, "fail": "unknown"})
    assert done.returncode == 1
    assert "RuntimeError: out of luck" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in _log(tmp_path)


def test_without_a_log_everything_is_shown(call):
    done = call({"n": 3}, drop=("--log",))
    assert done.returncode == 0
    assert "trial: 3 rows" in done.stderr and "printed" in done.stdout


@pytest.mark.parametrize(
    ("words", "drop", "said"),
    [
        ((), ("--code", "--spec"), "lacks --spec, --code"),
        (("stray",), ("--table", "--spec", "--code", "--log"), "'stray'"),
    ],
)
def test_wrong_arguments_are_named(call, words, drop, said):
    done = call({"n": 3}, *words, drop=drop)
    assert done.returncode != 0
    assert said in done.stderr and "Traceback" not in done.stderr
