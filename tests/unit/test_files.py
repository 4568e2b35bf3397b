"""Files are whole or absent."""

import pytest

from atlas import files
from atlas.errors import AtlasError


def _names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_block_that_ends_well_leaves_the_file_alone_in_a_new_folder(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with files.replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert _names(path.parent) == ["a.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_nothing(tmp_path, error):
    with pytest.raises(error), files.replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise error
    assert _names(tmp_path) == []


def test_a_block_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ValueError), files.replacing(path) as temporary:
        temporary.write_text("half")
        raise ValueError
    assert path.read_text() == "old"
    assert _names(tmp_path) == ["a.txt"]


def test_json_comes_back_and_equal_content_gives_equal_bytes(tmp_path):
    files.write_json(tmp_path / "a", {"b": [1, None], "a": "日本"})
    files.write_json(tmp_path / "b", {"a": "日本", "b": [1, None]})
    assert files.read_json(tmp_path / "a") == {"a": "日本", "b": [1, None]}
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("content", "word"), [(None, "not there"), ('{"a": 1', "not valid JSON"), ("", "JSON")]
)
def test_json_that_is_not_whole_is_named(tmp_path, content, word):
    path = tmp_path / "facts.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(AtlasError, match=rf"facts\.json: .*{word}"):
        files.read_json(path)


def test_content_that_json_cannot_hold_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        files.write_json(tmp_path / "a.json", {"a": object()})
    assert _names(tmp_path) == []


def test_the_digest_is_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")  # the example of FIPS 180-2
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert files.sha256(tmp_path / "a") == expected


def test_a_sealed_file_reads_as_written(tmp_path):
    files.write_sealed_json(tmp_path / "a.json", {"points": 71.5, "name": "日本"})
    assert files.read_json(tmp_path / "a.json") == {"points": 71.5, "name": "日本"}


@pytest.mark.parametrize(("old", "new"), [("71.5", "77.5"), ("points", "pounds")])
def test_a_sealed_file_that_was_changed_is_refused(tmp_path, old, new):
    path = tmp_path / "a.json"
    files.write_sealed_json(path, {"points": 71.5})
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(AtlasError, match=r"a\.json: has other content than when it was made"):
        files.read_json(path)
