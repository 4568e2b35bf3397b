"""Every shipped study plans its whole grid; a mistyped one is refused before any job."""

import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, Workflow

from atlas import study

STUDIES = ["config.yaml", *sorted(f"studies/{path.name}" for path in (ROOT / "studies").glob("*.yaml"))]


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_a_shipped_study_plans_every_cell(name, tmp_path):
    cells = study.load(yaml.safe_load((ROOT / name).read_text())).cells()
    planned = Workflow(tmp_path, ROOT / name).planned()
    assert planned["predict"] == planned["score"] == len(cells)
    assert planned["render_report"] == 1


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("models", ["me5-smal"], "Did you mean me5-small"),
        ("target_tasks", ["xnil"], "Did you mean xnli"),
        ("intermediate_tasks", ["mlni"], "Did you mean mnli"),
        ("languages", ["eng", "duetsch"], "languages names 'duetsch'"),
        ("sedes", [1], "Did you mean seeds"),
        ("overrides", {"models": {"me5-small": {"learning_rate": "1e-5"}}}, "Write 1.0e-05"),
    ],
)
def test_a_mistyped_study_is_refused_in_one_message(key, value, said, tmp_path):
    content = {**yaml.safe_load((ROOT / "studies/small.yaml").read_text()), key: value}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(content))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", tmp_path]
        + ["--configfile", tmp_path / "study.yaml", "--cores", "1", "-n"],
        text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 1
    output = done.stdout + done.stderr  # a dry run tells its faults on standard output
    assert said in output
    assert "Traceback" not in output
