"""What was found among candidates, against values worked by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from atlas import metrics


def _row(prediction, gold, **more):
    return {"prediction": prediction, "gold": gold, **more}


def test_mined_pairs_are_counted_once_for_both_sides():
    rows = [
        _row("en-1", ["en-1"]),  # right
        _row("en-2", ["en-3"]),  # wrong: costs precision and recall
        _row("en-4", []),  # costs precision
        _row(None, ["en-5"]),  # costs recall
        _row(None, []),
    ]
    # 1 right of 3 mined and 3 gold pairs
    assert metrics.points("mining_f1", rows, "deu") == pytest.approx(100 / 3)
    assert metrics.points("mining_f1", [_row(None, [])], "deu") is None


def test_a_sentence_may_have_several_gold_pairs():
    rows = [_row("en-2", ["en-1", "en-2"])]
    assert metrics.points("mining_f1", rows, "deu") == pytest.approx(100 * 2 / 3)  # precision 1, recall 1/2


@pytest.mark.parametrize(
    ("ranking", "gold", "points"),
    [
        ("abc", "a", 100),
        ("bac", "a", 50),
        ("abcd", "ac", 100 * (1 + 2 / 3) / 2),
        ("bcde", "a", 0),
        ("abcd", "axyz", 25),  # right candidates that are not found count too
    ],
)
def test_average_precision_with_one_and_several_right_answers(ranking, gold, points):
    assert metrics.points("map_at_20", [_row(list(ranking), list(gold))], "eng") == pytest.approx(points)


def test_average_precision_is_cut_at_20_and_the_divisor_as_well():
    found = [str(i) for i in range(25)]
    assert metrics.points("map_at_20", [_row(found, found)], "eng") == 100  # 25 right ones, room for 20
    assert metrics.points("map_at_20", [_row(found, ["20"])], "eng") == 0


def test_average_precision_agrees_with_scikit_learn():
    chance = np.random.default_rng(3)
    for _ in range(20):
        ranking = [str(i) for i in range(20)]
        gold = chance.choice(ranking, chance.integers(1, 8), replace=False).tolist()
        relevant = [name in gold for name in ranking]
        official = average_precision_score(relevant, np.arange(20, 0, -1))
        assert metrics.points("map_at_20", [_row(ranking, gold)], "eng") == pytest.approx(100 * official)


def test_reciprocal_rank_is_cut_at_20():
    ranking = [str(i) for i in range(25)]
    points = [metrics.points("mrr_at_20", [_row(ranking, [gold])], "eng") for gold in ("0", "3", "19", "20")]
    assert points == pytest.approx([100, 25, 5, 0])


def test_the_sound_accuracy_accepts_what_is_equally_right():
    rows = [
        _row("1", "0", equivalents=["1"]),
        _row("2", "0", equivalents=["1"]),
        _row("0", "0", equivalents=[]),
    ]
    assert metrics.points("sound_accuracy", rows, "fra") == pytest.approx(200 / 3)
    assert metrics.points("accuracy", rows, "fra") == pytest.approx(100 / 3)
