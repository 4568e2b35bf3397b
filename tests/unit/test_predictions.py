"""Predictions by language and key: what is there is never predicted again."""

import pytest
import torch

from atlas import artifacts, kinds, manifests
from atlas.engine import encoders, inference, predictions, predictor, training
from atlas.errors import AtlasError

KIND = "sentence_classification"
LABELS = ["no", "yes"]
LANGUAGES = ["eng", "deu", "cmn"]
SPEC = {
    "kind": KIND,
    "labels": LABELS,
    "no_answer": False,
    "languages": LANGUAGES,
    "reading": {"max_tokens": 32},
}


def _checkpoint(tiny_model, tokenizer, folder, seed=1, key="checkpoint"):
    model = encoders.with_fresh_head(tiny_model, kinds.of(KIND).AUTO_CLASS, LABELS, "mean", seed)
    manifests.write(folder / "manifest.json", key, training.save(model, tokenizer, folder))
    return folder / "manifest.json"


def _prepared(folder, texts, kind=KIND):
    tables = {}
    for language, rows in texts.items():
        path = folder / f"{language}.parquet"
        artifacts.write_table(path, rows, f"{language} rows", kinds.of(kind).EXAMPLES)
        content = artifacts.content_digest(artifacts.read_table(path))
        key = f"{language} rows"
        tables[language] = {"file": path.name, "key": key, "content": content, "rows": len(rows)}
    files = [entry["file"] for entry in tables.values()]
    manifests.write(folder / "manifest.json", "prepared", files, tables=tables)
    return folder / "manifest.json"


def _examples(text, n=3):
    return [{"id": str(i), "first": f"{text} {i}", "second": None, "label": "yes"} for i in range(n)]


@pytest.fixture
def cell(tiny_model, tiny_tokenizer, tmp_path):
    """Checkpoint, prepared examples of three languages, and where the manifest goes."""
    texts = {"eng": _examples("the cat"), "deu": _examples("Berlin", 2), "cmn": _examples("柏林")}
    checkpoint = _checkpoint(tiny_model, tiny_tokenizer, tmp_path / "checkpoint")
    return checkpoint, _prepared(tmp_path / "prepared", texts), tmp_path / "made" / "manifest.json"


@pytest.fixture
def predicted(monkeypatch):
    """Languages in the order in which they were predicted."""
    languages, predict = [], predictor.Predictor.predict

    def note(self, examples, language):
        languages.append(language)
        return predict(self, examples, language)

    monkeypatch.setattr(predictor.Predictor, "predict", note)
    return languages


def test_every_language_has_its_file_and_rows(cell, predicted):
    predictions.make(SPEC, "code", *cell)
    assert predicted == LANGUAGES
    content = manifests.read(cell[2], check_digests=True)
    assert {name: entry["rows"] for name, entry in content["languages"].items()} == {
        "eng": 3,
        "deu": 2,
        "cmn": 3,
    }
    entry = content["languages"]["deu"]
    path = cell[2].parent / entry["file"]
    assert artifacts.key_of(path) == entry["key"] and entry["key"] in path.name
    rows = artifacts.read_table(path).to_pylist()
    assert [row["id"] for row in rows] == ["0", "1"]
    assert all(row["gold"] == "yes" and row["prediction"] in LABELS for row in rows)


def test_nothing_is_predicted_twice(cell, predicted):
    predictions.make(SPEC, "code", *cell)
    before = cell[2].read_bytes()
    cell[2].unlink()
    predictions.make(SPEC, "code", *cell)
    assert predicted == LANGUAGES
    assert cell[2].read_bytes() == before


def test_only_what_is_missing_is_predicted(cell, predicted):
    predictions.make(SPEC, "code", *cell)
    gone = manifests.read(cell[2])["languages"]["deu"]["file"]
    (cell[2].parent / gone).unlink()
    predictions.make(SPEC, "code", *cell)
    assert predicted == [*LANGUAGES, "deu"]
    manifests.read(cell[2], check_digests=True)


def test_a_new_language_costs_only_itself(cell, predicted):
    predictions.make({**SPEC, "languages": ["eng", "cmn"]}, "code", *cell)
    predictions.make(SPEC, "code", *cell)
    assert predicted == ["eng", "cmn", "deu"]


def test_a_crash_loses_no_finished_language(cell, monkeypatch, predicted):
    predict = predictor.Predictor.predict

    def crash(self, examples, language):
        if language == "deu":
            raise KeyboardInterrupt
        return predict(self, examples, language)

    with monkeypatch.context() as patch:
        patch.setattr(predictor.Predictor, "predict", crash)
        with pytest.raises(KeyboardInterrupt):
            predictions.make(SPEC, "code", *cell)
    assert not cell[2].exists()
    predictions.make(SPEC, "code", *cell)
    assert predicted == ["eng", "deu", "cmn"]


