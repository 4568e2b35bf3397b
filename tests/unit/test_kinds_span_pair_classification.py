"""Words in context: the two occurrences are marked, the rest is a sentence pair."""

import pyarrow as pa
import pytest

from atlas.data.published import Published
from atlas.errors import AtlasError
from atlas.kinds import sentence_classification
from atlas.kinds import span_pair_classification as kind

LABELS = ["different", "same"]


def _prepare(rows, **columns):
    """Examples of rows in the schema of SuperGLUE's WiC, or with other columns for the spans."""
    names = ["sentence1", "sentence2", "start1", "end1", "start2", "end2", "label"]
    table = pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})
    spans = {"first_span": ["start1", "end1"], "second_span": ["start2", "end2"], **columns}
    texts = {"first": "sentence1", "second": "sentence2", "label": "label"}
    meaning = {"columns": {**texts, **spans}, "labels": LABELS}
    return kind.prepare(Published(table, meaning, "org/wic, train"), meaning)


def test_both_words_are_marked_and_labels_have_names():
    (example,) = _prepare([("Approach a task.", "To approach the city.", 0, 8, 3, 11, 0)])
    assert example == {
        "id": "0",
        "first": "{ Approach } a task.",
        "second": "To { approach } the city.",
        "label": "different",
    }


def test_spans_may_be_text():
    """As in MCL-WiC."""
    (example,) = _prepare([("作出肯定的决定", "充分的肯定", "2", "4", "3", "5", 1)])
    assert (example["first"], example["second"]) == ("作出 { 肯定 } 的决定", "充分的 { 肯定 }")


def test_swapped_columns_of_a_span_are_refused():
    with pytest.raises(AtlasError, match="org/wic, train, row 0: .* start, then end"):
        _prepare([("a bank", "the bank", 2, 6, 4, 8, 1)], first_span=["end1", "start1"])


def test_it_is_read_like_any_pair(tiny_tokenizer):
    examples = _prepare([("the fox", "a fox jumps", 4, 7, 2, 5, 1)])
    read = ({"max_tokens": 32}, LABELS)
    (feature,) = kind.encode(examples, tiny_tokenizer, *read)
    assert [feature] == sentence_classification.encode(examples, tiny_tokenizer, *read)
    assert feature["input_ids"] == tiny_tokenizer("the { fox }", "a { fox } jumps")["input_ids"]
    assert feature["labels"] == 1
