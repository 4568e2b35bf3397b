"""Locks: the same source gives the same files, or says what changed."""

import pytest

from atlas.errors import AtlasError
from atlas.locks import Lock

SOURCE = {"hub": "org/data", "split": "test"}
FILES = {
    "data/a.parquet": {"size": 10, "sha256": "a" * 64},
    "data/b.parquet": {"size": 5, "sha256": "b" * 64},
}


@pytest.fixture
def path(tmp_path):
    """Lock file that notes one fetch."""
    path = tmp_path / "lock.json"
    Lock(path).note("test", SOURCE, "c" * 40, FILES)
    return path


def test_an_equal_source_keeps_its_revision(path):
    assert Lock(path).revision("test", SOURCE) == "c" * 40


@pytest.mark.parametrize("change", [{"split": "train"}, {"revision": "v2"}, {"hub": "org/other"}])
def test_an_edited_source_resolves_anew_and_may_bring_other_files(path, change):
    lock = Lock(path)
    source = {**SOURCE, **change}
    assert lock.revision("test", source) is None
    lock.note("test", source, "d" * 40, {"other": {"size": 1, "sha256": "e" * 64}})
    assert Lock(path).revision("test", source) == "d" * 40


def test_an_unknown_name_has_no_revision(path):
    assert Lock(path).revision("train", SOURCE) is None


OTHER_FILES = {
    "changed": {**FILES, "data/a.parquet": {"size": 11, "sha256": "f" * 64}},
    "gone": {"data/b.parquet": FILES["data/b.parquet"]},
    "new": {**FILES, "data/a.parquet.orig": {"size": 1, "sha256": "f" * 64}},
}


@pytest.mark.parametrize("files", OTHER_FILES)
def test_other_files_of_the_same_revision_are_an_error_that_names_them(path, files):
    before = path.read_text()
    with pytest.raises(AtlasError) as caught:
        Lock(path).note("test", SOURCE, "c" * 40, OTHER_FILES[files])
    message = str(caught.value)
    assert "lock.json" in message and "data/a.parquet" in message and "delete the lock file" in message
    assert "data/b.parquet" not in message
    assert path.read_text() == before


def test_equal_files_are_fine_twice(path):
    before = path.read_text()
    Lock(path).note("test", SOURCE, "c" * 40, dict(reversed(FILES.items())))
    assert path.read_text() == before


def test_a_file_of_the_users_own_may_change(tmp_path):
    lock = Lock(tmp_path / "lock.json")
    source = {"local": "data.csv", "split": "test"}
    lock.note("test", source, None, {"data.csv": {"size": 1, "sha256": "a"}})
    lock.note("test", source, None, {"data.csv": {"size": 2, "sha256": "b"}})
    assert Lock(tmp_path / "lock.json").entries["test"]["files"]["data.csv"]["size"] == 2


def test_a_damaged_lock_is_named(path):
    path.write_text(path.read_text()[:20])
    with pytest.raises(AtlasError, match=r"lock\.json: not valid JSON"):
        Lock(path)
