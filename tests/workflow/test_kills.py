"""A run that is killed at any moment goes on by the same command, and ends as if undisturbed."""

import itertools
import os
import random
import signal
import time

import pytest
from conftest import Workflow
from faults import Started, content

pytestmark = pytest.mark.slow
RUNS = int(os.environ.get("ATLAS_FAULT_RUNS", "1"))  # `make faults` sets more
KILLED = ("snakemake", "group", "stage", "snakemake")


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_run_killed_again_and_again_ends_as_an_undisturbed_one(finished, tmp_path, seed):
    chance = random.Random(seed)
    workflow, left = Workflow(tmp_path, finished.study), []
    for what in itertools.islice(itertools.cycle(KILLED), len(KILLED)):
        left.append(started := Started(workflow))
        time.sleep(chance.uniform(1, 10))  # the moment
        started.kill(what, chance)
    # What SIGKILL of Snakemake left alive may still be writing now.
    output = workflow.run()
    for started in left:
        started.end()
    assert "Traceback" not in output
    assert workflow.planned() == {}
    assert content(workflow.results) == content(finished.results)


def test_a_second_run_at_the_same_time_is_refused_and_harms_nothing(finished, tmp_path):
    workflow = finished.copy(tmp_path / "run")
    for path in workflow.results.glob("predictions/small/none/*/*/*.parquet"):
        path.unlink()
    lock, first = workflow.results / ".run.lock", Started(workflow)
    while f"process {first.process.pid} " not in lock.read_text():
        assert first.process.poll() is None, first.log.read_text()
    first.process.send_signal(signal.SIGSTOP)  # at work for as long as the second run takes to ask
    output = workflow.run(check=False)
    first.process.send_signal(signal.SIGCONT)
    assert f"another run of this study is at work (process {first.process.pid} on" in output
    assert "Traceback" not in output
    assert first.process.wait() == 0, first.log.read_text()
    assert workflow.planned() == {}
    assert content(workflow.results) == content(finished.results)