@pytest.mark.parametrize("change", ["checkpoint", "code", "reading", "examples"])
def test_what_changed_is_never_met_by_old_files(cell, predicted, change, tiny_model, tiny_tokenizer):
    predictions.make(SPEC, "code", *cell)
    old = {path.name for path in cell[2].parent.glob("*.parquet")}
    spec, code = SPEC, "code"
    if change == "checkpoint":
        _checkpoint(tiny_model, tiny_tokenizer, cell[0].parent, seed=2, key="another")
    elif change == "code":
        code = "other code"
    elif change == "reading":
        spec = {**SPEC, "reading": {"max_tokens": 16}}
    else:
        _prepared(cell[1].parent, {name: _examples("the dog") for name in LANGUAGES})
    predictions.make(spec, code, *cell)
    new = {entry["file"] for entry in manifests.read(cell[2])["languages"].values()}
    assert not old & new
    assert predicted == LANGUAGES * 2


def test_a_cut_file_is_predicted_again(cell, predicted):
    predictions.make(SPEC, "code", *cell)
    path = cell[2].parent / manifests.read(cell[2])["languages"]["deu"]["file"]
    path.write_bytes(path.read_bytes()[:-10])
    assert manifests.withdraw_incomplete(cell[2].parent) == [cell[2]]
    predictions.make(SPEC, "code", *cell)
    assert predicted == [*LANGUAGES, "deu"]


def test_nan_outputs_are_refused_with_checkpoint_and_language(cell, tiny_tokenizer):
    folder = cell[0].parent
    model = encoders.load_checkpoint(folder, kinds.of(KIND).AUTO_CLASS)
    with torch.no_grad():
        model.classifier.out_proj.bias.fill_(float("nan"))
    manifests.write(cell[0], "checkpoint", training.save(model, tiny_tokenizer, folder))
    with pytest.raises(AtlasError, match=r"checkpoint in eng: .*NaN.*manifest\.json"):
        predictions.make(SPEC, "code", *cell)
    assert not cell[2].exists() and not list(cell[2].parent.glob("*.parquet"))


def test_a_damaged_checkpoint_is_refused(cell):
    (cell[0].parent / "model.safetensors").unlink()
    with pytest.raises(AtlasError, match=r"model\.safetensors: missing"):
        predictions.make(SPEC, "code", *cell)


def test_a_checkpoint_of_other_labels_is_refused(cell):
    with pytest.raises(AtlasError, match=r"checkpoint: its head gives the labels \['no', 'yes'\]"):
        predictions.make({**SPEC, "labels": ["yes", "no"]}, "code", *cell)
    assert not cell[2].exists() and not list(cell[2].parent.glob("*.parquet"))


def test_retrieval_reads_the_encoder_as_it_stands(tiny_model, tiny_tokenizer, tmp_path):
    pairs = [("the cat sleeps", "the cat sleeps"), ("Berlin", "Berlin"), ("柏林", "柏林")]
    rows = [{"id": str(i), "query": q, "candidate": c} for i, (q, c) in enumerate(pairs)]
    examples = _prepared(tmp_path / "prepared", {"deu": rows}, kind="retrieval")
    checkpoint = _checkpoint(tiny_model, tiny_tokenizer, tmp_path / "checkpoint")
    spec = {
        "kind": "retrieval",
        "labels": [],
        "no_answer": False,
        "languages": ["deu"],
        "reading": {"layer": "default", "max_tokens": 32},
    }
    manifest = tmp_path / "made" / "manifest.json"
    predictions.make(spec, "code", checkpoint, examples, manifest)
    file = manifests.read(manifest)["languages"]["deu"]["file"]
    found = artifacts.read_table(manifest.parent / file).to_pylist()
    assert [row["right"] for row in found] == [1.0, 1.0, 1.0]  # equal texts are nearest to each other


def test_a_pool_that_all_languages_share_is_embedded_once(tiny_model, tiny_tokenizer, tmp_path, monkeypatch):
    def side(name, text, keys):
        texts = {"query": None, "candidate": None, "context": None, name: text}
        return {"id": f"{name} {text}", **texts, "keys": keys}

    pool = [side("candidate", text, [str(i)]) for i, text in enumerate(["the cat", "Berlin", "the fox"])]
    queries = {code: [side("query", f"{code} the cat", ["0"])] for code in ("eng", "deu")}
    kind = kinds.of("ranked_retrieval")
    model = encoders.with_fresh_head(tiny_model, kind.AUTO_CLASS, [], "first", 1)
    files = training.save(model, tiny_tokenizer, tmp_path / "checkpoint")
    checkpoint = tmp_path / "checkpoint" / "manifest.json"
    manifests.write(checkpoint, "checkpoint", files, at_chance=True)
    read, sizes = inference.read, []

    def note(kind, model, features, *more):
        sizes.append(len(features))
        return read(kind, model, features, *more)

    monkeypatch.setattr(inference, "read", note)
    examples = {code: own + pool for code, own in queries.items()}
    prepared = _prepared(tmp_path / "prepared", examples, "ranked_retrieval")
    spec = {**SPEC, "kind": "ranked_retrieval", "labels": [], "languages": ["eng", "deu"]}
    made = tmp_path / "made" / "manifest.json"
    predictions.make(spec, "code", checkpoint, prepared, made)
    assert sizes == [1, 3, 1]  # a query, the pool, the other query
    content = manifests.read(made)
    assert content["training"] == {"at_chance": True}
    for code, entry in content["languages"].items():
        (row,) = artifacts.read_table(made.parent / entry["file"]).to_pylist()
        assert row["id"] == f"query {code} the cat"
        assert row["gold"] == ["candidate the cat"] and len(row["prediction"]) == 3
