"""What all metrics have in common, metrics over labels, and the test against chance."""

import numpy as np
import pytest

from atlas import metrics


def _answers(*pairs):
    return [{"prediction": prediction, "gold": gold} for prediction, gold in pairs]


def _tags(*pairs, marked=None):
    return [{"prediction": p.split(), "gold": g.split(), "marked": marked} for p, g in pairs]


def test_the_score_is_the_ratio_of_two_sums():
    rows = _tags(("N", "N"), ("V V V", "N N V"))
    numerators, denominators = metrics.per_example("accuracy", rows, "eng")
    np.testing.assert_array_equal(numerators, [1, 1])
    np.testing.assert_array_equal(denominators, [1, 3])
    assert metrics.points("accuracy", rows, "eng") == 50


@pytest.mark.parametrize("name", sorted(metrics.METRICS))
def test_no_rows_have_no_score(name):
    assert metrics.points(name, [], "eng") is None


def test_accuracy_of_examples():
    rows = _answers(("a", "a"), ("b", "a"), ("c", "c"), (1, 0))
    assert metrics.points("accuracy", rows, "eng") == 50


def test_predictions_that_do_not_fit_the_gold_are_refused():
    for name in ("accuracy", "seqeval_f1"):
        with pytest.raises(ValueError):
            metrics.points(name, _tags(("N", "N V")), "eng")


def test_marked_accuracy_counts_marked_tokens_only():
    rows = _tags(("N V", "N N"), marked=[True, True]) + _tags(("V N", "N N"), marked=[False, True])
    assert metrics.points("marked_accuracy", rows, "eng") == pytest.approx(100 * 2 / 3)


@pytest.mark.parametrize("marked", [None, [False, False]])
def test_marked_accuracy_without_marks_is_none(marked):
    assert metrics.points("marked_accuracy", _tags(("N V", "N N"), marked=marked), "eng") is None


@pytest.mark.parametrize(
    ("prediction", "gold", "points"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", 100),
        ("B-PER O O", "B-PER I-PER O", 0),  # the span must fit whole
        ("B-PER O B-LOC", "B-PER O O", 200 / 3),  # precision 1/2, recall 1
        ("B-LOC I-LOC O", "B-PER I-PER O", 0),
        ("I-PER I-PER O", "B-PER I-PER O", 100),  # the default mode is lenient about the prefix
        ("B-PER B-PER O", "B-PER I-PER O", 0),  # two entities side by side are not one
        ("O O O", "O O O", None),  # nothing to find
        # Raw tags of Universal Dependencies, as XTREME scores UDPOS:
        ("NOUN VERB", "NOUN NOUN", 0),  # neighbours with one tag are one span: half right is all wrong
        ("NOUN NOUN VERB NOUN", "NOUN NOUN NOUN NOUN", 0),  # three tokens of four are right
        ("DET NOUN VERB NOUN", "DET NOUN NOUN NOUN", 100 / 3),  # again three of four; one span of 4 and 2
        ("DET NOUN VERB X", "DET NOUN VERB X", 100),
        ("DET NOUN VERB NUM", "DET NOUN VERB X", 600 / 7),  # 3 spans of 4 and 3: a final X is none
        ("X NOUN", "X VERB", 50),  # an X elsewhere is one
        ("CCONJ DET", "SCONJ DET", 100),  # the first letter is taken for a prefix
    ],
)
def test_seqeval_f1_over_spans(prediction, gold, points):
    found = metrics.points("seqeval_f1", _tags((prediction, gold)), "eng")
    assert found is None if points is None else found == pytest.approx(points)


def test_token_accuracy_tells_apart_what_seqeval_confuses():
    assert metrics.points("accuracy", _tags(("CCONJ DET", "SCONJ DET")), "eng") == 50


@pytest.mark.filterwarnings("ignore:.* seems not to be NE tag")
@pytest.mark.parametrize("tags", ["ADJ ADV CCONJ NOUN SCONJ SYM VERB X", "B-PER I-PER B-LOC I-LOC O"])
def test_seqeval_f1_sentence_by_sentence_is_the_librarys_over_all(tags):
    from seqeval.metrics import f1_score

    chance, names = np.random.default_rng(1), tags.split()
    golds = [chance.choice(names, size).tolist() for size in chance.integers(1, 12, 200)]
    rows = [
        {"gold": gold, "prediction": [tag if chance.random() < 0.7 else names[0] for tag in gold]}
        for gold in golds
    ]
    official = f1_score(golds, [row["prediction"] for row in rows])
    assert metrics.points("seqeval_f1", rows, "eng") == pytest.approx(100 * official)


def test_chance_is_the_commonest_gold():
    """100 examples, 60 % of one label: 71 right has p = 0.0148, 72 right p = 0.0084."""

    def rows(right):
        golds = ["a"] * 60 + ["b"] * 40
        return _answers(*((g if i < right else "wrong", g) for i, g in enumerate(golds)))

    for kind in ("sentence_classification", "span_pair_classification", "multiple_choice"):
        assert not metrics.above_chance(rows(60), kind)
        assert not metrics.above_chance(rows(71), kind)
        assert metrics.above_chance(rows(72), kind)


def test_one_label_everywhere_is_never_above_chance():
    assert not metrics.above_chance(_answers(*[("a", "a")] * 50), "sentence_classification")


def test_retrieval_is_compared_with_a_blind_guess():
    def rows(right):
        return _answers(*((str(i) if i < right else "x", str(i)) for i in range(100)))

    # 100 candidates, one guess in 100: P(X >= 4) = 0.0184, P(X >= 5) = 0.0034
    assert not metrics.above_chance(rows(4), "retrieval")
    assert metrics.above_chance(rows(5), "retrieval")


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("span_qa", ("right", ["right"]), ("wrong", ["right"])),
        ("ranked_retrieval", (["a", "b"], ["a"]), (["b", "a"], ["a"])),
        ("bitext_mining", ("a", ["a"]), (None, ["a"])),
    ],
)
def test_without_a_commonest_gold_it_takes_more_than_one_in_fifty(kind, right, wrong):
    assert metrics.above_chance(_answers(*[right] * 2, *[wrong] * 48), kind)
    assert not metrics.above_chance(_answers(*[wrong] * 50), kind)
    if kind != "bitext_mining":  # an F1, which one in fifty lifts beyond two points
        assert not metrics.above_chance(_answers(right, *[wrong] * 49), kind)


def test_token_labels_are_compared_token_by_token():
    assert metrics.above_chance(_tags(("N V " * 20, "N V " * 20)), "token_labels")
    assert not metrics.above_chance(_tags(("N N " * 20, "N V " * 20)), "token_labels")
