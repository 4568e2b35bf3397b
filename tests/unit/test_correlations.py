"""Correlations of planted outcomes with planted distances."""

import random

import pytest
import scipy.stats

from atlas import artifacts
from atlas.analysis.correlations import relate
from atlas.analysis.deltas import compute
from atlas.analysis.outcomes import by_place
from atlas.columns import CORRELATIONS, COVARIATES, DELTAS, DISTANCES, RELIABILITY, SCORES
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
    of_scores = {(i, o) for i in ("none", "mnli") for o in ("score", "gap", "retention")}
    assert found == of_scores | {("mnli", "delta")}


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


def test_declared_tests_are_adjusted_together_and_the_others_by_outcome_and_provider(tables):
    scores, deltas, distances = tables
    turned = [
        {**row, "value": (n * 3 % 10) / 10, "provider": "uriel_published"} for n, row in enumerate(distances)
    ]
    declared = {"outcomes": ["delta", "gap"], "distances": [["syntactic", "lang2vec_vectors"]]}
    rows = relate(scores, deltas, distances + turned, {**SPEC, "declared": declared})
    named = [row for row in rows if row["declared"]]
    assert {(row["outcome"], row["provider"]) for row in named} == {
        ("delta", "lang2vec_vectors"), ("gap", "lang2vec_vectors")
    }  # fmt: skip
    p_values = [row["p_permutation"] for row in named]
    assert [row["q_value"] for row in named] == pytest.approx(scipy.stats.false_discovery_control(p_values))
    assert max(row["p_holm"] for row in named) == pytest.approx(3 * min(p_values))


def test_a_conclusion_that_another_provider_turns_round_is_marked(tables):
    scores, deltas, distances = tables
    other = [{**row, "value": 1 - row["value"], "provider": "uriel_published"} for row in distances]
    rows = relate(scores, deltas, distances + other, SPEC)
    assert {row["agrees"] for row in rows} == {False}
    same = [{**row, "provider": "uriel_published"} for row in distances]
    assert {row["agrees"] for row in relate(scores, deltas, distances + same, SPEC)} == {True}
    assert {row["agrees"] for row in relate(*tables, SPEC)} == {None}


def test_retention_is_the_share_of_the_score_in_the_source_language(tables):
    values = by_place(*tables[:2], SPEC)["small", "none", "xnli", "eng", "retention"]
    assert values["deu"] == pytest.approx(100 * 77 / 90) and len(values) == 10


def test_retention_of_next_to_nothing_is_not_defined():
    scores = [score("none", "eng", 0.5), score("none", "deu", 10)]
    assert {place[-1] for place in by_place(scores, [], SPEC)} == {"score", "gap"}


def test_a_collapsed_training_is_left_out_by_rule(tables):
    scores, deltas, distances = tables
    collapsed = [{**row, "at_chance": row["intermediate"] == "mnli"} for row in scores]
    deltas = [{**row, "at_chance": True} for row in deltas]
    rows = relate(collapsed, deltas, distances, {**SPEC, "at_chance": "exclude"})
    delta = of(rows, "delta")
    assert delta["spearman"] is None and delta["n_languages"] == 0
    assert delta["note"].startswith("cannot be estimated because")
    assert of(rows, "score", "none")["spearman"] == pytest.approx(-1)
    kept = relate(collapsed, deltas, distances, {**SPEC, "at_chance": "include"})
    assert of(kept, "delta")["spearman"] == pytest.approx(-1)


def covariate(language, size, fertility=None):
    """One row of the table of covariates."""
    about = {"model": "small", "target": "xnli", "source_language": "eng", "language": language}
    return {**about, "log10_pretraining": size, "fertility": fertility}


def test_partial_correlation_takes_out_what_pretraining_explains(tables):
    sizes = [3, 9, 1, 7, 5, 2, 8, 6, 4, 0]
    covariates = [covariate(*pair) for pair in zip(LANGUAGES, sizes, strict=True)]
    scores, deltas, distances = tables
    noise = [0, 5, 1, 3, 8, 2, 9, 4, 7, 6]
    deltas = [row for row in deltas if row["language"] != "eng"]
    deltas = [{**row, "delta": float(n)} for row, n in zip(deltas, noise, strict=True)]
    spec = {**SPEC, "covariates": ["log10_pretraining", "fertility"]}
    row = of(relate(scores, deltas, distances, spec, covariates), "delta")
    by_language = {row["language"]: row["delta"] for row in deltas}
    outcome = [by_language[code] for code in LANGUAGES]
    xy, xz, yz = (
        scipy.stats.spearmanr(a, b).statistic
        for a, b in ((range(10), outcome), (range(10), sizes), (outcome, sizes))
    )
    expected = (xy - xz * yz) / ((1 - xz**2) * (1 - yz**2)) ** 0.5
    assert row["partial_spearman"] == pytest.approx(expected, abs=1e-8)
    assert row["covariates"] == "log10_pretraining"  # no fertility is known


def test_reliability_of_deltas_sets_a_ceiling(tables):
    place = {"model": "small", "intermediate": "mnli", "target": "xnli", "source_language": "eng"}
    for ceiling, expected in ((0.8, -1 / 0.8), (0.0, None), (None, None)):
        rows = relate(*tables, SPEC, reliability=[{**place, "ceiling": ceiling}])
        row = of(rows, "delta")
        assert row["ceiling"] == ceiling
        assert row["reliability"] == (ceiling and pytest.approx(0.64))
        assert row["disattenuated"] == (expected and pytest.approx(expected))
        assert of(rows, "gap")["reliability"] is None


@pytest.mark.parametrize("value", [None, float("nan")])
def test_unknown_scores_and_distances_never_become_numbers(tables, value):
    scores, deltas, distances = tables
    scores = [{**row, "score": value} for row in scores]
    assert relate(scores, [{**row, "delta": value or float("nan")} for row in deltas], distances, SPEC) == []
    rows = relate(*tables[:2], [{**row, "value": value} for row in distances], SPEC)
    assert {row["n_languages"] for row in rows} == {0} and {row["spearman"] for row in rows} == {None}


def test_stage_writes_the_declared_columns(tables, tmp_path):
    paths = {name: tmp_path / f"{name}.parquet" for name in ("scores", "deltas", "distances")}
    for path, rows, schema in zip(paths.values(), tables, (SCORES, DELTAS, DISTANCES), strict=True):
        artifacts.write_table(path, rows, "key", schema)
    for name, schema in (("covariates", COVARIATES), ("reliability", RELIABILITY)):
        paths[name] = tmp_path / f"{name}.parquet"
        artifacts.write_table(paths[name], [], "key", schema)
    out = tmp_path / "correlations.parquet"
    assert correlate(**paths, spec=SPEC, code="c", correlations=out).startswith("7 correlations, 0")
    assert artifacts.read_table(out, CORRELATIONS).num_rows == 7
