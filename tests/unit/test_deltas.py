"""Deltas of a small table of scores, worked by hand."""

import math

import pytest

from atlas import artifacts
from atlas.columns import DELTAS, SCORES
from atlas.deltas import compute, missing_cells
from compute_deltas import compute_deltas

METRICS = {"xnli": "accuracy"}


def score(intermediate, language, seed, points, metric="accuracy"):
    """One row of the table of scores."""
    return {
        "model": "small", "n_parameters": 5, "n_parameters_total": 9, "intermediate": intermediate,
        "target": "xnli", "kind": "sentence_classification", "seed": seed, "source_language": "eng",
        "language": language, "metric": metric, "score": points, "n_examples": 100, "split": "test",
        "at_chance": False, "key": "k",
    }  # fmt: skip


@pytest.fixture
def scores():
    """Two seeds of English and German, without and with MNLI."""
    return [
        score("none", "eng", 0, 80.0), score("none", "eng", 1, 82.0),
        score("none", "deu", 0, 60.0), score("none", "deu", 1, 64.0),
        score("mnli", "eng", 0, 84.0), score("mnli", "eng", 1, 86.0),
        score("mnli", "deu", 0, 66.0), score("mnli", "deu", 1, 68.0),
    ]  # fmt: skip


def of(rows, language):
    """The one row of a language."""
    (row,) = [row for row in rows if row["language"] == language]
    return row


def test_delta_is_the_mean_of_the_paired_differences(scores):
    row = of(compute(scores, "none", METRICS), "deu")
    # Differences 6 and 4: mean 5, standard error 1, t(1 degree of freedom, 0.975) = 12.7062.
    assert (row["delta"], row["delta_se"], row["n_seeds"]) == (5.0, pytest.approx(1.0), 2)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((5 - 12.7062, 5 + 12.7062), abs=1e-4)
    assert (row["baseline"], row["score"], row["gap"]) == (62.0, 67.0, 18.0)
    assert row["n_parameters"] == 5 and row["intermediate"] == "mnli"


def test_baseline_itself_has_no_delta(scores):
    assert {row["intermediate"] for row in compute(scores, "none", METRICS)} == {"mnli"}


def test_only_paired_seeds_count(scores):
    scores += [score("mnli", "deu", 2, 99.0), score("none", "deu", 3, 1.0)]
    assert of(compute(scores, "none", METRICS), "deu")["delta"] == 5.0


def test_one_seed_gives_a_delta_without_interval(scores):
    row = of(compute([row for row in scores if row["seed"] == 0], "none", METRICS), "deu")
    assert row["delta"] == 6.0
    assert row["delta_se"] is None and row["ci_low"] is None and row["ci_high"] is None


def test_cell_without_baseline_is_left_out(scores):
    scores.append(score("mnli", "jpn", 0, 50.0))
    assert [row["language"] for row in compute(scores, "none", METRICS)] == ["deu", "eng"]


def test_unknown_scores_and_other_metrics_do_not_count(scores):
    scores += [
        score("mnli", "deu", 0, 1.0, metric="f1"),
        score("none", "deu", 2, math.nan),
        score("mnli", "deu", 2, 70.0),
    ]
    assert of(compute(scores, "none", METRICS), "deu")["delta"] == 5.0


def test_gap_is_unknown_without_a_score_in_the_source_language(scores):
    rows = compute([row for row in scores if row["language"] != "eng"], "none", METRICS)
    assert of(rows, "deu")["gap"] is None


def test_order_of_the_rows_does_not_matter(scores):
    assert compute(scores, "none", METRICS) == compute(scores[::-1], "none", METRICS)


def test_missing_cells_name_what_the_grid_lacks(scores):
    assert missing_cells(scores, "none", METRICS) == []
    without = [
        row for row in scores if (row["intermediate"], row["language"], row["seed"]) != ("none", "deu", 1)
    ]
    assert missing_cells(without, "none", METRICS) == [("small", "none", "xnli", "deu", 1)]


def test_stage_writes_the_declared_columns_with_a_key(scores, tmp_path):
    artifacts.write_table(tmp_path / "scores.parquet", scores, "key", SCORES)
    spec = {"baseline": "none", "metrics": METRICS}
    out = tmp_path / "deltas.parquet"
    summary = compute_deltas(scores=tmp_path / "scores.parquet", spec=spec, code="c", deltas=out)
    assert summary == "2 deltas; 0 scores are missing"
    assert artifacts.read_table(out, DELTAS).column("delta").to_pylist() == [5.0, 4.0]
    assert artifacts.key_of(out) == artifacts.make_key(spec, "c", tmp_path / "scores.parquet")


def test_stage_writes_an_empty_table_when_nothing_is_paired(scores, tmp_path):
    artifacts.write_table(tmp_path / "scores.parquet", scores[:4], "key", SCORES)
    spec = {"baseline": "none", "metrics": METRICS}
    out = tmp_path / "deltas.parquet"
    compute_deltas(scores=tmp_path / "scores.parquet", spec=spec, code="c", deltas=out)
    assert artifacts.read_table(out, DELTAS).num_rows == 0
