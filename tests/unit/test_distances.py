"""Distances against values worked by hand and against what URIEL published."""

import math

import numpy as np
import pytest

from atlas import artifacts, catalog, distances
from atlas.columns import DISTANCES
from atlas.distances import archives, vectors
from atlas.errors import AtlasError
from measure_distances import measure_distances


@pytest.fixture(scope="module")
def entries():
    """The shipped catalog/distances.yaml."""
    return catalog.load()["distances"]


def values(entries, name, languages, source="eng", **codes):
    """Value per language of one entry."""
    rows = distances.measure([source], languages, {name: entries[name]}, **codes)
    return {row["language"]: row["value"] for row in rows}


def test_angular_distance_of_hand_worked_vectors():
    # Angles of 0, 45 and 90 degrees; the last pair shares no known feature.
    nan = math.nan
    others = np.array([[2.0, 0, nan], [1, 1, nan], [0, 3, nan], [nan, nan, 1]])
    found = vectors.angular(np.array([[1.0, 0, nan]]), others)[0]
    assert found[:3] == pytest.approx([0, 0.5, 1])
    assert np.isnan(found[3])


def test_angular_distance_compares_only_shared_features():
    first, second = np.array([[1.0, 1, math.nan, 0]]), np.array([[1.0, math.nan, 1, 0]])
    assert vectors.angular(first, second)[0, 0] == pytest.approx(0)
    assert vectors.shared(first, second)[0, 0] == 2


def test_lineage_is_the_share_that_is_not_common_of_the_longer_one():
    english, german, isolate = [1.0, 1, 1, 1, 0], [1.0, 1, 0, 0, 1], [0.0] * 5
    found = vectors.lineage(np.array([english]), np.array([english, german, isolate]))
    assert found[0].tolist() == [0, 0.5, 1]


def test_geographic_distances_equal_those_that_uriel_published(entries):
    # Figures of URIEL's precomputed table, four digits.
    found = values(entries, "geographic", ["dan", "deu"], source="frr")
    assert found == pytest.approx({"dan": 0.0028, "deu": 0.0359}, abs=5e-5)
    assert values(entries, "geographic", ["deu"], source="dan")["deu"] == pytest.approx(0.0362, abs=5e-5)


def test_geographic_distances_from_english_equal_the_published_table(entries):
    languages = ["deu", "jpn", "swh", "rus", "tam", "spa", "vie", "yor"]
    published = values(entries, "geographic_published", languages)
    assert values(entries, "geographic", languages) == pytest.approx(published, abs=1e-4)


def test_inventory_distances_of_uriel_plus_equal_the_published_table(entries):
    pytest.importorskip("urielplus")
    languages = ["deu", "jpn", "swh", "rus", "tam", "spa", "vie", "yor"]
    entry = {"union": {"distance": "inventory", "provider": "urielplus"}}
    published = values(entries, "inventory_published", languages)
    assert values(entry, "union", languages) == pytest.approx(published, abs=1e-4)


def test_nearer_languages_are_nearer(entries):
    for name in ("syntactic", "genetic", "geographic", "featural"):
        found = values(entries, name, ["deu", "jpn"])
        assert 0 < found["deu"] < found["jpn"] <= 1


def test_all_values_lie_between_zero_and_one_and_are_symmetric(entries):
    languages = ["eng", "deu", "jpn", "swh", "tha", "quz"]
    rows = distances.measure(languages, languages, entries)
    found = {(r["distance"], r["provider"], r["source_language"], r["language"]): r["value"] for r in rows}
    assert all(value is None or 0 <= value <= 1 for value in found.values())
    assert all(value == found[*key[:2], key[3], key[2]] for key, value in found.items())


def test_a_language_has_no_row_to_itself(entries):
    rows = distances.measure(["eng"], ["eng", "deu"], {"genetic": entries["genetic"]})
    assert [row["language"] for row in rows] == ["deu"]


def test_coverage_counts_observed_features_of_both(entries):
    # Slovak has no observed feature of syntax; its vector is imputed throughout.
    (row,) = distances.measure(["eng"], ["slk"], {"syntactic": entries["syntactic"]})
    assert (row["n_features_observed"], row["n_features"]) == (0, 103) and row["value"] is not None
    (row,) = distances.measure(["eng"], ["slk"], {"syntactic_observed": entries["syntactic_observed"]})
    assert row["value"] is None and row["provider"] == "lang2vec_observed"


def test_too_few_shared_features_give_no_observed_distance(entries):
    # English and Kazakh share two observed features of phonology, in both of which they agree.
    entry = {key: value for key, value in entries["phonological_observed"].items() if key != "min_shared"}
    assert values({"all": entry}, "all", ["kaz"]) == {"kaz": 0.0}
    assert values(entries, "phonological_observed", ["kaz"]) == {"kaz": None}


def test_uriel_code_of_a_language_replaces_its_own(entries):
    own = values(entries, "inventory_observed", ["arb"])
    other = values(entries, "inventory_observed", ["arb"], uriel_codes={"arb": "ara"})
    assert own == {"arb": None} and other["arb"] > 0


def test_published_value_is_the_one_that_uriel_gives(entries):
    # lang2vec's documentation: distance("syntactic", "eng", "fra") is 0.4569; Litmus published two digits.
    assert values(entries, "syntactic_published", ["fra"]) == {"fra": 0.46}


def test_pair_that_nobody_published_is_unknown(entries):
    (row,) = distances.measure(["eng"], ["tpi"], {"p": entries["phonological_published"]})
    assert row["value"] is None and row["n_features_observed"] is None


def test_order_of_languages_does_not_matter(entries):
    one = distances.measure(["eng"], ["deu", "jpn", "swh"], entries)
    assert one == distances.measure(["eng"], ["swh", "deu", "jpn"], entries)


@pytest.mark.parametrize(
    ("change", "languages", "words"),
    [
        ({}, ["deux"], ["'deux'", "Did you mean", "deu"]),
        ({"provider": "lang2vec"}, ["deu"], ["provider", "'lang2vec'", "lang2vec_vectors"]),
        ({"features": ["sintax"]}, ["deu"], ["features", "'sintax'", "Did you mean syntax"]),
        ({"measure": "cosine"}, ["deu"], ["measure", "'cosine'", "angular"]),
        ({"provider": "uriel_published", "distance": "featural"}, ["deu"], ["'featural'", "syntactic"]),
        ({"provider": "urielplus", "distance": "moral"}, ["deu"], ["'moral'", "script"]),
    ],
)
def test_unknown_names_are_refused_with_the_closest(entries, change, languages, words):
    entry = {**entries["syntactic"], **change}
    with pytest.raises(AtlasError) as error:
        distances.measure(["eng"], languages, {"mine": entry})
    assert all(word in str(error.value) for word in words), str(error.value)


def test_absent_package_says_how_to_install_it():
    with pytest.raises(AtlasError, match="pip install no_such_package"):
        archives.folder("no_such_package")


def test_stage_writes_the_declared_columns(entries, tmp_path):
    spec = {"source_languages": ["eng"], "languages": ["deu", "slk"], "distances": entries}
    out = tmp_path / "distances.parquet"
    measure_distances(spec=spec, code="c", distances=out)
    table = artifacts.read_table(out, DISTANCES)
    assert table.num_rows == 2 * len(entries)
    assert artifacts.key_of(out) == artifacts.make_key(spec, "c")
