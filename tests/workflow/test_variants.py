"""Variants of intermediate tasks, from a user's own files to scores, and what a change of one reruns."""

import json

import pyarrow.parquet as pq
import pytest
import tiny_study
import yaml
from conftest import Workflow
from tests import tiny_translator
from transformers import AutoModel, AutoModelForSequenceClassification

from atlas.files import read_json

pytestmark = pytest.mark.slow
LANGUAGES = ["eng", "deu", "fra"]
RECIPE = {"epochs": 1, "batch_size": 8, "learning_rate": 5.0e-3}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study of every variant that has run to the end."""
    home = tmp_path_factory.mktemp("variants")
    study = tiny_study.build(home)
    _add_data(home)
    _add_entries(home)
    tiny_study.edit_yaml(study, lambda settings: settings.update(_SETTINGS))
    workflow = Workflow(home / "run", study)
    workflow.folder.mkdir()
    workflow.run()
    return workflow


_SETTINGS = {
    "intermediate_tasks": ["none", "both", "topic-with-text", "text", "topic-in-german", "topic-by-model"],
    "target_tasks": ["tags"],
    "languages": LANGUAGES,
}


def _add_data(home):
    """Text of two languages, and a translation of the topics, word by word."""
    for language in ("deu", "fra"):
        words = [tiny_study.foreign(word, language) for word in tiny_study.WORDS]
        lines = [" ".join(words[at : at + 5]) for at in range(12)]
        (home / "data" / f"text.{language}.train.txt").write_text("\n".join(lines))
    rows = [json.loads(line) for line in (home / "data/topics.eng.train.jsonl").read_text().splitlines()]
    translated = [
        {**row, "text": " ".join(tiny_study.foreign(word, "deu") for word in row["text"].split())}
        for row in rows
    ]
    tiny_study.write_lines(home / "data" / "topics-translated.de.train.jsonl", translated)
    tiny_translator.build(home / "translator", [row["text"] for row in rows])


def _add_entries(home):
    tasks = home / "catalog" / "intermediate_tasks.yaml"
    targets = yaml.safe_load((home / "catalog" / "target_tasks.yaml").read_text())
    own = {
        key: value for key, value in targets["tags"].items() if key not in ("test", "metrics", "languages")
    }
    tiny_study.edit_yaml(tasks, lambda entries: entries.update(words=own))
    data = str(home / "data")
    text = {
        "source": {"local": data + "/text.{subset}.{split}.txt"},
        "subset": "{language}",
        "split": "train",
        "languages": {"deu": "deu", "fra": "fra"},
    }
    local = {"local": data + "/topics-translated.{subset}.{split}.jsonl"}
    variants = {
        "both": {"tasks": ["topic", "words"], "sampling": {"scheme": "uniform"}, "recipe": dict(RECIPE)},
        "topic-with-text": {"tasks": ["topic"], "with_mlm": {"rate": 0.4, "max_tokens": 16, "text": text}},
        "text": {"mlm_only": {"max_tokens": 16, "text": text}, "recipe": dict(RECIPE)},
        "topic-in-german": {
            "tasks": ["topic"],
            "translated": {
                "languages": {"deu": "de"},
                "source": local,
                "subset": "{language}",
                "split": "train",
            },
            "recipe": dict(RECIPE),
        },
        "topic-by-model": {
            "tasks": ["topic"],
            "translated": {
                "languages": {"fra": "fr"},
                "model": {"local": str(home / "translator")},
                "with_english": True,
            },
            "recipe": dict(RECIPE),
        },
    }
    tiny_study.write_yaml(home / "catalog" / "variants.yaml", variants)


@pytest.fixture
def entries(finished):
    """Path of the catalogue's variants, put back as they were after the test."""
    path = finished.study.parent / "catalog" / "variants.yaml"
    before = path.read_text()
    yield path
    path.write_text(before)


