"""Token labels: every token is scored, whatever the tokenizer and the length do."""

import numpy as np
import pyarrow as pa
import pytest

from atlas.data.published import Published
from atlas.errors import AtlasError
from atlas.kinds import IGNORED
from atlas.kinds import token_labels as kind

LABELS = ["DET", "NOUN", "VERB", "X"]
SENTENCES = [
    (["the", "quick", "fox", "jumps"], ["DET", "X", "NOUN", "VERB"]),
    (["柏林是德国的首都", "。"], ["NOUN", "X"]),
    (["\u200d", "быстрая", "\u200b", "лиса"], ["X", "X", "X", "NOUN"]),  # two tokens that the tokenizer drops
    (["capital"], ["NOUN"]),
    (["a"] * 40, ["DET", "NOUN"] * 20),
    (["\u200d"] * 20, ["X", "VERB"] * 10),
]
EXAMPLES = [
    {"id": str(i), "tokens": tokens, "labels": labels, "marked": None}
    for i, (tokens, labels) in enumerate(SENTENCES)
]


def _one_hot(feature):
    """Logits that are right wherever a label stands, and plainly wrong everywhere else."""
    logits = np.zeros((len(feature["input_ids"]) + 3, len(LABELS)))  # 3 positions of padding
    for position, label in enumerate(feature["labels"]):
        logits[position, 3 if label == IGNORED else label] = 1.0
    return logits


@pytest.mark.parametrize("max_tokens", [8, 10, 16, 64])
def test_decoding_is_the_inverse_of_encoding(tiny_tokenizer, max_tokens):
    reading = {"max_tokens": max_tokens}
    features = kind.encode(EXAMPLES, tiny_tokenizer, reading, LABELS)
    assert all(len(feature["input_ids"]) <= max_tokens for feature in features)
    rows = kind.decode([_one_hot(f) for f in features], features, EXAMPLES, reading, LABELS)
    assert [row["prediction"] for row in rows] == [labels for _, labels in SENTENCES]
    assert all(row["right"] == 1.0 for row in rows)
    pa.Table.from_pylist(rows, schema=kind.PREDICTIONS)


@pytest.mark.parametrize("max_tokens", [8, 64])
def test_each_token_has_exactly_one_labelled_subword(tiny_tokenizer, max_tokens):
    features = kind.encode(EXAMPLES, tiny_tokenizer, {"max_tokens": max_tokens}, LABELS)
    labelled = sum(label != IGNORED for feature in features for label in feature["labels"])
    assert labelled == sum(len(tokens) for tokens, _ in SENTENCES)


def test_a_short_sentence_is_read_whole_with_labels_on_first_subwords(tiny_tokenizer):
    (feature,) = kind.encode(EXAMPLES[:1], tiny_tokenizer, {"max_tokens": 64}, LABELS)
    encoded = tiny_tokenizer(SENTENCES[0][0], is_split_into_words=True)
    assert feature["input_ids"] == encoded["input_ids"]
    words = encoded.word_ids()
    firsts = [words.index(word) for word in range(4)]
    assert [feature["labels"][i] for i in firsts] == [0, 3, 1, 2]
    assert sum(label != IGNORED for label in feature["labels"]) == 4


def test_a_long_sentence_is_split_between_tokens(tiny_tokenizer):
    features = kind.encode(EXAMPLES[4:5], tiny_tokenizer, {"max_tokens": 10}, LABELS)
    bounds = [(start, start + size) for _, start, size in (f["about"] for f in features)]
    assert len(bounds) > 1
    assert bounds[0][0] == 0 and bounds[-1][1] == 40
    assert all(one[1] == other[0] for one, other in zip(bounds, bounds[1:], strict=False))


def test_a_dropped_token_becomes_the_unknown_one(tiny_tokenizer):
    (feature,) = kind.encode(EXAMPLES[2:3], tiny_tokenizer, {"max_tokens": 64}, LABELS)
    assert feature["input_ids"].count(tiny_tokenizer.unk_token_id) >= 2


def test_wrong_tokens_lower_the_share_of_right_ones(tiny_tokenizer):
    reading = {"max_tokens": 64}
    features = kind.encode(EXAMPLES[:1], tiny_tokenizer, reading, LABELS)
    always_noun = np.tile(np.eye(4)[1], (len(features[0]["input_ids"]), 1))
    (row,) = kind.decode([always_noun], features, EXAMPLES[:1], reading, LABELS)
    assert row["prediction"] == ["NOUN"] * 4
    assert row["right"] == 0.25


def _prepare(**table):
    meaning = {"columns": {"tokens": "words", "labels": "tags"}, "labels": LABELS}
    if "marks" in table:
        meaning["columns"]["marked"] = "marks"
    return kind.prepare(Published(pa.table(table), meaning, "org/pos, test"), meaning)


def test_published_numbers_become_names_and_empty_sentences_go():
    empty = pa.array([["the", "fox"], []], pa.list_(pa.string()))
    examples = _prepare(words=empty, tags=pa.array([[0, 1], []], pa.list_(pa.int64())))
    assert examples == [{"id": "0", "tokens": ["the", "fox"], "labels": ["DET", "NOUN"], "marked": None}]


def test_marks_are_kept():
    (example,) = _prepare(words=[["a", "b"]], tags=[["X", "X"]], marks=[[True, False]])
    assert example["marked"] == [True, False]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (["DET"], ["2 tokens but 1 labels"]),
        (["DET", "VREB"], ["'VREB'", "Did you mean VERB?"]),
        ([0, 9], ["9", "not among"]),
        ([0, -1], ["withheld"]),
        ([0, None], ["withheld"]),
    ],
)
def test_labels_that_do_not_fit_are_refused(tags, words):
    with pytest.raises(AtlasError) as caught:
        _prepare(words=[["the", "fox"]], tags=[tags])
    message = str(caught.value)
    assert message.startswith("org/pos, test, row 0")
    assert all(word in message for word in words), message
