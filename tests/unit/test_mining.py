"""Mining of translations and the choice of its threshold, by hand."""

import numpy as np
import pytest

from atlas import mining
from atlas.nearest import unit


def test_sentences_that_are_equal_find_each_other():
    sentences = unit(np.eye(6) + 0.1)
    order = [3, 1, 0, 5, 4, 2]
    pairs = mining.mine(sentences, sentences[order])
    assert {(left, right) for left, right, _ in pairs} == {(left, order.index(left)) for left in range(6)}


def test_the_margin_is_the_cosine_over_the_mean_with_the_neighbours():
    """Two sentences on each side, so both are the neighbours; cosines 0.8 and 0.6, 0.6 and 0.8."""
    sentences, others = np.eye(2), np.array([[0.8, 0.6], [0.6, 0.8]])
    pairs = mining.mine(sentences, others)
    assert [(left, right) for left, right, _ in pairs] == [(0, 0), (1, 1)]
    assert [margin for *_, margin in pairs] == pytest.approx([0.8 / 0.7] * 2)


def test_a_hub_does_not_win_by_being_near_to_all():
    """Sentence 0 is nearest to other 0 by cosine, but other 0 is near to everything."""
    others = unit(np.array([[1.0, 1, 1, 1], [1, 0.2, 0, 0]]))
    sentences = unit(np.array([[1.0, 0.9, 0.4, 0.4], [0.9, 1, 1, 0.9], [1, 0.9, 0.9, 1], [0.9, 1, 0.9, 1]]))
    cosines = sentences @ others.T
    assert cosines[0].argmax() == 0
    assert (0, 1) in {(left, right) for left, right, _ in mining.mine(sentences, others)}


def test_each_sentence_is_in_one_pair():
    chance = np.random.default_rng(0)
    pairs = mining.mine(unit(chance.normal(size=(9, 4))), unit(chance.normal(size=(5, 4))))
    lefts, rights, margins = zip(*pairs, strict=True)
    assert len(set(lefts)) == len(lefts) and len(set(rights)) == len(rights) == 5
    assert list(margins) == sorted(margins, reverse=True)


@pytest.mark.parametrize(
    ("margins", "right", "n_gold", "expected"),
    [
        ([1.4, 1.3, 1.1, 1.0], [1, 1, 0, 0], 2, 1.2),  # half way to the first one left out
        ([1.1, 1.4, 1.0, 1.3], [0, 1, 0, 1], 2, 1.2),  # in whatever order
        ([1.4, 1.3, 1.1], [0, 1, 1], 2, 1.1),  # the best takes all: XTREME reads beyond its list
        ([1.4, 1.3], [0, 0], 2, 0.0),  # nothing is right: all are taken
        ([], [], 2, 0.0),
        ([1.4, 1.2, 1.2, 1.0], [1, 1, 0, 0], 2, 1.1),  # F1 0.8 with both of the tie, 2/3 with neither
        ([1.4, 1.2, 1.2, 1.0], [1, 0, 1, 0], 2, 1.1),  # the order within a tie does not matter
        ([1.4, 1.2, 1.2, 1.2, 1.2], [1, 1, 0, 0, 0], 2, 1.3),  # F1 2/3 without the tie, 4/7 with all of it
    ],
)
def test_the_threshold_of_highest_f1(margins, right, n_gold, expected):
    assert mining.threshold(margins, right, n_gold) == pytest.approx(expected)


def test_no_other_threshold_is_better():
    chance = np.random.default_rng(5)
    for _ in range(30):
        margins = chance.integers(0, 12, 20) / 10 + 0.5
        right, n_gold = chance.random(20) < 0.4, 12

        def f1(lowest, margins=margins, right=right, n_gold=n_gold):
            taken = margins >= lowest
            return 2 * (right & taken).sum() / (taken.sum() + n_gold)

        best = max(f1(lowest) for lowest in [*margins, 0])
        assert f1(mining.threshold(margins, right, n_gold)) == pytest.approx(best)
