"""Which published tables a part is made of, in every form in which an entry may write it."""

from atlas.data import parts

ENTRY = {
    "source": {"hub": "org/data"},
    "columns": {"first": "text", "label": "label"},
    "train": {"split": "train"},
    "tune": [
        {"split": "dev"},
        {"source": {"hub": "org/other"}, "split": "val", "labels": ["yes", "no"], "where": {"lang": "en"}},
    ],
    "test": {"subset": "{language}", "split": "test"},
    "languages": {
        "deu": "de",
        "lit": {"source": {"local": "folder/{subset}"}, "name": "lt"},
        "ukr": {"subset": "ukrainian", "columns": {"first": "satz", "label": "label"}},
    },
}
MINING = {
    "source": {"local": "data/{subset}"},
    "test": {
        "tables": {
            "queries": {"subset": "{language}", "split": "dev", "columns": {"query": "q", "key": "id"}},
            "pool": [{"subset": "de", "split": "dev"}, {"subset": "en", "split": "dev"}],
        }
    },
    "languages": {"deu": "de", "eng": "en"},
}


def _names(entry, part, language=None):
    return {role: [t.name for t in own] for role, own in parts.tables(entry, part, language).items()}


def test_one_table_has_the_name_of_its_part():
    assert _names(ENTRY, "train") == {parts.ROWS: ["train"]}
    assert _names(ENTRY, "test", "deu") == {parts.ROWS: ["deu"]}


def test_several_tables_are_numbered_and_keep_their_own_source_and_view():
    first, second = parts.tables(ENTRY, "tune")[parts.ROWS]
    assert (first.name, second.name) == ("tune-1", "tune-2")
    assert first.source == {"hub": "org/data", "split": "dev"}
    assert second.source == {"hub": "org/other", "split": "val"}
    assert first.view == {"columns": ENTRY["columns"]}
    assert second.view == {"columns": ENTRY["columns"], "labels": ["yes", "no"], "where": {"lang": "en"}}


def test_the_name_of_a_language_fills_the_subset():
    (table,) = parts.tables(ENTRY, "test", "deu")[parts.ROWS]
    assert table.source == {"hub": "org/data", "split": "test", "subset": "de"}


def test_a_language_may_live_elsewhere():
    (table,) = parts.tables(ENTRY, "test", "lit")[parts.ROWS]
    assert table.source == {"local": "folder/{subset}", "split": "test", "subset": "lt"}
    (table,) = parts.tables(ENTRY, "test", "ukr")[parts.ROWS]
    assert table.source["subset"] == "ukrainian"
    assert table.view["columns"]["first"] == "satz"


def test_the_source_language_fills_the_training_subset():
    entry = {**ENTRY, "train": {"subset": "pos.{source}", "split": "train"}, "source_name": "German"}
    (table,) = parts.tables(entry, "train")[parts.ROWS]
    assert table.source["subset"] == "pos.German"


def test_tables_by_role_of_which_those_of_no_language_are_shared():
    expected = {"queries": ["deu.queries"], "pool": ["shared.pool-1", "shared.pool-2"]}
    assert _names(MINING, "test", "deu") == expected
    assert _names(MINING, "test", "eng")["pool"] == expected["pool"]
    queries = parts.tables(MINING, "test", "deu")["queries"][0]
    assert queries.source == {"local": "data/{subset}", "subset": "de", "split": "dev"}
    assert queries.view == {"columns": {"query": "q", "key": "id"}}


def test_every_declared_table_is_walked_with_its_place():
    places = [place for place, _, _ in parts.every(ENTRY)]
    assert places == ["train", "tune.0", "tune.1", "test", "languages.lit", "languages.ukr"]
    assert [role for _, role, _ in parts.every(MINING)] == ["queries", "pool", "pool"]
