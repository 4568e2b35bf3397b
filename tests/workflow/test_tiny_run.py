"""One whole study from the user's own files, and what a change of it reruns."""

import json

import pyarrow.parquet as pq
import pytest
import tiny_study
from transformers import AutoModelForTokenClassification

from atlas import columns

pytestmark = pytest.mark.slow
ANALYSIS = {
    "collect_scores": 1,
    "compute_deltas": 1,
    "correlate": 1,
    "fit_scaling": 1,
    "measure_reliability": 1,
    "measure_robustness": 1,
    "check_claims": 1,
    "render_report": 1,
}


@pytest.fixture
def settings(finished):
    """Path of the study's file, put back as it was after the test."""
    before = finished.study.read_text()
    yield finished.study
    finished.study.write_text(before)


def test_tables_have_the_promised_columns_and_rows(finished):
    for name in ("scores", "deltas", "distances", "correlations", "reliability", "robustness"):
        table = pq.read_table(finished.results / f"{name}.parquet")
        schema = getattr(columns, name.upper())
        assert table.column_names == schema.names
        assert table.num_rows > 0
    scores = pq.read_table(finished.results / "scores.parquet").to_pandas()
    # 1 model x 2 intermediates x 1 seed x (7 languages x 2 metrics of tags + 6 languages of twins)
    assert len(scores) == 2 * (7 * 2 + 6)
    assert scores.score.between(0, 100).all()
    tags = scores[(scores.target == "tags") & (scores.metric == "accuracy")]
    tags = tags.set_index(["intermediate", "language"])
    assert tags.score["none", "eng"] > 60  # the commonest tag is a third of all
    deltas = pq.read_table(finished.results / "deltas.parquet").to_pandas().set_index(["target", "language"])
    expected = tags.score["topic", "deu"] - tags.score["none", "deu"]
    assert deltas.delta["tags", "deu"] == pytest.approx(expected)
    by_example = deltas[deltas.interval_over == "examples"]
    assert len(by_example) and (by_example.ci_low < by_example.delta).all()
    assert (deltas.n_examples > 0).all()


def test_report_is_one_file_that_names_the_study(finished):
    page = (finished.results / "report.html").read_text()
    assert "tiny" in page and "atlas-key" in page


def test_checkpoints_load_with_stock_classes_and_hold_no_pickle(finished):
    folder = finished.results / "checkpoints/target/small/topic/tags/seed-1"
    model = AutoModelForTokenClassification.from_pretrained(folder)
    assert [model.config.id2label[i] for i in range(4)] == ["DET", "NOUN", "VERB", "PUNCT"]
    assert not list(finished.results.rglob("*.bin")) + list(finished.results.rglob("*.pt"))


def test_a_second_run_has_nothing_to_do(finished):
    assert finished.planned() == {}


def test_touched_files_rerun_nothing(finished):
    for path in finished.results.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".parquet"):
            path.touch()
    assert finished.planned() == {}


def test_a_deleted_prediction_is_the_only_one_made_again(finished):
    folder = finished.results / "predictions/small/none/tags/seed-1"
    listed = json.loads((folder / "manifest.json").read_text())["languages"]
    lost = folder / listed["deu"]["file"]
    kept = folder / listed["fra"]["file"]
    before, content = kept.stat().st_mtime_ns, lost.read_bytes()
    lost.unlink()
    assert finished.planned() == {"predict": 1, "score": 1, **ANALYSIS}
    assert "1 of 7 languages predicted" in finished.run()
    assert lost.read_bytes() == content
    assert kept.stat().st_mtime_ns == before
    assert finished.planned() == {}


def test_a_language_costs_its_own_preparation_prediction_and_scoring(finished, settings):
    tiny_study.edit_yaml(settings, lambda study: study["languages"].append("jpn"))
    planned = finished.planned()
    assert not {"train_intermediate", "train_target", "fetch_model"} & set(planned)
    assert planned == {
        "fetch_dataset": 2, "prepare_target_test": 2, "measure_distances": 1, "measure_covariates": 1,
        "predict": 4, "score": 4, **ANALYSIS,
    }  # fmt: skip


def test_a_target_recipe_retrains_that_target_only(finished, settings):
    override = {"target_tasks": {"tags": {"learning_rate": 2.0e-3}}}
    tiny_study.edit_yaml(settings, lambda study: study.update(overrides=override))
    assert finished.planned() == {"train_target": 2, "predict": 2, "score": 2, **ANALYSIS}


def test_an_intermediate_recipe_leaves_the_baseline_alone(finished, settings):
    override = {"intermediate_tasks": {"topic": {"learning_rate": 2.0e-3}}}
    tiny_study.edit_yaml(settings, lambda study: study.update(overrides=override))
    assert finished.planned() == {
        "train_intermediate": 1, "train_target": 1, "predict": 2, "score": 2, **ANALYSIS,
    }  # fmt: skip


def test_a_seed_adds_its_own_jobs(finished, settings):
    tiny_study.edit_yaml(settings, lambda study: study["seeds"].append(2))
    assert finished.planned() == {
        "train_intermediate": 1, "train_target": 2, "predict": 4, "score": 4, **ANALYSIS,
    }  # fmt: skip


def test_a_changed_row_of_the_users_file_is_seen(finished):
    path = finished.study.parent / "data" / "tags.deu.test.jsonl"
    before = path.read_text()
    path.write_text(before.replace("NOUN", "VERB", 1))
    planned = finished.planned()
    path.write_text(before)
    assert planned == {
        "fetch_dataset": 1, "prepare_target_test": 1, "measure_covariates": 1, "predict": 2, "score": 2,
        **ANALYSIS,
    }  # fmt: skip


def test_a_failed_training_leaves_no_manifest_and_a_partial_report_can_be_made(finished, settings, tmp_path):
    broken = finished.copy(tmp_path / "broken")
    override = {"intermediate_tasks": {"topic": {"learning_rate": 1.0e30}}}
    tiny_study.edit_yaml(settings, lambda study: study.update(overrides=override))
    output = broken.run(check=False)
    assert "diverged" in output and "Lower `learning_rate`" in output
    assert "Traceback" not in output
    assert not (broken.results / "checkpoints/intermediate/small/topic/seed-1/manifest.json").exists()
    for path in broken.results.glob("scores/small/topic/*/*.json"):
        path.unlink()
    broken.run("--config", "partial=true")
    assert not pq.read_table(broken.results / "deltas.parquet").num_rows
    assert (broken.results / "report.html").exists()
