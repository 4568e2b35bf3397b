"""Files whose names or contents are not what they seem: read as they stand, or refused in one message."""

import csv
import gzip
import io
import json
import os
import tarfile
import zipfile

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas import imported
from atlas.sources import local
from tests.conftest import ROOT
from tests.hostile import VALUES, refused

INPUTS = int(os.environ.get("ATLAS_FUZZ", 150))
ROW = b'{"text": "own", "label": 1}\n'


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """A cache of the test's own for what `datasets` converts."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


def fetch(path, content, **more):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return local.fetch_table({"local": str(path), "split": "train", **more})[0]


@pytest.mark.parametrize(
    "name",
    ["$(touch pwned)", "`touch pwned`;&|", "[1]", "a*", "a?", "a**b", "-n", "a\nb", "'q\"", "\u202eabc",
     "zip:x", "http:", "a\\b", "a%20b#c"],
)  # fmt: skip
def test_a_file_of_any_name_gives_its_own_rows(tmp_path, name):
    for other in ("1", "ab", "aab"):  # what the names above would mean as patterns
        (tmp_path / f"{other}.jsonl").write_bytes(b'{"text": "another\'s", "label": 0}\n')
    table = fetch(tmp_path / f"{name}.jsonl", ROW)
    assert table.to_pylist() == [{"text": "own", "label": 1}]


def test_a_chain_of_file_systems_is_refused(tmp_path):
    assert refused(lambda: fetch(tmp_path / "zip::a.jsonl", ROW))


def tar():
    """Rows outside of the archive's folder, and a link to a file of the system."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        outside = tarfile.TarInfo("../../pwned.jsonl")
        outside.size = len(ROW)
        archive.addfile(outside, io.BytesIO(ROW))
        link = tarfile.TarInfo("link.jsonl")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return packed.getvalue()


def bomb():
    """Twenty megabytes in twenty kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../pwned.jsonl", b"0" * 20_000_000)
    return packed.getvalue()


@pytest.mark.parametrize("ending", ["jsonl", "csv", "txt", "parquet"])
@pytest.mark.parametrize("content", [tar(), bomb(), gzip.compress(ROW)], ids=["tar", "zip", "gzip"])
def test_a_packed_file_under_another_name_is_not_unpacked(tmp_path, ending, content):
    assert refused(lambda: fetch(tmp_path / "data" / f"rows.{ending}", content))
    assert not (tmp_path / "cache").exists()
    assert not list(tmp_path.rglob("pwned*"))


@pytest.mark.parametrize(
    ("name", "content", "more"),
    [
        ("a.jsonl", b"[" * 100_000, {}),
        ("a.jsonl", b"\x00" * 100, {}),
        ("a.jsonl", '{"text": "x"}'.encode("utf-16"), {}),
        ("a.jsonl", b'{"a": "\\ud800"}\n', {}),
        ("a.csv", b"\xff\xfe\n", {}),
        ("a.parquet", b"PAR1" + b"\x00" * 50 + b"PAR1", {}),
        ("a.txt", b"x\ty\n\xff\ty\n", {"format": "row_per_line", "names": ["x", "y"]}),
        ("a.txt", b"x\ty\n\xff\ty\n", {"format": "token_per_line", "names": ["x", "y"]}),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, more):
    assert refused(lambda: fetch(tmp_path / name, content, **more))


def published():
    with open(ROOT / "resources/published_scores.csv", newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))[:6]


@given(st.data())
@settings(
    max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=INPUTS < 1000
)
def test_a_mutated_table_of_scores_is_read_or_refused(tmp_path_factory, data):
    rows = published()
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.sampled_from([*row, "unknown"]))] = data.draw(VALUES)
    path = tmp_path_factory.getbasetemp() / data.draw(st.sampled_from(["scores.csv", "scores.parquet"]))
    if path.suffix == ".csv":
        with open(path, "w", newline="", encoding="utf-8", errors="replace") as stream:
            writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
    else:
        try:
            pq.write_table(pa.Table.from_pylist(rows), path)
        except (pa.ArrowException, TypeError, OverflowError, UnicodeEncodeError):
            return  # no table can hold it
    refused(lambda: json.dumps(imported.read(path, ["eng", "arb", "bul", "deu", "ell"])))
