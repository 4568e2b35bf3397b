"""Published claims: every kind of test on made-up tables, and every verdict that it can give."""

import itertools
import math

import pyarrow as pa
import pytest
import yaml
from scipy import stats

import check_claims as stage
from atlas import artifacts, catalog, manifests, specs, study
from atlas.claims import effects as claims
from atlas.claims import facts as claim_facts
from atlas.claims import table as claim_table
from atlas.claims.effects import CONTRADICTED, NOT_TESTABLE, SUPPORTED, Found, Lacking
from atlas.columns import CLAIMS, DELTAS, SCORES
from atlas.errors import AtlasError
from tests.conftest import ROOT

LANGUAGES = ("eng", "deu")
TARGETS = ("topic", "search")
FACTS = {
    "models": ["large"],
    "intermediate_tasks": {"nli": {"kind": "pairs"}, "qa": {"kind": "spans"}, "mt": {"kind": "pairs"}},
    "target_tasks": {
        "topic": {"trained": True, "languages": ["eng", "deu"]},
        "search": {"trained": False, "languages": ["eng", "fra"]},
    },
    "selected_languages": False,
}
METRICS = dict.fromkeys(TARGETS, ["accuracy"])
CELLS = {"model": "large", "intermediates": ["nli"], "targets": list(TARGETS)}
GENERAL = {"statement": "It helps.", "source": "Somebody 2020"}


def _scores(gains, seeds=(1, 2, 3)):
    """Rows of scores: 50 points without an intermediate, plus what `gains` maps (intermediate, target) to.

    A gain is one number for all seeds, or one for each.
    """
    gains = {**{("none", target): 0.0 for target in TARGETS}, **gains}
    rows = []
    for (intermediate, target), gain in gains.items():
        for number, seed in enumerate(seeds):
            added = gain[number] if isinstance(gain, tuple) else gain
            for language in LANGUAGES:
                row = {**dict.fromkeys(SCORES.names), "model": "large", "n_parameters": 300, "key": "k"}
                row.update(
                    n_parameters_total=560_000_000, intermediate=intermediate, target=target, seed=seed
                )
                row.update(source_language="eng", language=language, metric="accuracy", score=50 + added)
                rows.append(row)
    return rows


def _row(claim, gains, deltas=(), seeds=(1, 2, 3), facts=FACTS, folder=None):
    claim = {**GENERAL, **claim}
    spec = {"order": ["it"], "claims": {"it": claim}, "metrics": METRICS, "baseline": "none", "facts": facts}
    (row,) = claim_table.compute(spec, _scores(gains, seeds), list(deltas), folder)
    assert set(row) == set(CLAIMS.names)
    return row


def _both(gain):
    return {("nli", target): gain for target in TARGETS}


MEAN = {"test": "mean_delta", **CELLS}
COMPARISON = {"test": "comparison", **CELLS, "rivals": ["mt"], "above": 0}
BEST = {"test": "best_per_target", **CELLS, "intermediates": ["nli", "qa"]}
SHARE = {"test": "share_improving", **CELLS, "intermediates": ["nli", "qa"]}
RIVAL = {("mt", target): 1.0 for target in TARGETS}
UP, DOWN, OPEN = (4.9, 5.0, 5.1), (-4.9, -5.0, -5.1), (-5.0, 0.0, 5.5)

