"""Mining translations: the threshold comes from one part, the score from the other."""

import numpy as np
import pyarrow as pa
import pytest

from atlas import metrics
from atlas.data.published import Published
from atlas.errors import AtlasError
from atlas.kinds import bitext_mining as kind


def _table(place, **columns):
    return Published(pa.table(columns), {"columns": {name: name for name in columns}}, place)


def _tables(sentences, english, pairs, prefix=""):
    """Published tables of one part; ids are the texts' places in their list."""
    left, right = zip(*pairs, strict=True)
    return {
        f"{prefix}sentences": _table("de", id=[f"de-{i}" for i in range(len(sentences))], text=sentences),
        f"{prefix}english": _table("en", id=[f"en-{i}" for i in range(len(english))], text=english),
        f"{prefix}pairs": _table(
            "gold", sentence=[f"de-{i}" for i in left], english=[f"en-{i}" for i in right]
        ),
    }


def _prepare(test, tune=None, limit=None):
    tune = tune or test
    return kind.prepare({**_tables(*test), **_tables(*tune, prefix="tune_")}, {"limit": limit})


SMALL = (["eins ", "zwei", "drei"], ["one", "two", "three", "four"], [(0, 0), (1, 1)])
BLIND = (["eins", "zwei"], ["three", "four"], [(0, 0), (1, 1)])  # no pair can be found
DIRECTION = {word: number for number, word in enumerate(["one", "two", "three", "four", "five", "six"])}
GERMAN = {"eins": "one", "zwei": "two", "drei": "three", "vier": "four", "fünf": "five", "sechs": "six"}


def _decode(examples):
    """Predictions of a model that knows German: a text and its translation have one direction."""
    outputs = [np.eye(8)[DIRECTION[GERMAN.get(e["text"], e["text"])]] + 0.05 for e in examples]
    return kind.decode(outputs, [], examples, {}, [])


def test_examples_hold_both_parts_and_sides():
    examples = _prepare(SMALL)
    assert len(examples) == 14
    first = next(e for e in examples if e["part"] == "test" and e["id"] == "de-0")
    assert first == {"id": "de-0", "part": "test", "side": "sentences", "text": "eins", "gold": ["en-0"]}
    assert {e["id"]: e["gold"] for e in examples if e["part"] == "test" and e["side"] == "sentences"} == {
        "de-0": ["en-0"],
        "de-1": ["en-1"],
        "de-2": [],
    }
    pa.Table.from_pylist(examples, schema=kind.EXAMPLES)


def test_a_pair_that_names_no_sentence_is_refused():
    tables = _tables(*SMALL)
    tables["pairs"] = _table("org/bucc gold", sentence=["de-9"], english=["en-0"])
    with pytest.raises(AtlasError, match="org/bucc gold, row 0: 'de-9' is no id among the 3 sentences"):
        kind.prepare({**tables, **_tables(*SMALL, prefix="tune_")}, {"limit": None})


def test_a_limit_keeps_pairs_whole_and_their_share():
    words = [str(number) for number in range(400)]
    part = (words, words, [(number, number) for number in range(40)])
    test = [e for e in _prepare(part, limit=10) if e["part"] == "test"]
    sentences = [e for e in test if e["side"] == "sentences"]
    paired = [e for e in sentences if e["gold"]]
    assert len(paired) == 10
    assert {gold for e in paired for gold in e["gold"]} <= {e["id"] for e in test if e["side"] == "english"}
    assert 60 <= len(sentences) - 10 <= 120  # about a quarter of 360
    assert _prepare(part, limit=10) == _prepare(part, limit=10)


def test_features_are_all_sentences(tiny_tokenizer):
    examples = _prepare(SMALL)
    features = kind.encode(examples, tiny_tokenizer, {"max_tokens": 8}, [])
    assert [f["input_ids"] for f in features] == tiny_tokenizer([e["text"] for e in examples])["input_ids"]


def test_what_is_mined_depends_on_the_selection_parts_threshold():
    test = (["eins", "zwei", "vier"], ["one", "two", "three", "five"], [(0, 0), (1, 1)])
    rows = _decode(_prepare(test))
    assert [(row["id"], row["prediction"], row["right"]) for row in rows] == [
        ("de-0", "en-0", 1.0),
        ("de-1", "en-1", 1.0),
        ("de-2", None, 1.0),  # its best pair lies below the threshold
    ]
    assert all(row["margin"] is not None for row in rows)
    assert metrics.points("mining_f1", rows, "deu") == 100
    pa.Table.from_pylist(rows, schema=kind.PREDICTIONS)
    # A selection part without any right pair tells no threshold: all pairs are taken.
    taken = _decode(_prepare(test, tune=BLIND))
    assert all(row["prediction"] for row in taken)
    assert metrics.points("mining_f1", taken, "deu") == pytest.approx(80)  # 2 of 3 pairs, both gold ones


def test_pairs_with_a_repeated_sentence_are_dropped():
    """Nothing tells which of the two is meant, so XTREME scores neither; the gold pair is missed."""
    repeated = (["eins", "zwei", "zwei"], ["one", "two", "three"], [(0, 0), (1, 1)])
    rows = _decode(_prepare(repeated, tune=BLIND))
    assert [row["prediction"] for row in rows] == ["en-0", None, None]
    assert metrics.points("mining_f1", rows, "deu") == pytest.approx(200 / 3)
