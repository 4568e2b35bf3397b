"""Text for masked language modelling: lines of declared languages, some of each held out."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atlas import artifacts, manifests
from atlas.data import texts
from atlas.errors import AtlasError


@pytest.fixture
def prepare(tmp_path):
    """Function (texts by language, spec) -> prepared rows by part."""

    def _prepare(given, **changes):
        tables = {}
        for language, listed in given.items():
            artifacts.write_table(tmp_path / f"{language}.parquet", pa.table({"text": listed}), "k")
            tables[language] = {"file": f"{language}.parquet", "key": "k", "rows": len(listed)}
        rows = tmp_path / "fetched.json"
        manifests.write(rows, "k", [entry["file"] for entry in tables.values()], tables=tables)
        spec = {"column": "text", "languages": list(given), "max_texts": None, **changes}
        out = tmp_path / "out" / "manifest.json"
        out.parent.mkdir(exist_ok=True)
        texts.prepare(spec, "code", rows, out)
        return {part: pq.read_table(out.parent / f"{part}.parquet").to_pylist() for part in ("train", "tune")}

    return _prepare


def test_each_line_is_a_text_of_its_language_and_none_is_in_both_parts(prepare):
    parts = prepare({"deu": ["eins\n\nzwei ", "drei"], "fra": ["un", "deux"]})
    rows = parts["train"] + parts["tune"]
    assert sorted(row["text"] for row in rows) == ["deux", "drei", "eins", "un", "zwei"]
    assert [row["language"] for row in parts["tune"]] == ["deu", "fra"]
    assert {row["language"] for row in rows if row["text"] in ("un", "deux")} == {"fra"}


def test_a_twentieth_is_held_out_and_the_most_is_a_limit_of_each_language(prepare):
    given = {"deu": [str(n) for n in range(100)], "fra": [f"f{n}" for n in range(100)]}
    assert len(prepare(given)["tune"]) == 10
    limited = prepare(given, max_texts=40)
    assert (len(limited["train"]), len(limited["tune"])) == (76, 4)
    assert limited == prepare(given, max_texts=40)


def test_a_table_without_text_is_named(prepare):
    with pytest.raises(AtlasError, match="deu.parquet: holds 1 texts"):
        prepare({"deu": ["eins", " \n"]})
    with pytest.raises(AtlasError, match="deu.parquet: has no column 'body'"):
        prepare({"deu": ["eins", "zwei"]}, column="body")
