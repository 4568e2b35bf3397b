"""The grid on disk: what is there, what is missing, and the rows of scores.parquet."""

import pytest

import collect_scores as stage
from atlas import artifacts, grid
from atlas.columns import SCORES
from atlas.files import write_json

SPEC = {
    "models": {"small": ["none", "nli"], "untrained": ["none"]},
    "seeds": [1, 2],
    "kinds": {"topic": "sentence_classification"},
    "source_languages": {"topic": "eng"},
}


@pytest.fixture
def folder(tmp_path):
    """Results with three of six cells."""
    facts = {"n_parameters": 10, "n_parameters_total": 30}
    write_json(tmp_path / "sources" / "models" / "small" / "manifest.json", facts)
    for intermediate, seed in (("none", 1), ("none", 2), ("nli", 1)):
        _add(tmp_path, intermediate, seed)
    return tmp_path


def _add(folder, intermediate, seed):
    languages = {
        language: {"metrics": {"accuracy": points, "f1": points / 2}, "n_examples": 5}
        for language, points in (("eng", 90.0), ("deu", 60.0 + seed))
    }
    content = {"key": f"{intermediate} {seed}", "split": "test", "at_chance": False, "languages": languages}
    write_json(folder / "scores" / "small" / intermediate / "topic" / f"seed-{seed}.json", content)


def test_cells_without_a_score_file_are_missing(folder):
    assert grid.size(SPEC) == 6
    assert grid.present(folder, SPEC) == [
        ("small", "none", "topic", 1),
        ("small", "none", "topic", 2),
        ("small", "nli", "topic", 1),
    ]


def test_a_row_holds_one_metric_of_one_language(folder):
    rows = list(grid.rows(folder, ("small", "none", "topic", 2), SPEC))
    assert len(rows) == 4
    (row,) = [row for row in rows if (row["language"], row["metric"]) == ("deu", "accuracy")]
    assert row == {
        "model": "small",
        "n_parameters": 10,
        "n_parameters_total": 30,
        "intermediate": "none",
        "target": "topic",
        "kind": "sentence_classification",
        "seed": 2,
        "source_language": "eng",
        "language": "deu",
        "metric": "accuracy",
        "score": 62.0,
        "n_examples": 5,
        "split": "test",
        "at_chance": False,
        "key": "none 2",
    }


def _collect(folder):
    path = folder / "scores.parquet"
    summary = stage.collect_scores(spec=SPEC, code="c", folder=folder, table=path)
    return artifacts.read_table(path, SCORES), artifacts.key_of(path), summary


def test_a_partial_grid_becomes_a_table_that_says_what_is_missing(folder):
    table, _, summary = _collect(folder)
    assert table.num_rows == 12
    assert "12 scores of 3 cells, 3 cells missing" in summary


def test_a_new_cell_changes_the_key(folder):
    _, before, _ = _collect(folder)
    assert _collect(folder)[1] == before
    _add(folder, "nli", 2)
    table, after, _ = _collect(folder)
    assert after != before and table.num_rows == 16