def _checkpoint(finished, variant):
    return finished.results / "checkpoints" / "intermediate" / "small" / variant / "seed-1"


def test_each_variant_is_scored_in_every_language(finished):
    scores = pq.read_table(finished.results / "scores.parquet").to_pandas()
    found = scores[scores.metric == "accuracy"].groupby("intermediate").language.apply(set).to_dict()
    assert found == {name: set(LANGUAGES) for name in _SETTINGS["intermediate_tasks"]}


def test_one_task_leaves_its_head_and_several_leave_the_encoder(finished):
    model = AutoModelForSequenceClassification.from_pretrained(_checkpoint(finished, "topic-with-text"))
    assert set(model.config.label2id) == set(tiny_study.TOPICS)
    for variant in ("both", "text"):
        config = read_json(_checkpoint(finished, variant) / "config.json")
        assert config["architectures"] == ["BertModel"]
        AutoModel.from_pretrained(_checkpoint(finished, variant))


def test_published_translations_stand_in_for_the_english_rows(finished):
    folder = finished.results / "prepared" / "intermediate"
    english = pq.read_table(folder / "topic" / "train.parquet").to_pylist()
    german = pq.read_table(folder / "topic-in-german" / "train.parquet").to_pylist()
    expected = [
        {
            **row,
            "id": f"{row['id']}-deu",
            "first": " ".join(tiny_study.foreign(word, "deu") for word in row["first"].split()),
        }
        for row in english
    ]
    assert german == expected
    tunes = [pq.read_table(folder / task / "tune.parquet") for task in ("topic", "topic-in-german")]
    assert tunes[0] == tunes[1]


def test_translations_by_a_model_keep_labels_and_stand_beside_the_english_rows(finished):
    folder = finished.results / "prepared" / "intermediate"
    english = pq.read_table(folder / "topic" / "train.parquet").to_pandas()
    both = pq.read_table(folder / "topic-by-model" / "train.parquet").to_pandas()
    assert list(both.label) == 2 * list(english.label)
    assert list(both["first"][: len(english)]) == list(english["first"])
    assert set(both["first"][len(english) :]).isdisjoint(english["first"])


def test_a_second_run_has_nothing_to_do(finished):
    assert finished.planned() == {}


def test_the_recipe_of_a_variant_reruns_it_alone(finished, entries):
    tiny_study.edit_yaml(entries, lambda found: found["both"]["recipe"].update(batch_size=4))
    planned = finished.planned()
    assert (planned["train_intermediate"], planned["train_target"], planned["predict"]) == (1, 1, 1)
    assert not {"prepare_text", "prepare_translated", "translate_rows"} & set(planned)


def test_another_row_of_a_component_reruns_only_what_contains_it(finished):
    path = finished.study.parent / "data" / "tags.eng.train.jsonl"
    before = path.read_text()
    path.write_text(before.replace('"the"', '"ball"', 1))
    planned = finished.planned()
    path.write_text(before)
    # The target `tags` learns from these rows too; of the variants only `both` does.
    assert planned["train_intermediate"] == 1


def test_more_text_of_one_language_reruns_what_reads_text(finished):
    path = finished.study.parent / "data" / "text.deu.train.txt"
    before = path.read_text()
    path.write_text(before + "\nthe dog")
    planned = finished.planned()
    path.write_text(before)
    assert (planned["fetch_dataset"], planned["prepare_text"], planned["train_intermediate"]) == (2, 2, 2)


def test_a_translation_with_a_row_too_few_is_named(finished, tmp_path):
    copy = finished.copy(tmp_path / "copy")
    path = finished.study.parent / "data" / "topics-translated.de.train.jsonl"
    before = path.read_text()
    path.write_text(before.partition("\n")[2])
    output = copy.run("--until", "prepare_translated", check=False)
    path.write_text(before)
    assert "has 39 rows" in output and "which it translates, has 40" in output and "Traceback" not in output
