"""Deltas of a small table of scores, worked by hand."""

import math

import numpy as np
import pytest
import scipy.stats

from atlas import artifacts
from atlas.analysis.deltas import compute, counted, missing_cells
from atlas.columns import DELTAS, EXAMPLES, SCORES
from atlas.files import write_json
from compute_deltas import compute_deltas

METRICS = {"xnli": "accuracy"}
SPEC = {"baseline": "none", "metrics": METRICS, "bootstrap": 2000, "seed": 0}


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
    assert row["interval_over"] == "nothing: one seed and no scores by example"
    assert row["delta_independent"] is None and row["baseline_independent"] is None


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


def test_independent_delta_and_baseline_share_no_seed(scores):
    row = of(compute(scores, "none", METRICS), "deu")
    assert (row["delta_independent"], row["baseline_independent"]) == (66.0 - 60.0, 64.0)


def test_a_collapsed_arm_of_any_paired_seed_flags_the_delta(scores):
    scores[2]["at_chance"] = True  # the baseline of German, seed 0
    scores[0]["at_chance"] = True
    rows = compute(scores, "none", METRICS)
    assert [row["at_chance"] for row in rows] == [True, True]
    assert counted(rows, "exclude") == [] and counted(rows, "include") == rows


def test_unknown_collapse_is_neither_yes_nor_no(scores):
    assert of(compute(scores, "none", METRICS), "deu")["at_chance"] is False
    for row in scores:
        row["at_chance"] = None
    rows = compute(scores, "none", METRICS)
    assert {row["at_chance"] for row in rows} == {None}
    assert counted(rows, "exclude") == rows


def test_a_target_that_shares_training_data_is_flagged(scores):
    flags = {
        name: of(compute(scores, "none", METRICS, overlaps), "deu")["shares_training_data"]
        for name, overlaps in {"declared": {"xnli": ["mnli"]}, "other": {"xnli": ["squad"]}}.items()
    }
    assert flags == {"declared": True, "other": False}


def test_missing_cells_name_what_the_grid_lacks(scores):
    assert missing_cells(scores, "none", METRICS) == []
    without = [
        row for row in scores if (row["intermediate"], row["language"], row["seed"]) != ("none", "deu", 1)
    ]
    assert missing_cells(without, "none", METRICS) == [("small", "none", "xnli", "deu", 1)]


def test_stage_writes_the_declared_columns_with_a_key(scores, tmp_path):
    artifacts.write_table(tmp_path / "scores.parquet", scores, "key", SCORES)
    out = tmp_path / "deltas.parquet"
    summary = compute_deltas(
        scores=tmp_path / "scores.parquet", folder=tmp_path, spec=SPEC, code="c", deltas=out
    )
    assert summary == "2 deltas, 0 of them paired by example; 0 scores are missing"
    assert artifacts.read_table(out, DELTAS).column("delta").to_pylist() == [5.0, 4.0]
    assert artifacts.key_of(out) == artifacts.make_key(SPEC, "c", tmp_path / "scores.parquet")


def test_stage_writes_an_empty_table_when_nothing_is_paired(scores, tmp_path):
    artifacts.write_table(tmp_path / "scores.parquet", scores[:4], "key", SCORES)
    out = tmp_path / "deltas.parquet"
    compute_deltas(scores=tmp_path / "scores.parquet", folder=tmp_path, spec=SPEC, code="c", deltas=out)
    assert artifacts.read_table(out, DELTAS).num_rows == 0


def _study(folder, right, ids=lambda arm: range(300)):
    """Row of deltas of a study whose examples are right (1) or wrong (0) by (intermediate, seed)."""
    rows = []
    for (intermediate, seed), values in right.items():
        path = folder / "scores" / "small" / intermediate / "xnli" / f"seed-{seed}.json"
        table = [
            {"language": "deu", "id": str(name), "metric": metric, "numerator": value, "denominator": 1.0}
            for metric in ("accuracy", "other")
            for name, value in zip(ids((intermediate, seed)), values, strict=True)
        ]
        artifacts.write_table(path.with_suffix(".examples.parquet"), table, "k", EXAMPLES)
        write_json(path, {"key": "k", "examples": {"file": f"seed-{seed}.examples.parquet", "key": "k"}})
        rows.append(score(intermediate, "deu", seed, 100 * float(np.mean(values))))
    artifacts.write_table(folder / "scores.parquet", rows, "key", SCORES)
    out = folder / "deltas.parquet"
    compute_deltas(scores=folder / "scores.parquet", folder=folder, spec=SPEC, code="c", deltas=out)
    (row,) = artifacts.read_table(out, DELTAS).to_pylist()
    return row


def _right(share, seed):
    return (np.random.default_rng([seed, int(100 * share)]).random(300) < share).astype(float)


def test_one_seed_has_an_interval_over_examples_and_says_so(tmp_path):
    without, having = _right(0.5, 0), _right(0.6, 0)
    row = _study(tmp_path, {("none", 1): without, ("mnli", 1): having})
    assert (row["n_seeds"], row["n_examples"], row["interval_over"]) == (1, 300, "examples")
    expected = 100 * (having - without).std(ddof=1) / np.sqrt(300)
    assert row["delta_se"] == row["se_examples"] == pytest.approx(expected, rel=0.06)
    assert row["se_seeds"] is None
    assert row["ci_high"] - row["delta"] == pytest.approx(scipy.stats.t.ppf(0.975, 299) * row["delta_se"])


def test_several_seeds_have_both_parts(tmp_path):
    right = {
        (name, seed): _right(share, seed) for name, share in (("none", 0.5), ("mnli", 0.6)) for seed in (1, 2)
    }
    row = _study(tmp_path, right)
    assert row["interval_over"] == "examples and seeds"
    assert row["delta_se"] == pytest.approx(math.hypot(row["se_examples"], row["se_seeds"]))


def test_arms_tested_on_other_examples_are_not_paired_by_example(tmp_path):
    right = {
        (name, seed): _right(share, seed) for name, share in (("none", 0.5), ("mnli", 0.6)) for seed in (1, 2)
    }
    row = _study(tmp_path, right, lambda arm: range(1, 301) if arm == ("mnli", 2) else range(300))
    assert (row["n_examples"], row["se_examples"], row["interval_over"]) == (None, None, "seeds")


def test_equal_predictions_have_no_interval(tmp_path):
    row = _study(tmp_path, {("none", 1): _right(0.5, 0), ("mnli", 1): _right(0.5, 0)})
    assert row["delta"] == 0 and row["delta_se"] is None and row["ci_low"] is None
    assert row["interval_over"] == "nothing: neither examples nor seeds differ"
