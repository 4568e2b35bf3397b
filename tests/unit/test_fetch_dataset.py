"""Fetching a task's tables, from files of the user's own."""

import json

import pyarrow.parquet as pq
import pytest

from atlas import artifacts
from atlas.errors import AtlasError
from fetch_dataset import fetch_dataset


def _spec(folder, *languages):
    source = {"local": str(folder / "{subset}.jsonl"), "split": "test"}
    return {"tables": {code: {**source, "subset": code} for code in languages}}


def _write(folder, language, *texts):
    (folder / f"{language}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))


def test_each_language_has_its_table_and_a_key_that_follows_its_rows(tmp_path):
    manifest = tmp_path / "out" / "manifest.json"
    keys = []
    for german in ("eins", "zwei", "eins"):
        _write(tmp_path, "deu", german)
        _write(tmp_path, "fra", "un")
        fetch_dataset(spec=_spec(tmp_path, "deu", "fra"), code="0", manifest=manifest)
        keys.append(artifacts.key_of(manifest))
    assert keys[0] == keys[2] != keys[1]
    assert pq.read_table(manifest.parent / "deu.parquet").to_pylist() == [{"text": "eins"}]


def test_an_empty_test_language_is_named_before_anything_is_trained_on(tmp_path):
    _write(tmp_path, "deu", "eins")
    _write(tmp_path, "fra")
    manifest = tmp_path / "out" / "manifest.json"
    with pytest.raises(AtlasError, match="fra.jsonl: has no rows"):
        fetch_dataset(spec=_spec(tmp_path, "deu", "fra"), code="0", manifest=manifest)
    assert not manifest.exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AtlasError, match="swh.jsonl: not there"):
        fetch_dataset(spec=_spec(tmp_path, "swh"), code="0", manifest=tmp_path / "out" / "manifest.json")
