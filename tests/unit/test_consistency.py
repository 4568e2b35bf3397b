"""RankC and overlap against their definitions, worked by hand and computed the slow way."""

import math

import numpy as np
import pyarrow as pa
import pytest

from atlas import artifacts, manifests
from atlas.analysis.consistency import of_cell, overlap, rankc
from atlas.columns import CONSISTENCY
from atlas.files import write_json
from measure_consistency import measure_consistency


def positions_of(rankings, n_candidates):
    """Places of the candidates from rankings by language and example."""
    positions = np.full((len(rankings), len(rankings[0]), n_candidates), np.nan)
    for language, own in enumerate(rankings):
        for example, ranking in enumerate(own):
            positions[language, example, ranking] = range(len(ranking))
    return positions


def slow_rankc(first, second):
    """The definition, example by example."""
    values = []
    for one, other in zip(first, second, strict=True):
        n = len(one)
        weights = [math.exp(n - j + 1) for j in range(1, n + 1)]
        precisions = [len(set(one[:j]) & set(other[:j])) / j for j in range(1, n + 1)]
        values.append(sum(w * p for w, p in zip(weights, precisions, strict=True)) / sum(weights))
    return sum(values) / len(values)


def predictions(**columns):
    """One language's predictions; right and gold from the first of the ranking unless given."""
    n = len(next(iter(columns.values())))
    table = {"id": [str(row) for row in range(n)], **columns}
    if "ranking" in table:
        table.setdefault("gold", ["a"] * n)
        pairs = zip(table["ranking"], table["gold"], strict=True)
        table.setdefault("right", [float(ranking[0] == gold) for ranking, gold in pairs])
    return pa.table(table)


def of(rows, language):
    (row,) = [row for row in rows if row["language"] == language]
    return row


def test_rankc_of_three_candidates_by_hand():
    # a b c against b a c: nothing of the first one in common, both of the first two, all three.
    found = rankc(positions_of([[[0, 1, 2]], [[1, 0, 2]]], 3), np.ones((2, 1), bool))
    expected = (math.e**2 + math.e) / (math.e**3 + math.e**2 + math.e)
    assert found[0, 1] == found[1, 0] == pytest.approx(expected)
    assert np.diag(found) == pytest.approx([1, 1])


def test_rankc_of_a_reversed_ranking_by_hand():
    # a b c against c b a: P@1 = 0, P@2 = 1/2, P@3 = 1.
    found = rankc(positions_of([[[0, 1, 2]], [[2, 1, 0]]], 3), np.ones((2, 1), bool))
    assert found[0, 1] == pytest.approx((math.e**2 / 2 + math.e) / (math.e**3 + math.e**2 + math.e))


def test_rankc_agrees_with_the_slow_way_where_examples_have_unequal_numbers_of_candidates():
    rng = np.random.default_rng(0)
    numbers = rng.integers(2, 7, size=40)
    rankings = [[list(rng.permutation(n)) for n in numbers] for _ in range(4)]
    found = rankc(positions_of(rankings, 6), np.ones((4, 40), bool))
    expected = [[slow_rankc(one, other) for other in rankings] for one in rankings]
    assert found == pytest.approx(np.array(expected), abs=1e-12)


def test_only_common_examples_count():
    rng = np.random.default_rng(1)
    rankings = [[list(rng.permutation(4)) for _ in range(10)] for _ in range(2)]
    present = np.ones((2, 10), bool)
    present[0, :3] = present[1, 8:] = False
    expected = slow_rankc(rankings[0][3:8], rankings[1][3:8])
    assert rankc(positions_of(rankings, 4), present)[0, 1] == pytest.approx(expected)


def test_overlap_is_right_in_both_by_right_in_either():
    right = np.array([[1, 1, 0, 0, 1], [1, 0, 1, 0, 1]], bool)
    assert overlap(right, np.ones_like(right))[0, 1] == pytest.approx(2 / 4)
    present = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]], bool)
    assert overlap(right, present)[0, 1] == pytest.approx(1 / 3)
    assert np.isnan(overlap(np.zeros((2, 3), bool), np.ones((2, 3), bool))).all()


