"""Multiple choice: labels by number, letter or name; choices side by side; decoding."""

import numpy as np
import pyarrow as pa
import pytest

from atlas.data.published import Published
from atlas.engine.padding import collate
from atlas.errors import AtlasError
from atlas.kinds import multiple_choice

READING = {"max_tokens": 64}


def _prepare(labels, declared=(), choices=("x", "y", "z"), question=None):
    table = {"context": ["The cat sleeps."] * len(labels), "label": labels}
    table |= {f"c{i}": [choice] * len(labels) for i, choice in enumerate(choices)}
    columns = {"context": "context", "label": "label", "choices": [f"c{i}" for i in range(len(choices))]}
    if question:
        table["q"] = [question] * len(labels)
        columns["question"] = "q"
    meaning = {"columns": columns, "labels": list(declared)}
    return multiple_choice.prepare(Published(pa.table(table), meaning, "org/copa, test"), meaning)


@pytest.mark.parametrize(
    ("published", "declared", "numbers"),
    [
        ([0, 2], (), [0, 2]),
        (["0", "2"], (), [0, 2]),
        (["A", "C"], ("A", "B", "C"), [0, 2]),
        (["choice1", "choice3"], ("choice1", "choice2", "choice3"), [0, 2]),
        ([0, 2], ("choice1", "choice2", "choice3"), [0, 2]),
        (["1", "3"], ("1", "2", "3"), [0, 2]),  # SIQA counts from one: a declared name wins
    ],
)
def test_labels_by_number_letter_or_name(published, declared, numbers):
    examples = _prepare(published, declared)
    assert [example["label"] for example in examples] == numbers
    assert examples[0]["choices"] == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("label", "declared", "words"),
    [
        (3, (), ["label 3", "only 3 choices"]),
        ("D", ("A", "B", "C", "D"), ["'D'", "only 3 choices"]),
        ("E", ("A", "B", "C"), ["'E'", "not among"]),
        (-1, (), ["withheld"]),
        (None, ("A", "B", "C"), ["withheld"]),
    ],
)
def test_a_label_that_names_no_choice_is_refused(label, declared, words):
    with pytest.raises(AtlasError) as caught:
        _prepare([label], declared)
    message = str(caught.value)
    assert message.startswith("org/copa, test, row 0")
    assert all(word in message for word in words), message


def test_each_choice_is_read_after_context_and_question(tiny_tokenizer):
    examples = _prepare([1], choices=("the dog", "a fox jumps"), question="what is the capital?")
    (feature,) = multiple_choice.encode(examples, tiny_tokenizer, READING, [])
    read = [tiny_tokenizer.decode(ids, skip_special_tokens=True) for ids in feature["input_ids"]]
    assert all("what is the capital?" in text for text in read)
    assert read[0].endswith("the dog") and read[1].endswith("a fox jumps")
    assert feature["labels"] == 1


@pytest.mark.parametrize("long", ["context", "choice"])
def test_long_inputs_are_cut_to_the_length(tiny_tokenizer, long):
    words = "the quick brown fox " * 30
    example = {"id": "0", "context": "the cat", "question": None, "choices": ["x", "a fox"], "label": 0}
    if long == "context":
        example["context"] = words
    else:
        example["choices"] = [words, words]
    (feature,) = multiple_choice.encode([example], tiny_tokenizer, {"max_tokens": 16}, [])
    assert max(map(len, feature["input_ids"])) <= 16


def test_choices_of_unequal_length_become_one_tensor(tiny_tokenizer):
    features = multiple_choice.encode(_prepare([0, 1]), tiny_tokenizer, READING, [])
    batch = collate(features, tiny_tokenizer)
    assert batch["input_ids"].shape[:2] == (2, 3)
    assert batch["labels"].tolist() == [0, 1]


def test_the_highest_choice_is_predicted():
    examples = _prepare([0, 2])
    rows = multiple_choice.decode(
        [np.array([0.1, 0.0, -1]), np.array([3.0, 1, 2])], [], examples, READING, []
    )
    assert [(row["prediction"], row["gold"], row["right"]) for row in rows] == [(0, 0, 1.0), (0, 2, 0.0)]
    assert [row["ranking"] for row in rows] == [[0, 1, 2], [0, 2, 1]]
    pa.Table.from_pylist(rows, schema=multiple_choice.PREDICTIONS)