# Claim, gains, verdict.
VERDICTS = {
    "number met": ({**MEAN, "expected": 5.5, "within": 1.0}, _both(UP), SUPPORTED),
    "number missed": ({**MEAN, "expected": 8.2, "within": 1.0}, _both(UP), CONTRADICTED),
    "number of the other sign": ({**MEAN, "expected": 8.2, "within": 1.0}, _both(DOWN), CONTRADICTED),
    "number met by an interval around zero": (
        {**MEAN, "expected": 5.5, "within": 1.0},
        _both(OPEN),
        NOT_TESTABLE,
    ),
    "gain claimed, gain found": ({**MEAN, "above": 0}, _both(UP), SUPPORTED),
    "gain claimed, loss found": ({**MEAN, "above": 0}, _both(DOWN), CONTRADICTED),
    "gain claimed, too wide": ({**MEAN, "above": 0}, _both(OPEN), NOT_TESTABLE),
    "no gain claimed, none found": ({**MEAN, "below": 1.0}, _both((0.1, 0.0, -0.1)), SUPPORTED),
    "no gain claimed, gain found": ({**MEAN, "below": 1.0}, _both(UP), CONTRADICTED),
    "better than its rival": (COMPARISON, {**_both(UP), **RIVAL}, SUPPORTED),
    "worse than its rival": (COMPARISON, {**_both((0.4, 0.5, 0.6)), **RIVAL}, CONTRADICTED),
    "as good as its rival": (COMPARISON, {**_both((0.0, 1.0, 2.1)), **RIVAL}, NOT_TESTABLE),
    "best of two": (
        {**BEST, "expected": 5.0, "within": 1.0},
        {**_both(UP), ("qa", "topic"): 0.0, ("qa", "search"): 0.0},
        SUPPORTED,
    ),
    "best of two is too little": (
        {**BEST, "expected": 9.0, "within": 1.0},
        {**_both(UP), ("qa", "topic"): 0.0, ("qa", "search"): 0.0},
        CONTRADICTED,
    ),
    "all improve": ({**SHARE, "above": 75}, {(i, t): UP for i in ("nli", "qa") for t in TARGETS}, SUPPORTED),
    "half improve": (
        {**SHARE, "above": 75},
        {**_both(UP), ("qa", "topic"): DOWN, ("qa", "search"): DOWN},
        CONTRADICTED,
    ),
    "some cannot be told": (
        {**SHARE, "above": 75},
        {**_both(UP), ("qa", "topic"): OPEN, ("qa", "search"): OPEN},
        NOT_TESTABLE,
    ),
    "count met": (
        {"test": "count", "of": "languages", "targets": list(TARGETS), "expected": 3},
        {},
        SUPPORTED,
    ),
    "count missed": (
        {"test": "count", "of": "target tasks", "targets": list(TARGETS), "expected": 9},
        {},
        CONTRADICTED,
    ),
    "no such intermediate": (
        {"test": "count", "of": "intermediate tasks", "intermediates": ["nli", "ccg"], "expected": 2},
        {},
        NOT_TESTABLE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS)
def test_each_kind_of_test_gives_each_verdict(case):
    claim, gains, verdict = VERDICTS[case]
    row = _row(claim, gains)
    assert row["verdict"] == verdict, row
    assert row["expected"] == claim.get("expected")


def test_the_mean_delta_and_its_interval_are_those_of_a_t_test_over_seeds():
    row = _row({**MEAN, "above": 0}, {("nli", "topic"): (1.0, 2.0, 6.0), ("nli", "search"): (3.0, 3.0, 3.0)})
    by_seed = [2.0, 2.5, 4.5]  # mean over the two targets
    interval = stats.ttest_1samp(by_seed, 0).confidence_interval()
    assert row["value"] == pytest.approx(3.0)
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([interval.low, interval.high], abs=1e-9)
    assert row["unit"] == "points"


def test_the_choice_of_test_examples_widens_the_interval():
    deltas = [
        {"model": "large", "intermediate": "nli", "target": target, "se_examples": error}
        for target, errors in {"topic": (1.0, 3.0), "search": (2.0, 2.0)}.items()
        for error in errors
    ]
    row = _row({**MEAN, "above": 0}, _both((5.0, 5.0, 5.0)), deltas)
    # Languages share their examples (2 points each), targets do not: sqrt(2^2 + 2^2) / 2.
    assert row["ci_high"] - row["value"] == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(8) / 2, abs=1e-5)


def test_one_seed_has_a_value_and_no_verdict():
    row = _row({**MEAN, "above": 0}, _both((5.0,)), seeds=(1,))
    assert row["value"] == 5.0 and row["ci_low"] is None
    assert row["verdict"] == NOT_TESTABLE and "one seed" in row["note"]
    for claim in (BEST, SHARE):
        gains = {(i, t): 5.0 for i in ("nli", "qa") for t in TARGETS}
        assert _row({**claim, "above": 0}, gains, seeds=(1,))["verdict"] == NOT_TESTABLE


def test_a_seed_without_all_languages_does_not_count():
    rows = [r for r in _scores(_both((1.0, 2.0, 9.0))) if (r["seed"], r["language"]) != (3, "deu")]
    found = claims.gains(rows, [], METRICS, "none")
    assert found["large", "nli", "topic"].by_seed == {1: 1.0, 2: 2.0}


def test_the_score_of_a_task_is_the_mean_of_its_official_metrics():
    rows = _scores(_both((1.0, 2.0, 3.0)))
    exact = [{**row, "metric": "exact_match", "score": 20.0} for row in rows if row["seed"] != 3]
    found = claims.gains([*rows, *exact], [], {"topic": ["accuracy", "exact_match"]}, "none")
    assert found["large", "nli", "topic"].by_seed == {1: 0.5, 2: 1.0}


def test_the_best_task_is_chosen_by_the_other_seeds():
    # Each task wins one seed by luck; chosen by its own seed the gain would be 6.
    lucky = {("nli", t): (6.0, 0.0) for t in TARGETS} | {("qa", t): (0.0, 6.0) for t in TARGETS}
    assert _row({**BEST, "above": 0}, lucky, seeds=(1, 2))["value"] == 0.0


