"""Retrieval: each query finds its translation by cosine."""

import numpy as np
import pyarrow as pa

from atlas import metrics
from atlas.data.published import Published
from atlas.kinds import retrieval

READING = {"max_tokens": 16}


def _examples(n=3):
    table = pa.table({"en": [f" query {i} " for i in range(n)], "xx": [f"candidate {i}" for i in range(n)]})
    meaning = {"columns": {"query": "en", "candidate": "xx"}}
    return retrieval.prepare(Published(table, meaning, "org/pairs, test"), meaning)


def test_examples_keep_their_order_and_lose_outer_blanks():
    assert _examples(2)[1] == {"id": "1", "query": "query 1", "candidate": "candidate 1"}


def test_features_are_all_queries_and_then_all_candidates(tiny_tokenizer):
    features = retrieval.encode(_examples(), tiny_tokenizer, READING, [])
    texts = ["query 0", "query 1", "query 2", "candidate 0", "candidate 1", "candidate 2"]
    assert [f["input_ids"] for f in features] == tiny_tokenizer(texts)["input_ids"]
    assert [f["about"] for f in features] == list(range(6))


def test_equal_directions_find_each_other_whatever_their_length():
    queries = np.eye(3)
    rows = retrieval.decode([*queries, *(5 * queries)], [], _examples(), READING, [])
    assert [row["prediction"] for row in rows] == ["0", "1", "2"]
    assert all(row["right"] == 1 and np.isclose(row["similarity"], 1) for row in rows)
    pa.Table.from_pylist(rows, schema=retrieval.PREDICTIONS)


def test_queries_look_for_candidates_and_not_the_reverse():
    """Query 0 and query 1 both point at candidate 0; the other way round, candidate 1 would find query 1."""
    queries = [np.array([1.0, 0.0]), np.array([0.9, 0.4])]
    candidates = [np.array([1.0, 0.1]), np.array([0.0, 1.0])]
    rows = retrieval.decode([*queries, *candidates], [], _examples(2), READING, [])
    assert [row["prediction"] for row in rows] == ["0", "0"]
    assert [row["right"] for row in rows] == [1.0, 0.0]


def test_centring_finds_pairs_that_a_shift_of_a_language_hides():
    examples = [{"id": str(i), "query": "", "candidate": ""} for i in range(3)]
    queries = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
    shifted = queries + [0.0, -9.0]  # all point away from the second query
    outputs = list(np.concatenate([queries, shifted]))
    assert [row["right"] for row in retrieval.decode(outputs, [], examples, {}, [])] != [1.0, 1.0, 1.0]
    centred = retrieval.decode(outputs, [], examples, {"centre": True}, [])
    assert [row["right"] for row in centred] == [1.0, 1.0, 1.0]


def test_repeated_sentences_are_as_right_as_the_gold_one():
    """Tatoeba repeats English lines: equal queries find one candidate, so at most one of them is right."""
    texts = [("it rains", "il pleut"), ("it rains", "il tombe de la pluie"), ("go", "va"), ("leave", "va")]
    examples = [{"id": str(i), "query": q, "candidate": c} for i, (q, c) in enumerate(texts)]
    queries = np.eye(3)[[0, 0, 1, 2]]
    candidates = np.array([[1.0, 0, 0], [0.9, 0, 0.1], [0, 1.0, 1.0], [0, 1.0, 1.0]])
    rows = retrieval.decode([*queries, *candidates], [], examples, READING, [])
    assert [row["prediction"] for row in rows] == ["0", "0", "2", "2"]
    assert [row["right"] for row in rows] == [1, 0, 1, 0]
    assert [row["equivalents"] for row in rows] == [["1"], ["0"], ["3"], ["2"]]
    assert metrics.points("accuracy", rows, "fra") == 50
    assert metrics.points("sound_accuracy", rows, "fra") == 100
