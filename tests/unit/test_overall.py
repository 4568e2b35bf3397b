"""The overall score of XTREME, by hand."""

import pytest

from atlas.analysis.overall import ALL, official_metrics, overall

TARGETS = {
    "nli": {"metrics": ["accuracy"], "languages": ["eng", "deu"], "group": "classification"},
    "pos": {"metrics": ["accuracy", "seqeval_f1"], "languages": ["eng", "deu", "fra"], "group": "tagging"},
    "qa": {"metrics": ["f1", "exact_match", "sound_f1"], "languages": ["eng", "cmn"], "group": "answers"},
    "mlqa": {"metrics": ["mlqa_f1", "mlqa_exact_match"], "languages": ["eng"], "group": "answers"},
}
POINTS = {
    ("nli", "accuracy"): {"eng": 90, "deu": 70},
    ("pos", "accuracy"): {"eng": 99, "deu": 99, "fra": 99},  # not what XTREME scores tags by
    ("pos", "seqeval_f1"): {"eng": 95, "deu": 85, "fra": 60},
    ("qa", "f1"): {"eng": 80, "cmn": 60},
    ("qa", "exact_match"): {"eng": 70, "cmn": 30},
    ("qa", "sound_f1"): {"eng": 100, "cmn": 100},
    ("mlqa", "mlqa_f1"): {"eng": 90},
    ("mlqa", "mlqa_exact_match"): {"eng": 50},
}


def _rows(points=POINTS, **cell):
    cell = {"model": "m", "intermediate": "none", "seed": 1, **cell}
    return [
        {**cell, "target": target, "metric": metric, "language": language, "score": score}
        for (target, metric), own in points.items()
        for language, score in own.items()
    ]


def _by_group(rows, targets=TARGETS):
    return {row["group"]: row for row in overall(rows, targets)}


def test_tasks_weigh_alike_and_answers_are_the_mean_of_both_metrics():
    found = _by_group(_rows())
    # nli 80, pos 80, qa (70 + 50) / 2 = 60, mlqa 70
    assert found["classification"]["score"] == pytest.approx(80)
    assert found["tagging"]["score"] == pytest.approx(80)
    assert found["answers"]["score"] == pytest.approx(65)
    assert found[ALL]["score"] == pytest.approx(72.5)  # mean over tasks; over groups it would be 75
    assert (found[ALL]["n_tasks"], found[ALL]["missing"]) == (4, [])


def test_a_task_without_all_its_languages_has_no_score_nor_has_its_group():
    lacking = {**POINTS, ("qa", "exact_match"): {"eng": 70}}
    found = _by_group(_rows(lacking))
    assert (found[ALL]["score"], found[ALL]["missing"]) == (None, ["qa"])
    assert found["answers"]["score"] is None
    assert found["tagging"]["score"] == pytest.approx(80)


def test_cells_are_kept_apart():
    rows = _rows() + _rows({("nli", "accuracy"): {"eng": 50, "deu": 40}}, intermediate="mnli", seed=2)
    targets = {"nli": TARGETS["nli"]}
    scores = {(r["intermediate"], r["seed"]): r["score"] for r in overall(rows, targets) if r["group"] == ALL}
    assert scores == {("none", 1): 80, ("mnli", 2): 45}


@pytest.mark.parametrize(
    ("metrics", "official"),
    [
        (["accuracy", "marked_accuracy"], ["accuracy"]),
        (["accuracy", "seqeval_f1"], ["seqeval_f1"]),
        (["sound_f1", "f1", "exact_match"], ["f1", "exact_match"]),
        (["f1"], ["f1"]),
        (["sound_accuracy", "accuracy"], ["accuracy"]),
        (["marked_accuracy"], ["marked_accuracy"]),
    ],
)
def test_the_metrics_that_xtreme_uses(metrics, official):
    assert official_metrics({"metrics": metrics}) == official