def test_what_the_study_lacks_is_listed():
    wanted = {"model": "huge", "intermediates": ["nli", "ccg"], "targets": ["topic", "pos"]}
    row = _row({**MEAN, **wanted, "above": 0}, {})
    assert row["note"] == ("the study lacks model huge; intermediate task ccg; target task pos")
    assert row["value"] is None


def test_what_has_no_scores_yet_is_listed():
    row = _row({**MEAN, "above": 0}, {("nli", "topic"): UP})
    assert row["note"] == "no scores with and without nli on search"


def test_the_caveat_goes_with_a_number_and_not_with_a_lack():
    claim = {**MEAN, "above": 0, "caveat": "published on other data"}
    assert _row(claim, _both(UP))["note"] == "published on other data"
    assert "other data" not in _row({**claim, "model": "huge"}, {})["note"]


COUNTS = {
    "kinds of task": ({"intermediates": ["nli", "qa", "mt"]}, 2),
    "targets without training data": ({"targets": list(TARGETS)}, 1),
    "phases": ({"intermediates": ["nli"], "targets": ["topic"]}, 3),
    "million parameters": ({"model": "large"}, 560),
}


@pytest.mark.parametrize("of", COUNTS)
def test_counts(of):
    keys, expected = COUNTS[of]
    row = _row({"test": "count", "of": of, "expected": expected, **keys}, {})
    assert (row["value"], row["verdict"], row["unit"]) == (expected, SUPPORTED, of)


@pytest.mark.parametrize("of", ["kinds of task", "targets without training data", "phases"])
def test_imported_scores_do_not_say_how_they_were_made(of):
    facts = {
        **FACTS,
        "intermediate_tasks": {name: {"kind": ""} for name in FACTS["intermediate_tasks"]},
        "target_tasks": {name: {"trained": None, "languages": []} for name in TARGETS},
    }
    row = _row({"test": "count", "of": of, "expected": 1, **COUNTS[of][0]}, {}, facts=facts)
    assert row["verdict"] == NOT_TESTABLE and "imported scores do not say" in row["note"]


def test_languages_of_a_study_that_selects_some_are_not_counted():
    facts = {**FACTS, "selected_languages": True}
    row = _row({"test": "count", "of": "languages", "targets": ["topic"], "expected": 2}, {}, facts=facts)
    assert row["verdict"] == NOT_TESTABLE and "a selection of" in row["note"]


def _data(folder, tables, dropped=None):
    """Manifests and rows of the intermediate task nli as the stages leave them."""
    source, prepared = claim_facts.manifest_paths(folder, "nli")
    entries = {}
    for name, table in tables.items():
        artifacts.write_table(source.parent / f"{name}.parquet", pa.table(table), "key")
        entries[name] = {"file": f"{name}.parquet", "rows": len(next(iter(table.values())))}
    manifests.write(source, "source", [entry["file"] for entry in entries.values()], tables=entries)
    train = {"rows": 1, **({"dropped": dropped} if dropped else {})}
    manifests.write(prepared, "prepared", [], tables={"train": train, "tune": {"rows": 1}})


def _rows_claim(expected):
    return {"test": "count", "of": "training rows", "task": "nli", "expected": expected}


def test_rows_of_several_tables_are_counted_without_dropped_ones_and_before_limits(tmp_path):
    tables = {"train-1": {"label": [0, 1, -1]}, "train-2": {"label": [0, 0]}, "tune": {"label": [1]}}
    _data(tmp_path, tables, dropped={"train-1": {"unlabelled": 1}})
    assert _row(_rows_claim(4), {}, folder=tmp_path)["verdict"] == SUPPORTED
    assert _row(_rows_claim(3), {}, folder=tmp_path)["verdict"] == CONTRADICTED


def test_a_copy_of_fewer_rows_is_a_part_and_contradicts_nothing(tmp_path):
    _data(tmp_path, {"train": {"label": [0, 1]}})
    row = _row(_rows_claim(5), {}, folder=tmp_path)
    assert (row["verdict"], row["value"]) == (NOT_TESTABLE, 2) and "a part of them" in row["note"]


def test_data_that_are_not_fetched_are_not_counted(tmp_path):
    assert "not fetched" in _row(_rows_claim(4), {}, folder=tmp_path)["note"]


@pytest.mark.parametrize(
    ("values", "verdict", "said"),
    [
        (["wikihow~1", "activitynet~2"], SUPPORTED, "2 rows"),
        (["wikihow~1", "elsewhere"], CONTRADICTED, "^activitynet"),
        (["wikihow~1", "activitynet~2", "elsewhere", None], CONTRADICTED, "4 rows"),
        (["", None], NOT_TESTABLE, "say nothing in column source_id"),
    ],
)
def test_what_rows_say_of_their_origin(values, verdict, said, tmp_path):
    _data(tmp_path, {"train": {"source_id": values}})
    claim = {"test": "rows_match", "task": "nli", "column": "source_id", "expected": 100}
    row = _row({**claim, "patterns": ["^activitynet", "^wikihow"]}, {}, folder=tmp_path)
    assert row["verdict"] == verdict and said in row["note"]


