"""Each kind from published rows to points, on a random encoder of two layers."""

import pyarrow as pa
import pytest

import score as stage
from atlas import artifacts, kinds, manifests
from atlas.data.published import Published
from atlas.engine import checkpoints, encoders, predictions, training
from atlas.files import read_json
from tests.unit.test_training import RECIPE, SPEC

PLACES = {"Berlin": "Germany", "Paris": "France", "Madrid": "Spain", "Rome": "Italy"}


def _published(**columns):
    return Published(
        pa.table(columns),
        {"columns": {name: name for name in columns}, "labels": ["no", "yes"]},
        "org/data",
    )


def _words():
    sentence, spans = "the sun and the cat", [[4, 7], [16, 19]]
    return _published(
        first=[sentence] * 4,
        second=[sentence] * 4,
        first_span=[spans[0], spans[1]] * 2,
        second_span=[spans[0], spans[0], spans[1], spans[1]],
        label=["yes", "no", "no", "yes"],
    )


def _cities():
    return _published(
        query=[f"what is in {country}?" for country in PLACES.values()],
        candidate=[f"{city} is the capital" for city in PLACES],
    )


def _city_tables():
    """Queries of one language and the pool of all."""
    return {
        "queries": _published(query=["what is in France?"], key=["Paris"]),
        "pool": _published(key=list(PLACES), candidate=[f"{city} is the capital" for city in PLACES]),
    }


def _sentences(prefix, texts):
    return _published(id=[f"{prefix}-{i}" for i in range(len(texts))], text=texts)


def _bitext():
    sides = {"sentences": _sentences("de", list(PLACES)), "english": _sentences("en", list(PLACES.values()))}
    pairs = {"pairs": _published(sentence=["de-0", "de-1"], english=["en-0", "en-1"])}
    part = {**sides, **pairs}
    return {**part, **{f"tune_{role}": table for role, table in part.items()}}


# Kind -> training rows, test rows, labels, metrics
CASES = {
    "span_pair_classification": (_words, _words, ["no", "yes"], ["accuracy"]),
    "ranked_retrieval": (_cities, _city_tables, [], ["map_at_20", "mrr_at_20"]),
    "bitext_mining": (None, _bitext, [], ["mining_f1"]),
}


def _write(folder, kind, parts):
    tables = {}
    for part, published in parts.items():
        rows = kinds.of(kind).prepare(published, {"limit": None})
        artifacts.write_table(folder / f"{part}.parquet", rows, part, kinds.of(kind).EXAMPLES)
        tables[part] = {"file": f"{part}.parquet", "key": part, "content": part, "rows": len(rows)}
    files = [entry["file"] for entry in tables.values()]
    manifests.write(folder / "manifest.json", str(sorted(parts)), files, tables=tables)
    return folder / "manifest.json"


@pytest.mark.parametrize("kind", CASES)
def test_a_kind_runs_from_published_rows_to_points(kind, tiny_model, tiny_tokenizer, tmp_path):
    trained, tested, labels, metrics = CASES[kind]
    encoder = tmp_path / "encoder" / "manifest.json"
    manifests.write(
        encoder, "encoder", training.save(encoders.load_encoder(tiny_model), tiny_tokenizer, encoder.parent)
    )
    checkpoint, reading = encoder, {"max_tokens": 24}
    if trained:
        prepared = _write(tmp_path / "training", kind, {"train": trained(), "tune": trained()})
        stream = {"name": "task", "kind": kind, "labels": labels, "reading": reading}
        recipe = {**RECIPE, "epochs": 2, "batch_size": 2, "max_tokens": 24}
        checkpoint = tmp_path / "checkpoint" / "manifest.json"
        spec = {**SPEC, "streams": [stream], "recipe": recipe}
        checkpoints.make(spec, "code", encoder, [prepared], checkpoint)
    examples = _write(tmp_path / "test", kind, {"deu": tested()})
    spec = {"kind": kind, "labels": labels, "no_answer": False, "languages": ["deu"]}
    made = tmp_path / "predictions" / "manifest.json"
    predictions.make({**spec, "reading": {**reading, "layer": "default"}}, "code", checkpoint, examples, made)
    scored = {"scores": tmp_path / "scores.json", "examples": tmp_path / "examples.parquet"}
    spec = {"kind": kind, "metrics": metrics, "source_language": "deu", "split": "test"}
    stage.score(spec=spec, code="code", predictions=made, **scored)
    points = read_json(tmp_path / "scores.json")["languages"]["deu"]["metrics"]
    assert sorted(points) == sorted(metrics)
    assert all(0 <= value <= 100 for value in points.values())
    table = artifacts.read_table(tmp_path / "examples.parquet").to_pylist()
    for name, value in points.items():
        own = [row for row in table if row["metric"] == name]
        ratio = sum(row["numerator"] for row in own) / sum(row["denominator"] for row in own)
        assert value == pytest.approx(100 * ratio)