def test_a_cell_compares_each_language_with_the_source_and_with_all():
    rankings = {"eng": [["a", "b"]] * 4, "deu": [["a", "b"]] * 3 + [["b", "a"]], "hin": [["b", "a"]] * 4}
    rows = of_cell({code: predictions(ranking=own) for code, own in rankings.items()}, "eng")
    first = math.e**2 / (math.e**2 + math.e)  # weight of the first of two; the second place always agrees
    german, english = of(rows, "deu"), of(rows, "eng")
    assert german["rankc"] == pytest.approx(1 - first / 4) and german["overlap"] == 3 / 4
    assert (german["n_examples"], german["n_pairs"], german["note"]) == (4, 2, "")
    assert german["rankc_mean"] == pytest.approx(1 - first / 2)
    assert english["rankc"] is english["n_examples"] is None
    assert english["rankc_mean"] == pytest.approx(((1 - first / 4) + (1 - first)) / 2)


def test_choices_are_numbers():
    ranking = [[0, 1], [1, 0]]
    tables = {code: predictions(ranking=ranking, gold=[0, 0]) for code in ("eng", "deu")}
    assert of(of_cell(tables, "eng"), "deu")["rankc"] == pytest.approx(1)


def test_spans_have_overlap_and_no_rankc():
    tables = {"eng": predictions(right=[1.0, 1.0, 0.4]), "deu": predictions(right=[1.0, 0.0, 1.0])}
    row = of(of_cell(tables, "eng"), "deu")
    assert row["overlap"] == pytest.approx(1 / 3)
    assert row["rankc"] is row["rankc_mean"] is None and "share no candidates" in row["note"]


def test_unequal_golds_are_no_translations():
    ranking = [["a", "b"]] * 4
    tables = {
        "eng": predictions(ranking=ranking),
        "deu": predictions(ranking=ranking, gold=["a", "b", "a", "b"]),
    }
    row = of(of_cell(tables, "eng"), "deu")
    assert row["rankc"] is row["overlap"] is None and "not parallel" in row["note"]


def test_without_the_source_language_only_means_are_told():
    tables = {code: predictions(ranking=[["a", "b"]]) for code in ("deu", "hin")}
    row = of(of_cell(tables, "eng"), "deu")
    assert row["rankc"] is None and row["rankc_mean"] == pytest.approx(1)
    assert "no test set in the source language, eng" in row["note"]


def test_one_language_alone_is_compared_with_nothing():
    (row,) = of_cell({"eng": predictions(ranking=[["a", "b"]])}, "eng")
    assert row["rankc_mean"] is row["overlap_mean"] is None and row["n_pairs"] == 0


def test_stage_reads_what_is_there_and_writes_the_declared_columns(tmp_path):
    write_json(tmp_path / "sources/models/small/manifest.json", {"n_parameters": 5, "n_parameters_total": 9})
    folder = tmp_path / "predictions/small/none/xnli/seed-1"
    listed = {code: {"file": f"{code}.parquet"} for code in ("eng", "deu")}
    for entry in listed.values():
        artifacts.write_table(folder / entry["file"], predictions(ranking=[["a", "b"]]), "k")
    files = [entry["file"] for entry in listed.values()]
    manifests.write(folder / "manifest.json", "k", files, languages=listed)
    spec = {"models": {"small": ["none", "mnli"]}, "seeds": [1], "source_languages": {"xnli": "eng"}}
    out = tmp_path / "consistency.parquet"
    assert (
        measure_consistency(folder=tmp_path, spec=spec, code="c", consistency=out)
        == "2 rows of 1 checkpoints"
    )
    rows = artifacts.read_table(out, CONSISTENCY).to_pylist()
    assert of(rows, "deu")["rankc"] == pytest.approx(1) and of(rows, "deu")["n_parameters"] == 5
