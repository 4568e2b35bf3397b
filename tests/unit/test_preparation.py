"""Published rows become limited, keyed examples; what does not fit leaves nothing behind."""

import pyarrow as pa
import pytest

from atlas import artifacts, manifests
from atlas.data import preparation
from atlas.errors import AtlasError

MEANING = {"limit": None, "labels": ["no", "yes"]}
COLUMNS = {"first": "text", "label": "y"}


def _views(*tables, **view):
    return {"rows": [{"table": table, "columns": COLUMNS, **view} for table in tables]}


def _fetched(folder, tables, labels=(0, 1) * 10):
    listed = {}
    for name in tables:
        path = folder / f"{name}.parquet"
        table = pa.table({"text": [f"{name} {i}" for i in range(20)], "y": labels})
        artifacts.write_table(path, table, f"published {name}")
        listed[name] = {"file": path.name, "key": f"published {name}", "rows": 20}
    manifests.write(
        folder / "manifest.json", "fetched", [entry["file"] for entry in listed.values()], tables=listed
    )
    return folder / "manifest.json"


def _training(tmp_path, train=None, tune=None, published_labels=(0, 1) * 10):
    rows = _fetched(tmp_path / "sources", ("train", "tune"), published_labels)
    spec = {
        "kind": "sentence_classification",
        "train": {**MEANING, "limit": train, "tables": _views("train")},
        "tune": {**MEANING, "limit": tune, "tables": _views("tune")},
    }
    manifest = tmp_path / "prepared" / "manifest.json"
    preparation.prepare_training(spec, "code", rows, manifest)
    paths = (manifest.parent / f"{part}.parquet" for part in ("train", "tune"))
    return [artifacts.read_table(path).to_pylist() for path in paths]


def _test(tmp_path, languages, limit=None, **changes):
    rows = _fetched(tmp_path / "sources", languages)
    spec = {
        "kind": "sentence_classification",
        "languages": {language: _views(language, **changes) for language in languages},
        "test": {**MEANING, "limit": limit},
    }
    manifest = tmp_path / "prepared" / "manifest.json"
    preparation.prepare_test(spec, "code", rows, manifest)
    return manifest


def test_training_examples_are_a_shuffled_sample_and_the_same_every_time(tmp_path):
    train, tune = _training(tmp_path / "a", train=8, tune=5)
    assert _training(tmp_path / "b", train=8, tune=5) == [train, tune]
    texts = [row["first"] for row in train]
    assert len(set(texts)) == 8
    assert texts != [f"train {i}" for i in range(8)]
    chosen = [int(row["first"].removeprefix("tune ")) for row in tune]
    # In order, but not the first ones: published selection sets may be sorted by label too.
    assert chosen == sorted(set(chosen)) and len(chosen) == 5 and chosen != [0, 1, 2, 3, 4]


def test_a_smaller_limit_is_a_part_of_a_larger_one(tmp_path):
    few, _ = _training(tmp_path / "a", train=4)
    many, _ = _training(tmp_path / "b", train=8)
    assert [row["first"] for row in few] == [row["first"] for row in many][:4]


@pytest.mark.parametrize("limit", [None, 20, 1000])
def test_a_limit_beyond_the_rows_keeps_them_all(tmp_path, limit):
    train, _ = _training(tmp_path, train=limit)
    assert sorted(row["first"] for row in train) == sorted(f"train {i}" for i in range(20))


def test_test_rows_are_a_sample_and_the_same_where_sets_are_parallel(tmp_path):
    manifest = _test(tmp_path, ("eng", "deu"), limit=3)
    numbers = []
    for language in ("eng", "deu"):
        rows = artifacts.read_table(manifest.parent / f"{language}.parquet").to_pylist()
        numbers.append([int(row["first"].removeprefix(f"{language} ")) for row in rows])
    assert numbers[0] == numbers[1] == sorted(set(numbers[0]))
    # Published test sets may be sorted by label (SIB-200 is): the first rows would all be of one.
    assert len(numbers[0]) == 3 and numbers[0] != [0, 1, 2]