@pytest.mark.parametrize(("low", "high"), itertools.pairwise([-2.0, -1.0, 1.0, 2.0]))
def test_a_direction_and_its_opposite_never_agree(low, high):
    found = Found((low + high) / 2, low, high, "points")
    verdicts = [claims.judge({key: 0}, found)[0] for key in ("above", "below")]
    assert sorted(verdicts) in ([CONTRADICTED, SUPPORTED], [NOT_TESTABLE, NOT_TESTABLE])


def test_a_lack_is_no_verdict_either_way():
    assert claims.judge({"above": 0}, Lacking("why")) == (NOT_TESTABLE, "why")


def test_the_stage_writes_one_row_per_claim(tmp_path):
    artifacts.write_table(tmp_path / "scores.parquet", _scores(_both(UP)), "a", SCORES)
    artifacts.write_table(tmp_path / "deltas.parquet", [], "b", DELTAS)
    entries = {
        "one": {**GENERAL, **MEAN, "above": 0},
        "two": {**GENERAL, **MEAN, "model": "huge", "above": 0},
    }
    spec = {"order": ["two", "one"], "claims": entries, "metrics": METRICS, "baseline": "none"}
    said = stage.check_claims(
        spec={**spec, "facts": FACTS, "tasks": []},
        code="c",
        scores=tmp_path / "scores.parquet",
        deltas=tmp_path / "deltas.parquet",
        folder=tmp_path,
        claims=tmp_path / "claims.parquet",
    )
    assert said == "1 of 2 claims can be tested"
    rows = artifacts.read_table(tmp_path / "claims.parquet", CLAIMS).to_pylist()
    assert [(row["claim"], row["verdict"]) for row in rows] == [("two", NOT_TESTABLE), ("one", SUPPORTED)]


# What claims.yaml may say.

FAULTS = {
    "needs more": ({"test": "comparison", "above": 0}, ["model, intermediates, targets, rivals"]),
    "unused": ({**MEAN, "rivals": ["mt"], "above": 0}, ["does not use rivals"]),
    "of nothing": ({"test": "count", "expected": 1}, ["needs `of`", "languages"]),
    "no measure": (MEAN, ["either expected or a direction"]),
    "two measures": ({**MEAN, "above": 0, "expected": 8}, ["either expected or a direction"]),
    "unknown test": ({**MEAN, "test": "mean_dleta", "above": 0}, ["'mean_dleta'", "Did you mean mean_delta"]),
    "unknown task": (
        {**MEAN, "model": "small", "intermediates": ["nil"], "targets": ["topic"], "above": 0},
        [".intermediates: 'nil' is not in intermediate_tasks.yaml or variants.yaml", "Did you mean nli"],
    ),
    "unknown model": ({**MEAN, "model": "smal", "above": 0}, [".model: 'smal'", "Did you mean small"]),
    "unknown key": ({**MEAN, "abvoe": 0}, ["'abvoe'", "Did you mean above"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_claim_that_is_not_whole_is_refused(fault, settings, catalog, load_study):
    change, words = FAULTS[fault]
    with pytest.raises(AtlasError) as caught:
        load_study(settings, {**catalog, "claims": {"it": {**GENERAL, **change}}})
    assert all(word in str(caught.value) for word in [*words, "catalog/claims.yaml: it"]), caught.value


def test_a_catalogue_need_not_have_claims(settings, catalog, load_study):
    assert specs.check_claims(load_study(settings, catalog))["order"] == []


def test_the_shipped_claims_cover_what_is_published():
    shipped = catalog.load()["claims"]
    numbers = {entry["expected"] for entry in shipped.values() if "expected" in entry}
    assert numbers >= {8.2, 7.5, 7.0, 8.7, 5.4, 40, 9, 4, 3, 2, 392702, 1104934}


def test_the_shipped_study_of_the_paper_has_what_the_paper_counts(tmp_path):
    shipped = study.load(yaml.safe_load((ROOT / "studies" / "phang2020.yaml").read_text(encoding="utf-8")))
    rows = claim_table.compute(specs.check_claims(shipped), [], [], tmp_path)
    verdicts = {row["claim"]: row["verdict"] for row in rows}
    counted = {"forty_languages", "nine_targets", "nine_intermediate_tasks", "four_types_of_task"}
    counted |= {"three_phases", "retrieval_has_no_training_data"}
    assert {name for name, verdict in verdicts.items() if verdict == SUPPORTED} == counted
    assert CONTRADICTED not in verdicts.values()
