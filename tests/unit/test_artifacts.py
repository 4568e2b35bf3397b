"""Tables carry their key, and what is not whole or not ours is refused."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atlas import artifacts, manifests
from atlas.columns import CORRELATIONS, DELTAS, DISTANCES, SCORES
from atlas.errors import AtlasError

SCHEMA = pa.schema([("name", pa.string()), ("points", pa.float64())])


def test_rows_and_key_come_back(tmp_path):
    rows = [{"name": "日本", "points": 1.5}, {"name": "b", "points": None}]
    artifacts.write_table(tmp_path / "a.parquet", rows, "k1", SCHEMA)
    assert artifacts.key_of(tmp_path / "a.parquet") == "k1"
    assert artifacts.read_table(tmp_path / "a.parquet", SCHEMA).to_pylist() == rows
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_a_table_keeps_its_columns_and_order_of_the_schema(tmp_path):
    table = pa.table({"points": [1], "extra": [0], "name": ["a"]})
    artifacts.write_table(tmp_path / "a.parquet", table, "k", SCHEMA)
    assert artifacts.read_table(tmp_path / "a.parquet").schema.remove_metadata() == SCHEMA


def test_no_rows_are_a_table_too(tmp_path):
    artifacts.write_table(tmp_path / "a.parquet", [], "k", SCHEMA)
    assert artifacts.read_table(tmp_path / "a.parquet", SCHEMA).num_rows == 0


def test_a_key_rewritten_replaces_the_old_one(tmp_path):
    path = tmp_path / "a.parquet"
    artifacts.write_table(path, [], "k1", SCHEMA)
    artifacts.write_table(path, artifacts.read_table(path), "k2")
    assert artifacts.key_of(path) == "k2"


def test_the_key_of_a_manifest(tmp_path):
    manifests.write(tmp_path / "manifest.json", "k3", [])
    assert artifacts.key_of(tmp_path / "manifest.json") == "k3"


def _foreign_parquet(path):
    pq.write_table(pa.table({"a": [1]}), path)


def _truncated_parquet(path):
    artifacts.write_table(path, [{"name": "a", "points": 1.0}] * 100, "k", SCHEMA)
    path.write_bytes(path.read_bytes()[:-40])


FAULTS = {
    "missing": ("a.parquet", lambda path: None, "not there"),
    "without a key": ("a.parquet", _foreign_parquet, "carries no key"),
    "truncated": ("a.parquet", _truncated_parquet, "not a whole parquet file"),
    "empty": ("a.parquet", lambda path: path.touch(), "not a whole parquet file"),
    "json without a key": ("a.json", lambda path: path.write_text("{}"), "carries no key"),
    "truncated json": ("a.json", lambda path: path.write_text('{"key'), "not valid JSON"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_has_no_whole_key_is_refused(tmp_path, fault):
    name, make, word = FAULTS[fault]
    make(tmp_path / name)
    with pytest.raises(AtlasError, match=rf"{name}: .*{word}"):
        artifacts.key_of(tmp_path / name)


def test_missing_columns_are_named_before_anything_is_written(tmp_path):
    with pytest.raises(AtlasError, match=r"a\.parquet: lacks the columns \['points'\]"):
        artifacts.write_table(tmp_path / "a.parquet", pa.table({"name": ["a"]}), "k", SCHEMA)
    assert not list(tmp_path.iterdir())


def test_missing_columns_are_named_on_reading(tmp_path):
    _foreign_parquet(tmp_path / "a.parquet")
    with pytest.raises(AtlasError, match="lacks the columns"):
        artifacts.read_table(tmp_path / "a.parquet", SCHEMA)


def test_a_key_depends_on_settings_code_and_inputs(tmp_path):
    def key(spec=1, code="c", content="k"):
        manifests.write(tmp_path / "manifest.json", content, [])
        return artifacts.make_key({"a": spec}, code, tmp_path / "manifest.json")

    assert key() == key()
    assert len({key(), key(spec=2), key(code="d"), key(content="l")}) == 4


def test_content_counts_and_how_it_is_stored_does_not():
    table = pa.table({"a": [1, 2, 3]})
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)]).replace_schema_metadata({"k": "v"})
    assert artifacts.content_digest(table) == artifacts.content_digest(chunked)
    assert artifacts.content_digest(table) != artifacts.content_digest(pa.table({"a": [1, 3, 2]}))
    assert artifacts.content_digest(table) != artifacts.content_digest(pa.table({"b": [1, 2, 3]}))


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (SCORES, "model n_parameters intermediate target kind seed source_language language metric score"),
        (
            DELTAS,
            "model intermediate target source_language language n_seeds delta delta_se gap",
        ),
        (DISTANCES, "source_language language distance provider value n_features_observed n_features"),
        (CORRELATIONS, "model outcome distance provider n_languages spearman pearson kendall p_permutation"),
    ],
    ids=["scores", "deltas", "distances", "correlations"],
)
def test_columns_that_other_tools_rely_on_are_there(schema, names):
    assert set(names.split()) <= set(schema.names)