def test_a_new_language_leaves_the_others_as_they_are(tmp_path):
    manifest = _test(tmp_path, ("eng", "deu"))
    before = manifests.read(manifest)["tables"]
    stamp = (manifest.parent / "eng.parquet").stat().st_mtime_ns
    _test(tmp_path, ("eng", "deu", "fra"))
    after = manifests.read(manifest)["tables"]
    assert {name: after[name] for name in before} == before
    assert (manifest.parent / "eng.parquet").stat().st_mtime_ns == stamp


def test_another_limit_prepares_anew(tmp_path):
    one = manifests.read(_test(tmp_path, ("eng",), limit=3))
    other = manifests.read(_test(tmp_path, ("eng",), limit=4))
    assert one["key"] != other["key"]
    assert other["tables"]["eng"]["rows"] == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": ["no", "maybe not"], "columns": {"first": "y", "label": "text"}}, ["row 0", "'eng 0'"]),
        ({"columns": {"first": "txt", "label": "y"}}, ["no column 'txt'", "Did you mean text?"]),
    ],
)
def test_what_does_not_fit_leaves_no_table_and_no_manifest(tmp_path, changes, words):
    with pytest.raises(AtlasError) as caught:
        _test(tmp_path, ("eng",), **changes)
    assert "eng.parquet" in str(caught.value)
    assert all(word in str(caught.value) for word in words)
    assert not (tmp_path / "prepared").exists()


def test_a_bad_training_row_is_named_by_its_number_in_the_published_table(tmp_path):
    labels = [0] * 20
    labels[13] = 7
    with pytest.raises(AtlasError, match=r"train\.parquet, row 13: label 7 "):
        _training(tmp_path, published_labels=labels)


def test_several_tables_are_one_training_set_and_dropped_rows_are_counted(tmp_path):
    labels = [0, 1] * 9 + [-1, -1]
    rows = _fetched(tmp_path / "sources", ("train-1", "train-2", "tune"), labels)
    spec = {
        "kind": "sentence_classification",
        "train": {**MEANING, "tables": _views("train-1", "train-2", unlabelled="drop")},
        "tune": {**MEANING, "tables": _views("tune", where={"text": "tune ?"})},
    }
    manifest = tmp_path / "prepared" / "manifest.json"
    preparation.prepare_training(spec, "code", rows, manifest)
    tables = manifests.read(manifest)["tables"]
    assert tables["train"]["rows"] == 36 and tables["tune"]["rows"] == 10
    assert tables["train"]["dropped"] == {"train-1": {"unlabelled": 2}, "train-2": {"unlabelled": 2}}
    assert tables["tune"]["dropped"] == {"tune": {"text: tune ?": 10}}
    train = artifacts.read_table(manifest.parent / "train.parquet").to_pylist()
    assert len({row["id"] for row in train}) == 36
    assert {row["first"].split()[0] for row in train} == {"train-1", "train-2"}


def test_a_limit_counts_over_all_tables_of_a_part(tmp_path):
    rows = _fetched(tmp_path / "sources", ("train-1", "train-2", "tune"))
    spec = {
        "kind": "sentence_classification",
        "train": {**MEANING, "limit": 12, "tables": _views("train-1", "train-2")},
        "tune": {**MEANING, "tables": _views("tune")},
    }
    manifest = tmp_path / "prepared" / "manifest.json"
    preparation.prepare_training(spec, "code", rows, manifest)
    texts = [row["first"] for row in artifacts.read_table(manifest.parent / "train.parquet").to_pylist()]
    assert len(set(texts)) == 12 and {text.split()[0] for text in texts} == {"train-1", "train-2"}


def test_an_unlabelled_split_is_named_by_file_and_row_with_what_to_do(tmp_path):
    with pytest.raises(AtlasError, match=r"train\.parquet, row \d+: no label\. .*choose a split"):
        _training(tmp_path, published_labels=[-1] * 20)


def test_labels_whose_file_is_missing_are_asked_for(tmp_path):
    spec = {"kind": "sentence_classification", "languages": {"eng": _views("eng")}}
    spec["test"] = {"limit": None, "labels": []}
    rows = _fetched(tmp_path / "sources", ("eng",))
    with pytest.raises(AtlasError, match=r"eng\.parquet, row 0: the task has no labels.*labels\.file"):
        preparation.prepare_test(spec, "code", rows, tmp_path / "prepared" / "manifest.json")
