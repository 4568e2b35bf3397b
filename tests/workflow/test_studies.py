"""Every shipped study plans its whole grid; a mistyped one is refused before any job."""

import re
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
import yaml
from conftest import ROOT, Workflow

from atlas import study

IMPORTED = "studies/published.yaml"
STUDIES = ["config.yaml", *sorted(f"studies/{path.name}" for path in (ROOT / "studies").glob("*.yaml"))]
STUDIES.remove(IMPORTED)


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_a_shipped_study_plans_every_cell(name, tmp_path):
    cells = study.load(yaml.safe_load((ROOT / name).read_text())).cells()
    planned = Workflow(tmp_path, ROOT / name).planned()
    assert planned["predict"] == planned["score"] == len(cells)
    assert planned["render_report"] == 1


@pytest.mark.slow
def test_imported_scores_are_analysed_without_any_model(tmp_path):
    settings = {**yaml.safe_load((ROOT / IMPORTED).read_text()), "distances": ["syntactic", "genetic"]}
    settings["statistics"] = {"permutations": 99, "bootstrap": 99}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(settings))
    workflow = Workflow(tmp_path, tmp_path / "study.yaml")
    planned = workflow.planned()
    assert planned.pop("import_scores") == planned.pop("render_report") == 1
    assert not planned.keys() & {"fetch_model", "fetch_dataset", "train_target", "predict", "collect_scores"}
    workflow.run()
    results = tmp_path / "results" / "published"
    assert (results / "report.html").exists()
    assert pq.read_table(results / "deltas.parquet").num_rows == 0
    found = pq.read_table(results / "correlations.parquet").to_pandas()
    assert set(found.outcome) >= {"gap", "score"} and "delta" not in set(found.outcome)
    (gap,) = found.query(
        "model == 'xlmr-large' and target == 'xnli' and outcome == 'gap' and distance == 'syntactic'"
        " and provider == 'lang2vec_vectors'"
    ).spearman
    assert 0 < gap < 1
    # The README's picture: if it is stale, run the whole study and copy its figure there.
    drawn = (results / "figures/gap-against-syntactic-udpos.svg").read_text()
    assert _points(drawn) == _points((ROOT / "docs/pictures/transfer_gap.svg").read_text())
    assert workflow.planned() == {}


def _points(figure):
    return [re.findall(r'c[xy]="([^"]+)"', circle) for circle in re.findall("<circle[^>]*>", figure)]


@pytest.mark.slow
def test_a_wrong_table_of_scores_is_refused_in_one_message(tmp_path):
    settings = {**yaml.safe_load((ROOT / IMPORTED).read_text()), "scores": "own.csv"}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(settings))
    (tmp_path / "own.csv").write_text(
        "model,n_parameters,target,source_language,language,metric,score\nm,9,xnli,eng,de,accuracy,80\n"
    )
    output = Workflow(tmp_path, tmp_path / "study.yaml").run("-n", check=False)
    assert "own.csv, row 2: language 'de' is not in languages.yaml" in output
    assert "Traceback" not in output


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
