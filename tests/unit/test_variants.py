"""Variants of intermediate tasks: what they take over from their tasks, and what is refused."""

import pytest

from atlas import catalog as catalogue
from atlas import variants
from atlas.errors import AtlasError

TEXT = {"source": {"hub": "org/text"}, "subset": "{language}", "split": "train", "languages": {"deu": "de"}}
HUB = {"source": {"hub": "org/translations"}, "split": "train", "languages": {"deu": "de"}}
MODEL = {"model": {"hub": "org/en-{language}"}, "languages": {"deu": "de"}}


@pytest.fixture
def load(load_study, settings, catalog):
    """Function (name, entry of a variant) -> the study that selects it alone."""

    def _load(**entries):
        catalog["variants"] = entries
        settings["intermediate_tasks"] = [list(entries)[-1]]
        return load_study(settings, catalog)

    return _load


def test_a_component_need_not_be_selected(load):
    study = load(
        both={"tasks": ["nli", "qa"], "recipe": {"epochs": 1, "batch_size": 4, "learning_rate": 1e-5}}
    )
    assert list(study.intermediate_tasks) == ["both"]
    assert list(study.components) == ["nli", "qa"]
    assert variants.learned("both", study.intermediate_tasks["both"]) == ["nli", "qa"]


def test_one_task_gives_its_recipe_several_do_not(load):
    single = load(more={"tasks": ["nli"], "with_mlm": {"rate": 0.2, "text": TEXT}})
    assert single.recipe("small", "more", "intermediate_tasks")["learning_rate"] == 2.0e-5
    assert single.intermediate_tasks["more"]["mlm"]["mask_rate"] == 0.15
    assert single.recipe("small", "more", "intermediate_tasks")["max_tokens"] == 128  # of the text
    with pytest.raises(AtlasError, match="both.recipe: lacks epochs"):
        load(both={"tasks": ["nli", "qa"]})


def test_a_translated_task_is_a_task_like_its_own(load, catalog):
    entry = load(german={"tasks": ["nli"], "translated": HUB}).intermediate_tasks["german"]
    for key in ("kind", "labels", "recipe"):
        assert entry[key] == catalog["intermediate_tasks"]["nli"][key]


def test_a_translated_task_can_be_part_of_another_variant(load):
    study = load(
        german={"tasks": ["nli"], "translated": MODEL},
        both={"tasks": ["german", "qa"], "recipe": {"epochs": 1, "batch_size": 4, "learning_rate": 1e-5}},
    )
    assert set(study.components) == {"german", "qa", "nli"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"tasks": ["nil"], "with_mlm": {"rate": 0.2, "text": TEXT}},
            "'nil' is unknown here. Did you mean nli",
        ),
        ({"tasks": ["nli"]}, "is one task alone"),
        ({"tasks": ["nli", "qa"], "translated": HUB}, "exactly one task"),
        ({"tasks": ["nli"], "translated": {**HUB, **MODEL}}, "exactly one of source .* and model"),
        (
            {"tasks": ["nli"], "translated": {"languages": {"deu": "de"}}},
            "exactly one of source .* and model",
        ),
        ({"tasks": ["nli"], "translated": {**MODEL, "languages": {"due": "de"}}}, "'due' is not in .* deu"),
        ({"tasks": ["pos"], "translated": MODEL}, "kind token_labels cannot be translated"),
        ({"tasks": ["nli"], "mlm_only": {"text": TEXT}}, "mlm_only trains on nothing else"),
        ({"tasks": ["nli", "qa"], "sampling": {"scheme": "capped"}}, "scheme capped needs cap"),
        ({"tasks": ["nli"], "with_mlm": {"rate": 0.2, "txt": TEXT}}, "unknown key 'txt'. Did you mean text"),
        ({"with_mlm": {"rate": 0.2, "text": TEXT}}, "lacks tasks"),
    ],
)
def test_what_cannot_run_is_refused_with_the_fix(load, catalog, entry, message):
    catalog["intermediate_tasks"]["pos"] = {
        key: value
        for key, value in catalog["target_tasks"].pop("pos").items()
        if key not in ("test", "metrics", "languages")
    }
    with pytest.raises(AtlasError, match=message) as refused:
        load(variant=entry)
    assert "variant" in str(refused.value)


def test_masked_lm_is_refused_for_a_model_without_it(load, catalog):
    catalog["models"]["small"]["architecture"] = "mt5"
    with pytest.raises(AtlasError, match="small is a mt5, which has no masked language model.* on text"):
        load(
            text={"mlm_only": {"text": TEXT}, "recipe": {"epochs": 1, "batch_size": 4, "learning_rate": 1e-4}}
        )


def test_a_component_can_be_overridden(load_study, settings, catalog):
    catalog["variants"] = {"more": {"tasks": ["nli"], "with_mlm": {"rate": 0.2, "text": TEXT}}}
    settings["intermediate_tasks"] = ["more"]
    settings["overrides"] = {"intermediate_tasks": {"nli": {"max_train_examples": 7}}}
    assert load_study(settings, catalog).limit("nli", "intermediate_tasks", "max_train_examples") == 7


@pytest.mark.parametrize("name", catalogue.load()["variants"])
def test_each_shipped_variant_says_where_it_comes_from_and_can_be_trained(name):
    entry = catalogue.load()["variants"][name]
    assert {"title", "licence", "citation"} <= entry.keys()
    assert {"epochs", "batch_size", "learning_rate", "max_tokens"} <= entry["recipe"].keys()
