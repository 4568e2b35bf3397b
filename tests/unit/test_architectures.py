"""What is known of an architecture before any job, and what is refused there."""

import json

import pytest
import yaml

from atlas import architectures, catalog, kinds
from atlas.engine import heads
from atlas.errors import AtlasError
from tests.conftest import ROOT


def test_the_table_is_what_the_installed_transformers_has():
    expected = heads.measure()
    found = json.loads(architectures.TABLE.read_text())
    assert found == expected, "stale: PYTHONPATH=workflow_scripts python -m atlas.engine.heads"


def test_each_kind_names_the_head_that_its_module_uses():
    schema = yaml.safe_load((ROOT / "schemas" / "catalog.schema.yaml").read_text())
    for kind in schema["$defs"]["task"]["kind"]["enum"]:
        head = getattr(kinds.of(kind), "AUTO_CLASS", None)
        assert architectures.HEADS.get(kind) == (None if head == "AutoModel" else head)


@pytest.mark.parametrize("name", catalog.load()["models"])
def test_each_shipped_model_has_an_architecture_that_learns_every_kind(name):
    entry = catalog.load()["models"][name]
    assert architectures.of(entry)
    for kind in architectures.HEADS:
        architectures.check(name, entry, "a task", kind)


def test_a_kind_without_a_head_is_refused_before_any_job(load_study, settings, catalog):
    catalog["models"]["small"]["architecture"] = "layoutlm"
    with pytest.raises(AtlasError) as refused:
        load_study(settings, catalog)
    message = str(refused.value)
    assert "small is a layoutlm" in message and "kind span_qa" in message and "learn qa" in message
    assert "It supports: sentence_classification" in message


def test_a_baseline_only_model_need_not_learn_the_intermediate_tasks(load_study, settings, catalog):
    catalog["models"]["small"]["architecture"] = "layoutlm"
    settings["baseline_only"] = ["small"]
    assert load_study(settings, catalog).models["small"]


def test_a_mistyped_architecture_is_refused_with_the_closest(load_study, settings, catalog):
    catalog["models"]["small"]["architecture"] = "xlm-robert"
    with pytest.raises(AtlasError, match=r"'xlm-robert' is no encoder.*xlm-roberta"):
        load_study(settings, catalog)


def test_a_local_model_tells_its_architecture_and_positions(load_study, settings, catalog, tmp_path):
    config = {"model_type": "xlm-roberta", "max_position_embeddings": 60, "pad_token_id": 1}
    (tmp_path / "config.json").write_text(json.dumps(config))
    catalog["models"]["small"]["source"] = {"local": str(tmp_path)}
    with pytest.raises(AtlasError, match=r"small: .* max_tokens 64, .* 58 subwords. Set `max_tokens: 58`"):
        load_study(settings, catalog)
    catalog["models"]["small"]["recipe"] = {"max_tokens": 58}
    assert load_study(settings, catalog)
    catalog["models"]["small"]["architecture"] = "bert"
    with pytest.raises(AtlasError, match=r"architecture 'bert', but the model is a 'xlm-roberta'"):
        load_study(settings, catalog)


def test_the_masked_language_model_is_asked_for_only_where_needed():
    entry = {"source": {"hub": "google/mt5-small"}, "architecture": "mt5"}
    architectures.check("mt5-small", entry, "mnli", "sentence_classification")
    with pytest.raises(AtlasError, match="mt5, which has no masked language model"):
        architectures.check_masked_lm("mt5-small", entry, "mnli-with-mlm")


# Known from the published models: XLM-R has 514 positions for 512 subwords, mBERT 512 for 512.
@pytest.mark.parametrize(
    ("config", "longest"),
    [
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "xlm-roberta-xl", "max_position_embeddings": 514, "pad_token_id": 1}, 512),
        ({"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}, 512),
        (
            {"model_type": "deberta-v2", "max_position_embeddings": 512, "position_biased_input": False},
            None,
        ),
        ({"model_type": "mt5"}, None),
        ({}, None),
    ],
)
def test_positions(config, longest):
    assert architectures.positions(config) == longest
