"""A manifest claims no more than there is."""

import json

import pytest

from atlas import manifests
from atlas.errors import AtlasError


@pytest.fixture
def manifest(tmp_path):
    """Manifest over two files."""
    return _make(tmp_path / "a")


def _make(folder, key="k"):
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (folder / name).write_text(f"content of {name}")
    manifests.write(folder / "manifest.json", key, ["two", "one"], languages={"eng": 1})
    return folder / "manifest.json"


def test_a_manifest_names_files_with_size_and_digest_and_the_facts(manifest):
    content = manifests.read(manifest, check_digests=True)
    assert (content["key"], content["languages"]) == ("k", {"eng": 1})
    assert list(content["files"]) == ["one", "two"]
    assert content["files"]["one"]["size"] == len("content of one")


DAMAGE = {
    "missing": (lambda path: path.unlink(), "missing"),
    "grown": (lambda path: path.write_text("content of two and more"), "has 23 bytes"),
    "truncated": (lambda path: path.write_text("con"), "has 3 bytes"),
    "altered": (lambda path: path.write_text("CONTENT OF TWO"), "other content"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_and_named(manifest, damage):
    spoil, word = DAMAGE[damage]
    spoil(manifest.parent / "two")
    with pytest.raises(AtlasError, match=rf"a/two: .*{word}.*Delete .*manifest\.json"):
        manifests.read(manifest, check_digests=True)


def test_a_file_that_is_not_there_cannot_be_claimed(tmp_path):
    with pytest.raises(FileNotFoundError):
        manifests.write(tmp_path / "manifest.json", "k", ["absent"])
    assert not list(tmp_path.iterdir())


def test_exactly_the_damaged_are_withdrawn(tmp_path):
    paths = {name: _make(tmp_path / "deep" / name) for name in ("whole", "missing", "cut", "no manifest")}
    (paths["missing"].parent / "one").unlink()
    (paths["cut"].parent / "two").write_text("c")
    paths["no manifest"].write_text('{"files": {"one"')
    gone = manifests.withdraw_incomplete(tmp_path)
    assert gone == sorted(path for name, path in paths.items() if name != "whole")
    assert {name for name, path in paths.items() if path.exists()} == {"whole"}
    kept = json.loads((paths["cut"].parent / "manifest.json.withdrawn-1").read_text())
    assert kept["key"] == "k"
    assert manifests.withdraw_incomplete(tmp_path) == []


def test_a_manifest_of_someone_else_is_left_alone(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "web app"}')
    assert manifests.withdraw_incomplete(tmp_path) == []


def test_nothing_is_withdrawn_where_nothing_is(tmp_path):
    assert manifests.withdraw_incomplete(tmp_path / "absent") == []


def test_a_deleted_manifest_comes_back_for_the_same_key(manifest):
    content = manifest.read_bytes()
    manifest.unlink()
    assert manifests.restore(manifest, "k")
    assert manifest.read_bytes() == content


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_manifest_of_damaged_files_does_not_come_back(manifest, damage):
    manifest.unlink()
    DAMAGE[damage][0](manifest.parent / "two")
    assert not manifests.restore(manifest, "k")
    assert not manifest.exists()


def test_a_manifest_of_another_key_does_not_come_back(manifest):
    manifest.unlink()
    assert not manifests.restore(manifest, "other")
    assert not manifest.exists()


def test_what_was_never_made_does_not_come_back(tmp_path):
    assert not manifests.restore(tmp_path / "manifest.json", "k")


def test_a_checkpoint_is_dropped_but_for_its_history(tmp_path):
    path, note = tmp_path / "manifest.json", tmp_path / "dropped.json"
    for name in ("model.safetensors", "training.json", "other.txt"):
        (tmp_path / name).write_text("12345")
    manifests.write(path, "k", ["model.safetensors", "training.json"])
    assert not manifests.is_dropped(path, "k")
    assert manifests.drop(path, note) == 5
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {".manifest.json", "dropped.json", "other.txt", "training.json"}
    assert manifests.is_dropped(path, "k") and not manifests.is_dropped(path, "another")
    assert not manifests.restore(path, "k")


def test_a_drop_that_was_killed_half_way_is_finished_by_the_next(tmp_path):
    path, note = tmp_path / "manifest.json", tmp_path / "dropped.json"
    (tmp_path / "model.safetensors").write_text("12345")
    manifests.write(path, "k", ["model.safetensors"])
    path.unlink()
    manifests.drop(path, note)
    assert not (tmp_path / "model.safetensors").exists() and manifests.is_dropped(path, "k")
