"""One training from manifest to manifest."""

import pytest
import transformers

from atlas import artifacts, kinds, manifests
from atlas.engine import checkpoints, encoders, training
from atlas.errors import AtlasError
from tests.unit.test_training import RECIPE, SPEC, STREAM, sentiment


@pytest.fixture
def inputs(tiny_model, tiny_tokenizer, tmp_path):
    """Manifests of an encoder and of prepared examples."""
    encoder = tmp_path / "encoder"
    names = training.save(encoders.load_encoder(tiny_model), tiny_tokenizer, encoder)
    manifests.write(encoder / "manifest.json", "encoder", names)
    prepared = tmp_path / "prepared"
    schema = kinds.of(STREAM["kind"]).EXAMPLES
    artifacts.write_table(prepared / "train.parquet", sentiment(), "k", schema)
    artifacts.write_table(prepared / "tune.parquet", sentiment(1), "k", schema)
    tables = {part: {"file": f"{part}.parquet", "key": "k"} for part in ("train", "tune")}
    manifests.write(prepared / "manifest.json", "prepared", ["train.parquet", "tune.parquet"], tables=tables)
    return encoder / "manifest.json", [prepared / "manifest.json"], tmp_path / "made" / "manifest.json"


def test_a_checkpoint_is_made_once_and_loads_in_stock_classes(inputs):
    encoder, examples, manifest = inputs
    summary = checkpoints.make(SPEC, "code", *inputs)
    assert "100.0" in summary
    made = manifests.read(manifest, check_digests=True)
    assert made["spec"] == SPEC and made["tune_score"] == 100 and made["n_train"] == 32
    assert {"config.json", "model.safetensors", "tokenizer.json", "training.json"} <= made["files"].keys()
    assert not [name for name in made["files"] if name.endswith((".bin", ".pt", ".pkl"))]
    stock = transformers.AutoModelForSequenceClassification.from_pretrained(manifest.parent)
    assert stock.config.num_labels == 2
    manifest.unlink()  # as Snakemake does before a rerun
    assert "unchanged" in checkpoints.make(SPEC, "code", *inputs)
    assert manifests.read(manifest) == made


def test_another_recipe_is_another_checkpoint(inputs):
    short = {**SPEC, "recipe": {**RECIPE, "epochs": 1}}
    checkpoints.make(short, "code", *inputs)
    key = artifacts.key_of(inputs[2])
    changed = {**short, "recipe": {**short["recipe"], "weight_decay": 0.5}}
    assert "unchanged" not in checkpoints.make(changed, "code", *inputs)
    assert artifacts.key_of(inputs[2]) != key


def test_a_training_that_diverges_leaves_no_manifest(inputs):
    spec = {**SPEC, "recipe": {**RECIPE, "learning_rate": 1e38, "max_gradient_norm": 1e38}}
    with pytest.raises(AtlasError, match="diverged"):
        checkpoints.make(spec, "code", *inputs)
    assert not inputs[2].exists()
    assert not list(inputs[2].parent.glob("*.safetensors"))


def test_a_damaged_start_is_refused_before_training(inputs):
    (inputs[0].parent / "model.safetensors").write_bytes(b"short")
    with pytest.raises(AtlasError, match=r"model\.safetensors: has 5 bytes"):
        checkpoints.make(SPEC, "code", *inputs)
    assert not inputs[2].exists()
