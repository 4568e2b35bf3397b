"""Whatever in the catalogue could not run is refused with one message that names the place and the fix."""

import pytest
import yaml

from atlas import catalog as catalogue
from atlas.errors import AtlasError


def _refusal(catalog, load_study, settings):
    with pytest.raises(AtlasError) as caught:
        load_study(settings, catalog)
    message = str(caught.value)
    assert "\n" not in message and "Traceback" not in message
    return message


def test_a_valid_catalogue_is_read_as_written(catalog, load_study, settings):
    assert load_study(settings, catalog).models == catalog["models"]


# What is changed (path of keys, value), and what the message must say.
FAULTS = {
    "unknown key": (
        ("target_tasks", "topic", "metrcs"),
        ["accuracy"],
        ["catalog/target_tasks.yaml: topic", "'metrcs'", "Did you mean metrics?"],
    ),
    "unknown key of a recipe": (
        ("intermediate_tasks", "nli", "recipe", "epoch"),
        3,
        ["intermediate_tasks.yaml: nli.recipe", "'epoch'", "Did you mean epochs?"],
    ),
    "row-wise embeddings that are frozen": (
        ("models", "small"),
        {"source": {"local": "m"}, "freeze": "embeddings", "embeddings": "rowwise"},
        ["catalog/models.yaml: small", "`embeddings: rowwise` and `freeze` exclude each other"],
    ),
    "shards with adapters": (
        ("models", "small"),
        {"source": {"local": "m"}, "parallel": "fsdp", "lora": {"rank": 4, "alpha": 8}},
        ["catalog/models.yaml: small", "`parallel: fsdp` and `lora` exclude each other"],
    ),
    "unknown kind": (
        ("target_tasks", "topic", "kind"),
        "sentence_clasification",
        ["target_tasks.yaml: topic.kind", "Did you mean sentence_classification"],
    ),
    "unknown metric": (
        ("target_tasks", "pos", "metrics"),
        ["seqeval"],
        ["target_tasks.yaml: pos.metrics.0", "Did you mean seqeval_f1?"],
    ),
    "learning rate without a dot": (
        ("target_tasks", "topic", "recipe", "learning_rate"),
        "1e-5",
        ["topic.recipe.learning_rate", "'1e-5' is text", "Write 1.0e-05"],
    ),
    "learning rate of a model without a dot": (
        ("models", "large", "recipe", "learning_rate"),
        "3e-4",
        ["models.yaml: large.recipe.learning_rate", "Write 3.0e-04"],
    ),
    "whole number in quotes": (
        ("target_tasks", "topic", "recipe", "epochs"),
        "3",
        ["topic.recipe.epochs", "'3' is text", "Write 3 "],
    ),
    "learning rate of zero": (
        ("target_tasks", "topic", "recipe", "learning_rate"),
        0,
        ["topic.recipe.learning_rate", "0"],
    ),
    "missing split": (
        ("target_tasks", "topic", "test"),
        {"subset": "{language}"},
        ["target_tasks.yaml: topic.test", "lacks split"],
    ),
    "two sources": (
        ("models", "small", "source"),
        {"hub": "org/small", "local": "folder"},
        ["models.yaml: small.source", "exactly one of hub, local, pretrain", "['hub', 'local']"],
    ),
    "no source": (
        ("models", "small", "source"),
        {},
        ["models.yaml: small.source", "exactly one of hub, local, pretrain"],
    ),
    "unknown column": (
        ("target_tasks", "topic", "columns", "frist"),
        "text",
        ["target_tasks.yaml: topic.columns", "'frist'", "Did you mean first?"],
    ),
    "column of the test part": (
        ("target_tasks", "topic", "test", "columns"),
        {"first": "text"},
        ["target_tasks.yaml: topic.columns", "needs label too"],
    ),
    "no labels": (
        ("target_tasks", "pos", "labels"),
        None,
        ["target_tasks.yaml: pos", "needs labels"],
    ),
    "no training part": (
        ("target_tasks", "topic", "train"),
        None,
        ["target_tasks.yaml: topic", "'train'"],
    ),
    "trained retrieval": (
        ("target_tasks", "search", "train"),
        {"split": "train"},
        ["target_tasks.yaml: search", "not trained", "Remove 'train'"],
    ),
    "no length": (
        ("target_tasks", "search", "recipe", "max_tokens"),
        None,
        ["target_tasks.yaml: search", "recipe.max_tokens"],
    ),
    "unknown language": (
        ("target_tasks", "topic", "languages", "ger"),
        "de",
        ["target_tasks.yaml: topic.languages", "'ger'", "languages.yaml", "deu"],
    ),
    "unknown overlap": (
        ("target_tasks", "topic", "overlaps"),
        ["nlj"],
        ["target_tasks.yaml: topic.overlaps", "'nlj'", "Did you mean nli?"],
    ),
    "name that is no folder": (
        ("models", "org/small"),
        {"source": {"hub": "org/small"}},
        ["models.yaml", "'org/small'", "folders"],
    ),
    "same name twice": (
        ("intermediate_tasks", "topic"),
        "the entry of nli",
        ["intermediate_tasks.yaml: topic", "target_tasks.yaml", "Rename"],
    ),
    "the baseline's name": (
        ("intermediate_tasks", "none"),
        "the entry of nli",
        ["intermediate_tasks.yaml: none", "baseline", "Rename"],
    ),
    "language in a training subset": (
        ("target_tasks", "topic", "train", "subset"),
        "{language}",
        ["target_tasks.yaml: topic.train.subset", "{language}", "test"],
    ),
    "roles of a kind that has none": (
        ("target_tasks", "topic", "test"),
        {"tables": {"queries": {"split": "test"}}},
        ["target_tasks.yaml: topic.test.tables", "'queries'", "sentence_classification has no `tables`"],
    ),
    "missing split in a list of tables": (
        ("intermediate_tasks", "nli", "train"),
        [{"split": "a"}, {"subset": "b"}],
        ["intermediate_tasks.yaml: nli.train.1", "lacks split"],
    ),
    "labels of a table that are not the entry's": (
        ("intermediate_tasks", "nli", "train"),
        [{"split": "a"}, {"split": "b", "labels": ["yes", "perhaps"]}],
        ["nli.train.1.labels", "yes, perhaps", "another order: no, yes"],
    ),
    "unlabelled test rows": (
        ("target_tasks", "topic", "test", "unlabelled"),
        "drop",
        ["topic.test", "cannot be scored"],
    ),
    "source language without training data": (
        ("target_tasks", "topic", "source_languages"),
        ["eng", "spa"],
        ["topic.source_languages", "'spa'", "Allowed: deu, eng, fra."],
    ),
    "source language in a subset of a task that has one only": (
        ("target_tasks", "topic", "train", "subset"),
        "{source}",
        ["topic.train.subset", "{source} needs source_languages"],
    ),
    "unknown first task": (
        ("target_tasks", "topic", "first"),
        "nlj",
        ["topic.first", "'nlj'", "Did you mean nli?"],
    ),
    "first task with another head": (
        ("target_tasks", "topic", "first"),
        "qa",
        ["topic.first", "qa does not fit", "Of this kind: nli."],
    ),
    "unknown key of a language": (
        ("target_tasks", "topic", "languages", "deu"),
        {"nmae": "de"},
        ["topic.languages.deu", "'nmae'", "Did you mean name?"],
    ),
    "unknown field in the test subset": (
        ("target_tasks", "topic", "test", "subset"),
        "{lang}",
        ["target_tasks.yaml: topic.test.subset", "{lang}", "{language}"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place_and_its_fix(fault, catalog, load_study, settings):
    (*path, last), value, words = FAULTS[fault]
    entry = catalog
    for key in path:
        entry = entry[key]
    if value is None:
        del entry[last]
    else:
        entry[last] = catalog["intermediate_tasks"]["nli"] if value == "the entry of nli" else value
    message = _refusal(catalog, load_study, settings)
    assert all(word in message for word in words), message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AtlasError, match=r"models\.yaml: not there"):
        catalogue.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "word"), [("a: [1", "not valid YAML"), ("[a, b]", "list"), ("", "NoneType")]
)
def test_a_file_that_is_no_map_is_named(tmp_path, text, word):
    (tmp_path / "models.yaml").write_text(text)
    with pytest.raises(AtlasError, match=rf"models\.yaml: .*{word}"):
        catalogue.load(tmp_path)


def test_a_name_given_twice_in_one_file_is_refused(tmp_path):
    for name in catalogue.FILES:
        (tmp_path / f"{name}.yaml").write_text("{}")
    (tmp_path / "models.yaml").write_text("a: {source: {hub: x}}\na: {source: {hub: y}}\n")
    with pytest.raises(AtlasError, match=r"models\.yaml: .*'a'.*twice"):
        catalogue.load(tmp_path)


def test_text_in_scientific_notation_is_what_yaml_makes_of_it():
    """The reason for the check: without the dot it is no number."""
    assert yaml.safe_load("rate: 1e-5") == {"rate": "1e-5"}
    assert yaml.safe_load("rate: 1.0e-5") == {"rate": 1e-5}
