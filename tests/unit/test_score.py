"""From predictions to points of each language."""

import pytest

import score as stage
from atlas import artifacts, manifests
from atlas.columns import EXAMPLES
from atlas.files import read_json
from atlas.kinds import sentence_classification, token_labels

SPEC = {
    "kind": "sentence_classification",
    "metrics": ["accuracy"],
    "source_language": "eng",
    "split": "test",
}


def _predictions(folder, languages, schema=sentence_classification.PREDICTIONS, training=None):
    listed = {}
    for language, rows in languages.items():
        artifacts.write_table(folder / f"{language}.parquet", rows, f"key of {language}", schema)
        listed[language] = {"file": f"{language}.parquet", "key": f"key of {language}", "rows": len(rows)}
    files = [entry["file"] for entry in listed.values()]
    manifests.write(
        folder / "manifest.json", "predictions", files, languages=listed, training={"at_chance": training}
    )
    return folder / "manifest.json"


def _rows(right, wrong):
    pairs = [("a", "a"), ("b", "b")] * (right // 2) + [("b", "a"), ("a", "b")] * (wrong // 2)
    return [
        {"id": str(i), "prediction": p, "gold": g, "right": float(p == g)} for i, (p, g) in enumerate(pairs)
    ]


def _score(tmp_path, languages, spec=SPEC, **options):
    manifest = _predictions(tmp_path / "made", languages, **options)
    made = {"scores": tmp_path / "scores.json", "examples": tmp_path / "examples.parquet"}
    summary = stage.score(spec=spec, code="c", predictions=manifest, **made)
    return read_json(tmp_path / "scores.json"), summary


def test_each_language_has_its_points_and_where_they_come_from(tmp_path):
    content, summary = _score(tmp_path, {"eng": _rows(36, 4), "deu": _rows(20, 20)})
    assert content["languages"]["eng"] == {
        "metrics": {"accuracy": 90.0},
        "n_examples": 40,
        "predictions_key": "key of eng",
    }
    assert content["languages"]["deu"]["metrics"] == {"accuracy": 50.0}
    assert (content["split"], content["at_chance"]) == ("test", False)
    assert "70.0" in summary and "CHANCE" not in summary


def test_a_training_that_collapsed_is_called_at_chance(tmp_path):
    content, summary = _score(tmp_path, {"eng": _rows(20, 20), "deu": _rows(36, 4)})
    assert content["at_chance"] is True
    assert "AT CHANCE" in summary


@pytest.mark.parametrize("training", [None, True, False])
def test_without_a_source_language_the_training_alone_knows_about_chance(tmp_path, training):
    content, _ = _score(tmp_path, {"deu": _rows(36, 4)}, training=training)
    assert content["at_chance"] is training


def test_a_training_that_collapsed_on_the_selection_set_is_called_so(tmp_path):
    content, summary = _score(tmp_path, {"eng": _rows(36, 4)}, training=True)
    assert content["at_chance"] is True and "AT CHANCE" in summary


def test_the_key_changes_with_the_metrics_and_the_predictions(tmp_path):
    one, _ = _score(tmp_path, {"eng": _rows(4, 0)})
    same, _ = _score(tmp_path, {"eng": _rows(4, 0)})
    other, _ = _score(tmp_path, {"eng": _rows(4, 0)}, spec={**SPEC, "split": "validation"})
    assert one["key"] == same["key"] != other["key"]


@pytest.mark.parametrize(("marked", "points"), [([True, False], 100.0), (None, None)])
def test_a_metric_with_nothing_to_score_is_left_out(tmp_path, marked, points):
    row = {"id": "0", "prediction": ["N", "N"], "gold": ["N", "V"], "marked": marked, "right": 0.5}
    spec = {**SPEC, "kind": "token_labels", "metrics": ["accuracy", "marked_accuracy"]}
    content, _ = _score(tmp_path, {"eng": [row]}, spec=spec, schema=token_labels.PREDICTIONS)
    assert content["languages"]["eng"]["metrics"].get("marked_accuracy") == points
    assert content["languages"]["eng"]["metrics"]["accuracy"] == 50.0


def test_each_example_is_listed_with_what_it_adds_to_each_metric(tmp_path):
    def row(number, tags):
        right = {"marked": None, "right": 0.0}
        return {"id": number, "prediction": tags, "gold": ["N", "N"], **right}

    spec = {**SPEC, "kind": "token_labels", "metrics": ["accuracy", "marked_accuracy"]}
    rows = {"eng": [row("7", ["N", "N"]), row("8", ["N", "V"])], "deu": [row("7", ["V", "V"])]}
    content, _ = _score(tmp_path, rows, spec=spec, schema=token_labels.PREDICTIONS)
    table = artifacts.read_table(tmp_path / "examples.parquet", EXAMPLES)
    counted = [tuple(row.values()) for row in table.to_pylist() if row["metric"] == "accuracy"]
    assert counted == [
        ("deu", "7", "accuracy", 0, 2), ("eng", "7", "accuracy", 2, 2), ("eng", "8", "accuracy", 1, 2)
    ]  # fmt: skip
    assert table.num_rows == 6
    assert content["examples"] == {"file": "examples.parquet", "key": content["key"]}
    assert artifacts.key_of(tmp_path / "examples.parquet") == content["key"]
