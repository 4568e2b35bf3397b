"""Correlations of planted outcomes with planted distances."""

import random

import pytest
import scipy.stats

from atlas import artifacts
from atlas.columns import CORRELATIONS, DELTAS, DISTANCES, SCORES
from atlas.correlations import relate
from atlas.deltas import compute
from correlate import correlate

LANGUAGES = ["afr", "deu", "fra", "hin", "jpn", "kor", "rus", "spa", "swh", "tur"]
FAMILY = {"afr": "Indo-European", "deu": "Indo-European", "fra": "Indo-European", "hin": "Indo-European"}
SPEC = {
    "baseline": "none", "metrics": {"xnli": "accuracy"}, "min_languages": 6, "permutations": 499,
    "bootstrap": 200, "seed": 0, "families": FAMILY,
}  # fmt: skip


def score(intermediate, language, points):
    """One row of the table of scores."""
    return {
        "model": "small", "n_parameters": 5, "n_parameters_total": 9, "intermediate": intermediate,
        "target": "xnli", "kind": "sentence_classification", "seed": 0, "source_language": "eng",
        "language": language, "metric": "accuracy", "score": float(points),
        "n_examples": 100, "split": "test",
        "at_chance": False, "key": "k",
    }  # fmt: skip


def distance(language, value, name="syntactic"):
    """One row of the table of distances."""
    return {
        "source_language": "eng", "language": language, "distance": name, "provider": "lang2vec_vectors",
        "value": value, "n_features_observed": 90, "n_features": 103,
    }  # fmt: skip


@pytest.fixture
def tables():
    """The nearer to English, the higher the score and the larger the gain."""
    scores = [score("none", "eng", 90), score("mnli", "eng", 95)]
    for rank, language in enumerate(LANGUAGES):
        scores += [score("none", language, 80 - 3 * rank), score("mnli", language, 90 - 4 * rank)]
    distances = [distance(language, rank / 10) for rank, language in enumerate(LANGUAGES)]
    return scores, compute(scores, "none", SPEC["metrics"]), distances


def of(rows, outcome, intermediate="mnli", name="syntactic"):
    """The one row of an outcome."""
    wanted = (outcome, intermediate, name)
    (row,) = [row for row in rows if (row["outcome"], row["intermediate"], row["distance"]) == wanted]
    return row


def test_planted_relations_have_their_sign(tables):
    rows = relate(*tables, SPEC)
    delta, gap = of(rows, "delta"), of(rows, "gap")
    assert (delta["spearman"], delta["pearson"], delta["kendall"]) == pytest.approx((-1, -1, -1))
    assert gap["spearman"] == pytest.approx(1) and of(rows, "score")["spearman"] == pytest.approx(-1)
    assert delta["p_permutation"] == pytest.approx(1 / 500) and delta["n_languages"] == 10
    assert delta["partial_spearman"] is None and delta["covariates"] == ""


def test_scores_and_gaps_of_the_baseline_are_related_too_but_it_has_no_delta(tables):
    found = {(row["intermediate"], row["outcome"]) for row in relate(*tables, SPEC)}
    assert found == {(i, o) for i in ("none", "mnli") for o in ("score", "gap")} | {("mnli", "delta")}


def test_order_of_the_rows_does_not_matter(tables):
    shuffled = [random.Random(1).sample(table, len(table)) for table in tables]
    assert relate(*shuffled, SPEC) == relate(*tables, SPEC)


def test_unknown_distances_leave_a_language_out(tables):
    scores, deltas, distances = tables
    distances[3]["value"] = None
    row = of(relate(scores, deltas, distances, SPEC), "delta")
    assert row["n_languages"] == 9 and row["spearman"] == pytest.approx(-1)


def test_too_few_languages_cannot_be_estimated(tables):
    scores, deltas, distances = tables
    row = of(relate(scores, deltas, distances[:5], SPEC), "delta")
    assert row["n_languages"] == 5
    assert row["spearman"] is None and row["p_permutation"] is None and row["q_value"] is None


def test_a_distance_known_for_no_language_gives_a_row_that_says_so(tables):
    scores, deltas, distances = tables
    distances += [distance(language, None, name="script") for language in LANGUAGES]
    row = of(relate(scores, deltas, distances, SPEC), "delta", name="script")
    assert row["n_languages"] == 0 and row["spearman"] is None


def test_constant_distance_cannot_be_estimated_and_leaves_others_alone(tables):
    scores, deltas, distances = tables
    distances += [distance(language, 1.0, name="genetic") for language in LANGUAGES]
    rows = relate(scores, deltas, distances, SPEC)
    constant = of(rows, "delta", name="genetic")
    assert constant["n_languages"] == 10
    assert all(constant[name] is None for name in ("spearman", "spearman_ci_low", "kendall", "p_permutation"))
    assert of(rows, "delta")["spearman"] == pytest.approx(-1)


def test_equal_outcomes_stay_tied_whatever_their_last_digits(tables):
    _, _, distances = tables
    # 66.6 - 60.3 and 62.6 - 56.3 differ in the last digit of the float.
    scores = [score("none", "eng", 90), score("mnli", "eng", 95)]
    for rank, language in enumerate(LANGUAGES):
        low, high = ((60.3, 66.6), (56.3, 62.6))[rank % 2]
        scores += [score("none", language, low), score("mnli", language, high)]
    row = of(relate(scores, compute(scores, "none", SPEC["metrics"]), distances, SPEC), "delta")
    assert row["spearman"] is None


def test_no_family_with_two_members_gives_no_p_within_families(tables):
    assert of(relate(*tables, SPEC), "delta")["p_within_family"] is not None
    alone = relate(*tables, {**SPEC, "families": {}})
    assert of(alone, "delta")["p_within_family"] is None


def test_q_values_are_adjusted_within_each_outcome(tables):
    scores, deltas, distances = tables
    distances += [
        distance(language, (rank * 7 % 10) / 10, "geographic") for rank, language in enumerate(LANGUAGES)
    ]
    rows = [row for row in relate(scores, deltas, distances, SPEC) if row["outcome"] == "score"]
    expected = scipy.stats.false_discovery_control([row["p_permutation"] for row in rows])
    assert [row["q_value"] for row in rows] == pytest.approx(list(expected), abs=1e-12)
    assert len(rows) == 4


def test_stage_writes_the_declared_columns(tables, tmp_path):
    paths = {name: tmp_path / f"{name}.parquet" for name in ("scores", "deltas", "distances")}
    for path, rows, schema in zip(paths.values(), tables, (SCORES, DELTAS, DISTANCES), strict=True):
        artifacts.write_table(path, rows, "key", schema)
    out = tmp_path / "correlations.parquet"
    assert correlate(**paths, spec=SPEC, code="c", correlations=out).startswith("5 correlations, 0")
    assert artifacts.read_table(out, CORRELATIONS).num_rows == 5
