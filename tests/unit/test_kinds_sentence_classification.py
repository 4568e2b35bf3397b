"""One or two sentences -> one label."""

import numpy as np
import pyarrow as pa
import pytest

from atlas.data.published import Published
from atlas.errors import AtlasError
from atlas.kinds import sentence_classification as kind

LABELS = ["no", "yes"]
READING = {"max_tokens": 32}


def _prepare(table, **columns):
    meaning = {"columns": columns, "labels": LABELS}
    return kind.prepare(Published(pa.table(table), meaning, "org/nli, test"), meaning)


def _pair():
    table = {"a": ["the cat sleeps"], "b": ["the dog jumps"], "y": [1]}
    return _prepare(table, first="a", second="b", label="y")


def test_numbered_labels_become_names_and_rows_become_ids():
    examples = _prepare({"a": ["x", "y"], "y": [1, 0]}, first="a", label="y")
    assert [(e["id"], e["second"], e["label"]) for e in examples] == [("0", None, "yes"), ("1", None, "no")]
    assert pa.Table.from_pylist(examples, schema=kind.EXAMPLES).num_rows == 2


def test_the_data_sets_own_ids_are_kept_where_they_are_declared():
    examples = _prepare({"n": [12, 10], "a": ["x", "y"], "y": [1, 0]}, id="n", first="a", label="y")
    assert [e["id"] for e in examples] == ["12", "10"]


@pytest.mark.parametrize(("label", "word"), [(-1, "withheld"), (5, "not among")])
def test_a_bad_label_names_table_and_row(label, word):
    with pytest.raises(AtlasError, match=rf"org/nli, test, row 1: .*{word}"):
        _prepare({"a": ["x", "y"], "y": [0, label]}, first="a", label="y")


def test_a_missing_second_sentence_is_refused():
    with pytest.raises(AtlasError, match=r"org/nli, test, row 1: .*second"):
        _prepare({"a": ["x", "y"], "b": ["z", None], "y": [0, 1]}, first="a", second="b", label="y")


def test_a_pair_is_read_as_a_pair(tiny_tokenizer):
    (feature,) = kind.encode(_pair(), tiny_tokenizer, READING, LABELS)
    ids = tiny_tokenizer("the cat sleeps", "the dog jumps")["input_ids"]
    assert feature["input_ids"] == ids
    assert feature["labels"] == 1


def test_a_single_sentence_is_read_alone(tiny_tokenizer):
    examples = _prepare({"a": ["the cat sleeps"], "y": ["no"]}, first="a", label="y")
    (feature,) = kind.encode(examples, tiny_tokenizer, READING, LABELS)
    assert feature["input_ids"] == tiny_tokenizer("the cat sleeps")["input_ids"]


def test_a_long_pair_loses_the_end_of_the_longer_sentence(tiny_tokenizer):
    (example,) = _pair()
    example["second"] = "the dog jumps " * 50
    (feature,) = kind.encode([example], tiny_tokenizer, READING, LABELS)
    assert len(feature["input_ids"]) == READING["max_tokens"]
    assert "the cat sleeps" in tiny_tokenizer.decode(feature["input_ids"])


def test_the_highest_logit_is_predicted():
    rows = kind.decode([np.array([0.0, 2.0])], [], _pair(), READING, LABELS)
    assert rows == [{"id": "0", "prediction": "yes", "gold": "yes", "right": 1.0, "ranking": ["yes", "no"]}]
    rows = kind.decode([np.array([3.0, 2.0])], [], _pair(), READING, LABELS)
    assert (rows[0]["prediction"], rows[0]["right"]) == ("no", 0.0)
