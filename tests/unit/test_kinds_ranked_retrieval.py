"""Ranking a pool: pairs train the encoder, and several candidates may be right."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
import torch

from atlas import metrics
from atlas.data.published import Published
from atlas.engine import encoders
from atlas.engine.padding import collate
from atlas.errors import AtlasError
from atlas.kinds import ranked_retrieval as kind

READING = {"max_tokens": 24}
CONTEXT = "Berlin is the capital of Germany. Paris is the capital of France."
FRENCH = "Berlin est en Allemagne. Paris est en France."


def _published(place="org/data", **columns):
    return Published(pa.table(columns), {"columns": {name: name for name in columns}}, place)


def _answer(text, context):
    return {"text": [text], "answer_start": [context.index(text)]}


def _squad():
    return _published(
        query=["what is in Germany?", "what is in France?", "which capital is in Germany?"],
        context=[CONTEXT] * 3,
        answers=[_answer("Berlin", CONTEXT), _answer("Paris", CONTEXT), _answer("Berlin", CONTEXT)],
    )


def _pool():
    """Pool in LAReQA's form: one row per question and language, with the sentences of its context."""
    breaks = {CONTEXT: [[0, 33], [34, 65]], FRENCH: [[0, 24], [25, 45]]}
    rows = [(key, text, word) for text in breaks for key, word in (("q1", "Berlin"), ("q2", "Paris"))]
    return _published(
        key=[key for key, *_ in rows],
        context=[text for _, text, _ in rows],
        answers=[_answer(word, text) for _, text, word in rows],
        breaks=[breaks[text] for _, text, _ in rows],
    )


def _queries(**columns):
    questions = {"id": ["q1", "q2"], "query": [" Wo ist Berlin? ", "Wo ist Paris?"], "key": ["q1", "q2"]}
    return _published("org/questions", **{**questions, **columns})


def _examples(limit=None):
    return kind.prepare({"queries": _queries(), "pool": _pool()}, {"limit": limit})


def test_training_pairs_are_a_question_and_the_sentence_of_its_answer():
    pairs = kind.prepare(_squad(), {})
    assert [pair["query"] for pair in pairs] == _squad().values("query")
    assert [pair["candidate"].split()[0] for pair in pairs] == ["Berlin", "Paris", "Berlin"]
    assert all(pair["context"] == CONTEXT for pair in pairs)
    assert [pair["keys"] for pair in pairs] == [["0"], ["1"], ["0"]]  # equal candidates are equally right


def test_training_pairs_may_be_published_as_such():
    pairs = _published(query=["Smith"], query_span=[[0, 5]], candidate=["a lawyer"])
    assert kind.prepare(pairs, {}) == [
        {"id": "0", "query": "Smith: { Smith }", "candidate": "a lawyer", "context": None, "keys": ["0"]}
    ]


def test_the_pool_holds_every_sentence_once_with_the_questions_it_answers():
    examples = _examples()
    pa.Table.from_pylist(examples, schema=kind.EXAMPLES)
    queries, pool = examples[:2], examples[2:]
    assert [(e["id"], e["query"], e["keys"]) for e in queries] == [
        ("q1", "Wo ist Berlin?", ["q1"]),
        ("q2", "Wo ist Paris?", ["q2"]),
    ]
    assert [(e["candidate"].split()[0], e["keys"]) for e in pool] == [
        ("Berlin", ["q1"]), ("Paris", ["q2"]), ("Berlin", ["q1"]), ("Paris", ["q2"])
    ]  # fmt: skip
    assert len({e["id"] for e in examples}) == 6


def test_a_limit_draws_queries_and_leaves_the_pool():
    examples = _examples(limit=1)
    assert [e["candidate"] is None for e in examples] == [True, False, False, False, False]


def test_a_pool_of_entities():
    pool = _published(key=["Q1", "Q2"], candidate=["a city", "a river"])
    examples = kind.prepare({"queries": _queries(key=["Q2", "Q1"]), "pool": pool}, {"limit": None})
    assert [(e["candidate"], e["keys"]) for e in examples[2:]] == [("a city", ["Q1"]), ("a river", ["Q2"])]


def test_a_query_without_any_right_candidate_is_refused():
    tables = {"queries": _queries(key=["q1", "q9"]), "pool": _pool()}
    with pytest.raises(AtlasError, match="org/questions, row 1: no candidate of the pool has the key 'q9'"):
        kind.prepare(tables, {"limit": None})


