"""Files and model folders of the user's own as a source."""

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atlas import sources
from atlas.errors import AtlasError
from atlas.sources import local

ROWS = [{"text": "the cat", "y": 1}, {"text": "柏林", "y": 0}]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A cache of the test's own for what `datasets` converts."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def _write(path):
    table = pa.Table.from_pylist(ROWS)
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    elif path.suffix in (".csv", ".tsv"):
        mark = "," if path.suffix == ".csv" else "\t"
        lines = [f"text{mark}y"] + [f"{row['text']}{mark}{row['y']}" for row in ROWS]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        import json

        path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")


@pytest.mark.parametrize("ending", ["parquet", "csv", "tsv", "jsonl"])
def test_each_format_gives_the_same_rows(tmp_path, ending):
    path = tmp_path / f"data.{ending}"
    _write(path)
    table, revision, files = local.fetch_table({"local": str(path), "split": "test"})
    assert table.select(["text", "y"]).to_pylist() == ROWS
    assert revision is None
    assert files[path.name]["size"] == path.stat().st_size


def test_an_edit_is_seen(tmp_path):
    path = tmp_path / "data.csv"
    source = {"local": str(path), "split": "test"}
    path.write_text("text\nold\n")
    _, _, before = local.fetch_table(source)
    path.write_text("text\nnew and longer\n")
    table, _, after = local.fetch_table(source)
    assert table.to_pylist() == [{"text": "new and longer"}]
    assert before != after


def test_subset_and_split_are_filled_in(tmp_path):
    source = {"local": "data/{subset}/{split}.csv", "subset": "de", "split": "test"}
    assert str(sources.path_of(source)) == "data/de/test.csv"


def test_a_folder_gives_the_file_of_the_split(tmp_path):
    _write(tmp_path / "test-00000.parquet")
    _write(tmp_path / "train.parquet")
    (tmp_path / "test.md").write_text("notes")
    _, _, files = local.fetch_table({"local": str(tmp_path), "split": "test"})
    assert list(files) == ["test-00000.parquet"]


FAULTS = {
    "missing": ("data.csv", None, "not there"),
    "unknown format": ("data.xlsx", b"x", r"format '\.xlsx' is not read. Allowed: \.parquet, \.csv"),
    "cut parquet": ("data.parquet", b"PAR1 and no more", "cannot be read"),
    "broken json": ("data.jsonl", b'{"a": 1}\n{"a', "cannot be read"),
    "nothing of the split": ("folder/train.csv", b"a\n1\n", r"expected one file named test\*"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_read_is_named(tmp_path, fault):
    name, content, word = FAULTS[fault]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if content is not None:
        path.write_bytes(content)
    asked = path.parent if "folder" in name else path
    with pytest.raises(AtlasError, match=f"{asked.name}: .*{word}") as caught:
        local.fetch_table({"local": str(asked), "split": "test"})
    assert "\n" not in str(caught.value)


def test_a_model_folder_is_copied_without_pickles(tiny_model, tmp_path):
    origin, folder = tmp_path / "origin", tmp_path / "copy"
    origin.mkdir()
    folder.mkdir()
    for path in tiny_model.iterdir():
        (origin / path.name).write_bytes(path.read_bytes())
    (origin / "pytorch_model.bin").write_bytes(b"pickle")
    (origin / "manifest.json").write_text("{}")
    revision, files = local.fetch_model({"local": str(origin)}, folder)
    assert revision is None
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= files.keys()
    assert {path.name for path in folder.iterdir()} == files.keys()
    assert not {"pytorch_model.bin", "manifest.json"} & files.keys()


def test_a_model_folder_without_safetensors_is_refused(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(AtlasError, match="no folder with safetensors"):
        local.fetch_model({"local": str(tmp_path)}, tmp_path)
