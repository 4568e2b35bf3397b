"""A run within a budget: what is planned, what is analysed, and that nothing of it enters a key."""

import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
import tiny_study
from tests.conftest import ROOT

from atlas import catalog, study
from atlas.planning import estimate, order

pytestmark = pytest.mark.slow
SECOND = {"train_intermediate": 1, "train_target": 2, "predict": 4, "score": 4}  # jobs of a second seed


@pytest.fixture(scope="module")
def run(finished, tmp_path_factory):
    """A copy of the finished study, which then wants a second seed."""
    home = tmp_path_factory.mktemp("budget")
    copy = finished.copy(home / "run")
    copy.study = home / "tiny.yaml"
    shutil.copy(finished.study, copy.study)
    tiny_study.edit_yaml(copy.study, lambda study: study.update(seeds=[1, 2]))
    return copy


@pytest.fixture
def tiny(run):
    return study.load(catalog.read_yaml(run.study))


def jobs(planned):
    return {rule: count for rule, count in planned.items() if rule in SECOND}


def test_a_budget_that_buys_nothing_more_plans_no_training(run):
    assert jobs(run.planned("--config", "budget=0.00001")) == {}


def test_a_budget_that_buys_all_plans_what_a_run_without_it_does(run):
    planned = run.planned("--config", "budget=1000")
    assert planned == run.planned() and jobs(planned) == SECOND


def test_a_run_within_a_budget_ends_in_a_report_and_a_later_one_goes_on(run, tiny):
    found = estimate.Estimate(tiny, run.results)
    ordered = [cell for cell in order.cells(tiny, found) if cell["seed"] == 2]
    done = [job for job in estimate.jobs(tiny) if found.is_done(job)]
    assert ordered[0]["target"] == "twins", "retrieval is not trained, so its second seed is the cheapest"
    hours = found.hours({*done, *estimate.jobs(tiny, ordered[:1])}) + 1e-6
    within = ("--config", f"budget={hours:.9f}")
    assert jobs(run.planned(*within)) == {"predict": 1, "score": 1}
    assert "Computing took" in run.run(*within)
    scores = pq.read_table(run.results / "scores.parquet").to_pylist()
    assert {(r["intermediate"], r["target"]) for r in scores if r["seed"] == 2} == {("none", "twins")}
    rest = {rule: count - (rule in ("predict", "score")) for rule, count in SECOND.items()}
    assert jobs(run.planned()) == rest
    ordered = order.cells(tiny, estimate.Estimate(tiny, run.results))
    run.run("--config", "budget=1000", "--cores", "1")
    paths = ["scores/{model}/{intermediate}/{target}/seed-{seed}.json".format(**cell) for cell in ordered]
    ends = [(run.results / path).stat().st_mtime for path in paths if "seed-2" in path]
    assert ends == sorted(ends)


def test_the_plan_tells_hours_disk_and_how_far_the_estimate_was_off(run):
    command = [sys.executable, ROOT / "workflow_scripts/plan_study.py", "--study", run.study, "--budget", "1"]
    answer = subprocess.run(command, cwd=run.folder, text=True, capture_output=True, check=True).stdout
    assert "8 of 8 cells" in answer and "what finished jobs here took" in answer
    assert "train_intermediate         2       2       0" in answer
    assert "estimate and truth" in answer