def test_answers_without_a_start_are_refused():
    tables = _published(query=["x"], context=["y"], answers=[{"text": ["y"]}])
    with pytest.raises(AtlasError, match="org/data, row 0: .*answer_start"):
        kind.prepare(tables, {})


def test_pairs_are_read_side_by_side(tiny_tokenizer):
    features = kind.encode(kind.prepare(_squad(), {}), tiny_tokenizer, READING, [])
    batch = collate(features, tiny_tokenizer)
    assert batch["input_ids"].shape[:2] == (3, 2)
    query, candidate = features[0]["input_ids"]
    assert query == tiny_tokenizer("what is in Germany?")["input_ids"]
    assert len(candidate) == READING["max_tokens"]  # a sentence and its context


def test_queries_come_before_the_pool(tiny_tokenizer):
    features = kind.encode(_examples(), tiny_tokenizer, READING, [])
    assert features[0]["input_ids"] == tiny_tokenizer("Wo ist Berlin?")["input_ids"]
    assert len(features) == 6


def test_every_right_candidate_counts():
    examples = _examples()
    outputs = [np.array(v, float) for v in ([1, 0], [0, 1], [1, 0.1], [0.3, 1], [0.2, 1], [1, 0.9])]
    rows = kind.decode(outputs, [], examples, READING, [])
    pa.Table.from_pylist(rows, schema=kind.PREDICTIONS)
    pool = [e["id"] for e in examples[2:]]
    assert rows[0]["gold"] == [pool[0], pool[2]]
    assert rows[0]["prediction"] == [pool[0], pool[3], pool[1], pool[2]]
    assert [row["right"] for row in rows] == [1.0, 0.0]
    # Right at ranks 1 and 4; the second query finds its own at ranks 2 and 3.
    expected = [(1 + 2 / 4) / 2, (1 / 2 + 2 / 3) / 2]
    assert metrics.per_example("map_at_20", rows, "deu")[0] == pytest.approx(expected)


def test_pairs_are_ranked_among_all_pairs_of_the_set():
    pairs = kind.prepare(_squad(), {})
    outputs = [np.array([[1.0, 0], [1, 0.1]]), np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [1, 0.1]])]
    rows = kind.decode(outputs, [], pairs, READING, [])
    assert [row["right"] for row in rows] == [1.0, 0.0, 1.0]
    assert rows[0]["gold"] == ["0", "2"]


def test_the_loss_is_the_cross_entropy_within_the_batch():
    table = torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 1.0], [0.6, 0.8]])

    def model(input_ids, attention_mask):
        return SimpleNamespace(last_hidden_state=table[input_ids])

    # Query 0 and its candidate: cosine 1; query 1 and its own: 0.8. Across: 0.6 and 0.
    ids = torch.tensor([[[0, 2], [1, 2]], [[2, 0], [3, 0]]])
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": torch.zeros(2)}
    expected = (np.log(1 + np.exp(60 - 100)) + np.log(1 + np.exp(0 - 80))) / 2
    assert kind.loss(model, batch).item() == pytest.approx(expected, abs=1e-5)
    crossed = {**batch, "input_ids": torch.stack([ids[:, 0], ids[[1, 0], 1]], dim=1)}
    # Each query with the other's candidate: 60 against 100, 0 against 80.
    assert kind.loss(model, crossed).item() == pytest.approx((40 + 80) / 2, abs=1e-4)


def test_a_pair_is_embedded_as_its_two_sides_would_be_alone(tiny_tokenizer, tiny_model):
    model = encoders.load_checkpoint(tiny_model, kind.AUTO_CLASS)
    features = kind.encode(kind.prepare(_squad(), {})[:1], tiny_tokenizer, READING, [])
    inputs = {name: v for name, v in collate(features, tiny_tokenizer).items() if name != "labels"}
    with torch.no_grad():
        both = kind.embed(model, inputs)
        alone = [kind.embed(model, {name: v[:, side] for name, v in inputs.items()}) for side in (0, 1)]
    assert both.shape == (1, 2, 32)
    torch.testing.assert_close(both, torch.stack(alone, dim=1))


def test_training_brings_pairs_together(tiny_tokenizer, tiny_model):
    model = encoders.with_fresh_head(tiny_model, kind.AUTO_CLASS, [], "first", seed=1).eval()
    batch = collate(kind.encode(kind.prepare(_squad(), {})[:2], tiny_tokenizer, READING, []), tiny_tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(8):
        losses.append(kind.loss(model, batch))
        losses[-1].backward()
        optimizer.step()
        optimizer.zero_grad()
    assert losses[-1] < losses[0] / 2
