"""Metrics against values worked by hand and known behaviour of the reference scorers."""

import pytest

from atlas import metrics

pytestmark = pytest.mark.filterwarnings("ignore:.* seems not to be NE tag")  # seqeval, on UD's tags


def _answers(*pairs):
    return [{"prediction": prediction, "gold": gold} for prediction, gold in pairs]


def _tags(*pairs, marked=None):
    return [{"prediction": p.split(), "gold": g.split(), "marked": marked} for p, g in pairs]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The Cat", "cat"),
        ("a cat, an ant; the end.", "cat ant end"),
        ("  two\n spaces ", "two spaces"),
        ("U.S.A.", "usa"),
        ("theatre another", "theatre another"),
        ("der die das", "der die das"),
        ("«Москва»", "«москва»"),  # only ASCII punctuation goes, as in SQuAD v1.1's script
        ("柏林。", "柏林。"),
        ("The", ""),
        ("", ""),
    ],
)
def test_normalisation_is_squads(text, normal):
    assert metrics.normalise(text) == normal


@pytest.mark.parametrize(
    ("prediction", "gold", "overlap"),
    [
        ("the cat sat", "cat sat", 1.0),
        ("cat sat down", "cat sat", 0.8),  # precision 2/3, recall 1
        ("cat cat", "cat", 2 / 3),  # a word counts as often as it stands in both
        ("dog", "cat", 0.0),
        ("", "cat", 0.0),
        ("the", "cat", 0.0),
        ("", "", 1.0),
        ("the", "a", 1.0),  # both are empty once normalised
        ("柏林", "柏林市", 0.0),  # without blanks, one word: all or nothing
        ("柏林", "柏林", 1.0),
    ],
)
def test_word_overlap_by_hand(prediction, gold, overlap):
    assert metrics.word_overlap(prediction, gold) == pytest.approx(overlap)


def test_the_best_gold_counts_and_questions_are_averaged():
    rows = _answers(("the cat", ["dog", "cat"]), ("sat down", ["sat"]), ("", ["x"]))
    assert metrics.exact_match(rows) == pytest.approx(100 / 3)
    assert metrics.f1(rows) == pytest.approx((100 + 100 * 2 / 3 + 0) / 3)


def test_accuracy_of_examples():
    assert metrics.accuracy(_answers(("a", "a"), ("b", "a"), ("c", "c"), (1, 0))) == 50


def test_accuracy_of_token_labels_counts_tokens_not_sentences():
    assert metrics.accuracy(_tags(("N", "N"), ("V V V", "N N V"))) == 50


def test_predictions_that_do_not_fit_the_gold_are_refused():
    with pytest.raises(ValueError):
        metrics.accuracy(_tags(("N", "N V")))


def test_marked_accuracy_counts_marked_tokens_only():
    rows = _tags(("N V", "N N"), marked=[True, True]) + _tags(("V N", "N N"), marked=[False, True])
    assert metrics.marked_accuracy(rows) == pytest.approx(100 * 2 / 3)


@pytest.mark.parametrize("marked", [None, [False, False]])
def test_marked_accuracy_without_marks_is_none(marked):
    assert metrics.marked_accuracy(_tags(("N V", "N N"), marked=marked)) is None


@pytest.mark.parametrize(
    ("prediction", "gold", "points"),
    [
        ("B-PER I-PER O", "B-PER I-PER O", 100),
        ("B-PER O O", "B-PER I-PER O", 0),  # the span must fit whole
        ("B-PER O B-LOC", "B-PER O O", 200 / 3),  # precision 1/2, recall 1
        ("B-LOC I-LOC O", "B-PER I-PER O", 0),
        ("I-PER I-PER O", "B-PER I-PER O", 100),  # the default mode is lenient about the prefix
        ("O O O", "O O O", 0),  # nothing to find
    ],
)
def test_seqeval_f1_over_spans(prediction, gold, points):
    assert metrics.seqeval_f1(_tags((prediction, gold))) == pytest.approx(points)


def test_seqeval_on_raw_tags_joins_neighbours_of_one_tag():
    """Two nouns side by side are one span: half right is all wrong."""
    assert metrics.seqeval_f1(_tags(("NOUN VERB", "NOUN NOUN"))) == 0


def test_seqeval_takes_the_first_letter_for_a_prefix():
    """So on raw UD tags it mixes up what differs in the first letter alone."""
    assert metrics.seqeval_f1(_tags(("CCONJ DET", "SCONJ DET"))) == 100
    assert metrics.accuracy(_tags(("CCONJ DET", "SCONJ DET"))) == 50


def test_chance_is_the_commonest_gold():
    """100 examples, 60 % of one label: 71 right has p = 0.0148, 72 right p = 0.0084."""

    def rows(right):
        golds = ["a"] * 60 + ["b"] * 40
        return _answers(*((g if i < right else "wrong", g) for i, g in enumerate(golds)))

    assert not metrics.above_chance(rows(60), "sentence_classification")
    assert not metrics.above_chance(rows(71), "sentence_classification")
    assert metrics.above_chance(rows(72), "sentence_classification")


def test_one_label_everywhere_is_never_above_chance():
    assert not metrics.above_chance(_answers(*[("a", "a")] * 50), "sentence_classification")


def test_retrieval_is_compared_with_a_blind_guess():
    def rows(right):
        return _answers(*((str(i) if i < right else "x", str(i)) for i in range(100)))

    # 100 candidates, one guess in 100: P(X >= 4) = 0.0184, P(X >= 5) = 0.0034
    assert not metrics.above_chance(rows(4), "retrieval")
    assert metrics.above_chance(rows(5), "retrieval")


def test_span_answers_need_more_than_one_in_fifty():
    rows = _answers(("right", ["right"]), *[("wrong", ["right"])] * 49)
    assert not metrics.above_chance(rows, "span_qa")
    assert metrics.above_chance([*rows[:-1], rows[0]], "span_qa")


def test_token_labels_are_compared_token_by_token():
    assert metrics.above_chance(_tags(("N V " * 20, "N V " * 20)), "token_labels")
    assert not metrics.above_chance(_tags(("N N " * 20, "N V " * 20)), "token_labels")
