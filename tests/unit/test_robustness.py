"""Robustness of a small table of scores, worked by hand."""

import pytest

from atlas import artifacts
from atlas.analysis.deltas import compute
from atlas.analysis.robustness import summarise, worst_decile
from atlas.columns import DELTAS, ROBUSTNESS, SCORES
from measure_robustness import measure_robustness

SPEC = {"metrics": {"xnli": "accuracy"}, "min_languages": 3, "at_chance": "exclude"}
LANGUAGES = ["deu", "eng", "hin", "swh"]
SIZES = {"small": 5, "large": 50}


def scores_of(points, seeds=(1, 2), at_chance=()):
    """Rows from points by LANGUAGES; a second seed scores 1 point more everywhere."""
    return [
        {
            "model": model, "n_parameters": SIZES[model], "n_parameters_total": 99,
            "intermediate": intermediate,
            "target": "xnli", "kind": "sentence_classification", "seed": seed, "source_language": "eng",
            "language": language, "metric": "accuracy", "score": value + number, "n_examples": 100,
            "split": "test", "at_chance": (model, intermediate, seed) in at_chance, "key": "k",
        }
        for (model, intermediate), by_language in points.items()
        for number, seed in enumerate(seeds)
        for language, value in zip(LANGUAGES, by_language, strict=True)
    ]  # fmt: skip


POINTS = {
    ("small", "none"): [60.0, 80.0, 50.0, 40.0],
    ("small", "mnli"): [66.0, 84.0, 52.0, 39.0],
    ("large", "none"): [70.0, 90.0, 60.0, 50.0],
    ("large", "mnli"): [75.0, 93.0, 62.0, 55.5],
}


def summary(scores, **changes):
    rows = summarise(scores, compute(scores, "none", SPEC["metrics"]), {**SPEC, **changes})
    assert all(list(row) == ROBUSTNESS.names for row in rows)
    return {(row["model"], row["intermediate"]): row for row in rows}


def test_worst_decile_is_the_mean_of_the_lowest_tenth():
    assert worst_decile([5.0, -1.0, 3.0]) == -1.0
    assert worst_decile(range(20)) == 0.5
    assert worst_decile(range(21)) == 1.0


def test_levels_are_means_over_languages_other_than_the_source():
    row = summary(scores_of(POINTS))["small", "none"]
    assert (row["mean_score"], row["score_worst_decile"]) == (50.5, 40.5)
    assert row["mean_gap"] == 30.0 and row["n_languages"] == 3
    assert row["mean_delta"] is row["share_hurt"] is None


def test_deltas_by_hand():
    row = summary(scores_of(POINTS))["small", "mnli"]
    # Deltas 6, 2, -1.
    assert (row["mean_delta"], row["delta_worst_decile"]) == (pytest.approx(7 / 3), -1.0)
    assert row["delta_sd"] == pytest.approx((37 / 3) ** 0.5)
    assert row["share_hurt"] == pytest.approx(1 / 3)
    # Both seeds agree to the digit, so there is no interval that could say clearly.
    assert (row["n_intervals"], row["share_hurt_clearly"]) == (0, None)


def test_only_intervals_below_zero_are_clearly_hurt():
    scores = scores_of(POINTS)
    deltas = compute(scores, "none", SPEC["metrics"])
    ends = {"deu": (1, 11), "hin": (-3, 7), "swh": (-2, -0.1)}
    for row in deltas:
        row["ci_low"], row["ci_high"] = ends.get(row["language"], (None, None))
    row = next(
        r for r in summarise(scores, deltas, SPEC) if (r["model"], r["intermediate"]) == ("small", "mnli")
    )
    shares = (row["n_intervals"], row["share_hurt_clearly"], row["share_helped_clearly"])
    assert shares == (3, pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_stability_compares_with_the_next_smaller_model():
    rows = summary(scores_of(POINTS))
    # Deltas of small 6, 2, -1 and of large 5, 2, 5.5: ranks 3 2 1 and 2 1 3.
    large = rows["large", "mnli"]
    assert (large["smaller_model"], large["stability_n_languages"]) == ("small", 3)
    assert large["stability_spearman"] == pytest.approx(-0.5)
    assert large["stability_kendall"] == pytest.approx(-1 / 3)
    assert rows["small", "mnli"]["smaller_model"] is None


def test_stability_needs_languages_and_differences():
    few = summary(scores_of(POINTS), min_languages=4)["large", "mnli"]
    assert few["stability_spearman"] is None and "too few" in few["note"]
    points = {**POINTS, ("large", "mnli"): [value + 2 for value in POINTS["large", "none"]]}
    equal = summary(scores_of(points))["large", "mnli"]
    assert equal["stability_spearman"] is None and "no ranks" in equal["note"]


def test_a_collapsed_baseline_takes_the_summaries_of_what_is_paired_with_it():
    scores = scores_of(POINTS, at_chance={("small", "none", 2)})
    rows = summary(scores)
    assert rows["small", "none"]["mean_score"] is None and "at chance" in rows["small", "none"]["note"]
    assert rows["small", "mnli"]["mean_delta"] is None and rows["small", "mnli"]["at_chance"]
    assert "at chance" in rows["small", "mnli"]["note"]
    assert rows["large", "mnli"]["mean_delta"] == pytest.approx(12.5 / 3)
    assert rows["large", "mnli"]["smaller_model"] is None
    assert summary(scores, at_chance="include")["small", "mnli"]["mean_delta"] == pytest.approx(7 / 3)


def test_what_is_known_of_some_seeds_only_is_unknown_of_all():
    scores = scores_of(POINTS)
    scores[0]["at_chance"] = None
    assert summary(scores)["small", "none"]["at_chance"] is None
    scores[-1]["at_chance"] = True
    assert summary(scores)["large", "mnli"]["at_chance"] is True


def test_no_source_language_no_gap():
    scores = [row for row in scores_of(POINTS) if row["language"] != "eng"]
    assert summary(scores)["large", "none"]["mean_gap"] is None


def test_stage_writes_the_declared_columns(tmp_path):
    scores = scores_of(POINTS)
    paths = {name: tmp_path / f"{name}.parquet" for name in ("scores", "deltas", "robustness")}
    artifacts.write_table(paths["scores"], scores, "s", SCORES)
    artifacts.write_table(paths["deltas"], compute(scores, "none", SPEC["metrics"]), "d", DELTAS)
    assert measure_robustness(**paths, spec=SPEC, code="c") == "4 rows"
    assert artifacts.read_table(paths["robustness"], ROBUSTNESS).num_rows == 4
