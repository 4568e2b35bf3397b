"""A study's selection, its refusals, the grid, and which value of a recipe wins."""

import pytest

from atlas import specs
from atlas.errors import AtlasError


def _recipe(study, model="large", task="topic", file="target_tasks"):
    return study.recipe(model, task, file)


def test_an_overlap_reaches_what_is_made_of_the_task(catalog, settings, load_study):
    catalog["target_tasks"]["topic"]["overlaps"] = ["nli"]
    recipe = catalog["intermediate_tasks"]["nli"]["recipe"]
    catalog["variants"] = {"both": {"tasks": ["nli", "qa"], "recipe": recipe}}
    settings["intermediate_tasks"] = ["none", "qa", "both"]
    study = load_study(settings, catalog)
    assert (study.overlapping("topic"), study.overlapping("pos")) == (["both"], [])


def test_parallel_targets_are_those_whose_predictions_are_compared(catalog, settings, load_study):
    catalog["target_tasks"]["topic"]["parallel"] = True
    study = load_study(settings, catalog)
    assert list(study.parallel_targets) == ["topic"]
    assert {cell["target"] for cell in study.cells(study.parallel_targets)} == {"topic"}
    assert len(study.cells(study.parallel_targets)) * 3 == len(study.cells())


def test_the_grid_is_every_combination_with_the_baseline_first(settings, catalog, load_study):
    study = load_study(settings, catalog)
    cells = study.cells()
    assert len(cells) == 2 * 3 * 3 * 2
    assert cells[0] == {"model": "small", "intermediate": "none", "target": "topic", "seed": 1}
    assert len({tuple(cell.values()) for cell in cells}) == len(cells)


@pytest.mark.parametrize("named", [["none", "nli"], ["nli", "none"], ["nli"]])
def test_the_baseline_is_always_in(settings, catalog, load_study, named):
    study = load_study({**settings, "intermediate_tasks": named}, catalog)
    assert study.intermediates == ["none", "nli"]
    assert list(study.intermediate_tasks) == ["nli"]


def test_languages_are_those_of_the_targets_by_default_source_first(settings, catalog, load_study):
    study = load_study(settings, catalog)
    assert list(study.target_tasks["pos"]["languages"]) == ["eng", "deu"]
    assert list(study.target_tasks["search"]["languages"]) == ["deu", "fra"]
    assert sorted(study.languages) == ["deu", "eng", "fra"]  # nobody has Spanish


def test_the_source_language_stays_in_when_the_study_leaves_it_out(settings, catalog, load_study):
    study = load_study({**settings, "languages": ["deu"]}, catalog)
    assert list(study.target_tasks["topic"]["languages"]) == ["eng", "deu"]


def test_another_source_language_can_be_declared(settings, catalog, load_study):
    catalog["target_tasks"]["topic"]["source_language"] = "deu"
    topic = load_study(settings, catalog).target_tasks["topic"]
    assert topic["source_language"] == "deu"
    assert next(iter(topic["languages"])) == "deu"


# Study keys that are changed, and what the message must say.
FAULTS = {
    "unknown key": ({"sedes": [1]}, ["'sedes'", "Did you mean seeds"]),
    "unknown model": ({"models": ["smal"]}, ["models", "'smal'", "models.yaml", "Did you mean small?"]),
    "unknown intermediate task": (
        {"intermediate_tasks": ["none", "mnli"]},
        ["'mnli'", "intermediate_tasks.yaml", "Did you mean nli?"],
    ),
    "unknown target task": ({"target_tasks": ["topics"]}, ["'topics'", "Did you mean topic?"]),
    "unknown distance": ({"distances": ["syntax"]}, ["'syntax'", "Did you mean syntactic?"]),
    "unknown language": ({"languages": ["deu", "ger"]}, ["'ger'", "languages.yaml", "eng"]),
    "language of no target": ({"languages": ["deu", "fra", "spa"]}, ["spa", "no chosen target task has"]),
    "nothing to transfer to": (
        {"languages": ["eng"], "target_tasks": ["topic"]},
        ["target task topic", "besides eng", "deu, eng, fra"],
    ),
    "a target without any language": (
        {"languages": ["fra"]},
        ["target task pos", "It has: deu, eng"],
    ),
    "same seed twice": ({"seeds": [1, 2, 1]}, ["seeds", "non-unique"]),
    "no seed": ({"seeds": []}, ["seeds"]),
    "seed with a dot": ({"seeds": [1.0]}, ["seeds.0", "1.0 is not of type 'integer'"]),
    "seed as text": ({"seeds": ["1"]}, ["seeds.0", "'1' is text", "Write 1 "]),
    "no model": ({"models": []}, ["models"]),
    "missing key": ({"seeds": None}, ["lacks seeds"]),
    "override of an unselected task": (
        {"target_tasks": ["topic"], "overrides": {"target_tasks": {"pos": {"epochs": 1}}}},
        ["overrides.target_tasks", "'pos'", "does not select"],
    ),
    "override of an unselected model": (
        {"models": ["small"], "overrides": {"models": {"large": {"epochs": 1}}}},
        ["overrides.models", "'large'", "Allowed: small"],
    ),
    "override of an unknown value": (
        {"overrides": {"target_tasks": {"topic": {"epoch": 1}}}},
        ["overrides.target_tasks.topic", "'epoch'", "Did you mean epochs?"],
    ),
    "override with text": (
        {"overrides": {"models": {"small": {"learning_rate": "1e-5"}}}},
        ["overrides.models.small.learning_rate", "Write 1.0e-05"],
    ),
    "limit of zero": ({"limits": {"max_train_examples": 0}}, ["limits.max_train_examples", "0"]),
    "too few permutations": ({"statistics": {"permutations": 10}}, ["statistics.permutations", "99"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place_and_its_fix(fault, settings, catalog, load_study):
    change, words = FAULTS[fault]
    changed = {key: value for key, value in {**settings, **change}.items() if value is not None}
    with pytest.raises(AtlasError) as caught:
        load_study(changed, catalog)
    message = str(caught.value)
    assert message.startswith("config: ") or message.startswith("config.")
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_a_recipe_value_comes_from_the_nearest_place(settings, catalog, load_study):
    """Defaults < task < model < the study's models < the study's task, one step after the other."""
    for model in catalog["models"].values():
        model.pop("recipe", None)
    rate = "learning_rate"
    recipe = _recipe(load_study(settings, catalog))
    assert (recipe[rate], recipe["weight_decay"], recipe["warmup_share"]) == (2e-5, 0.01, 0.1)
    catalog["target_tasks"]["topic"]["recipe"]["weight_decay"] = 0.5
    assert _recipe(load_study(settings, catalog))["weight_decay"] == 0.5
    catalog["models"]["large"]["recipe"] = {rate: 3.0e-5}
    assert _recipe(load_study(settings, catalog))[rate] == 3e-5
    settings["overrides"] = {"models": {"large": {rate: 4.0e-5}}}
    assert _recipe(load_study(settings, catalog))[rate] == 4e-5
    settings["overrides"]["target_tasks"] = {"topic": {rate: 5.0e-5}}
    study = load_study(settings, catalog)
    assert _recipe(study)[rate] == 5e-5
    assert _recipe(study, task="pos")[rate] == 4e-5
    assert _recipe(study, model="small", task="pos")[rate] == 2e-5


def test_only_span_questions_have_windows(settings, catalog, load_study):
    study = load_study(settings, catalog)
    assert study.recipe("small", "qa", "intermediate_tasks")["stride"] == 128
    assert "stride" not in study.recipe("small", "nli", "intermediate_tasks")


def test_a_whole_number_as_learning_rate_counts_as_the_same_real(settings, catalog, load_study):
    settings["overrides"] = {"target_tasks": {"topic": {"learning_rate": 1}}}
    rate = _recipe(load_study(settings, catalog))["learning_rate"]
    assert rate == 1.0 and isinstance(rate, float)


def test_a_recipe_that_nobody_completes_is_refused(settings, catalog, load_study):
    del catalog["target_tasks"]["topic"]["recipe"]["epochs"]
    with pytest.raises(AtlasError, match=r"target_tasks\.yaml: topic\.recipe: lacks epochs"):
        _recipe(load_study(settings, catalog))


def test_a_tasks_own_limit_wins_over_the_studys(settings, catalog, load_study):
    settings["limits"] = {"max_train_examples": 100}
    settings["overrides"] = {"target_tasks": {"pos": {"max_train_examples": 7}}}
    study = load_study(settings, catalog)
    limits = [study.limit(task, "target_tasks", "max_train_examples") for task in ("topic", "pos")]
    assert limits == [100, 7]
    assert study.limit("topic", "target_tasks", "max_test_examples") is None
    assert "max_train_examples" not in _recipe(study, task="pos")


def test_models_of_the_studys_own_are_told_from_fetched_ones(settings, catalog, load_study):
    catalog["models"]["small"]["source"] = {"pretrain": {"model": {"layers": 1}}}
    study = load_study(settings, catalog)
    assert (study.pretrained_models, study.fetched_models) == (["small"], ["large"])


def test_statistics_have_defaults_that_a_study_replaces_one_by_one(settings, catalog, load_study):
    settings["statistics"] = {"permutations": 99}
    statistics = load_study(settings, catalog).statistics
    assert statistics["permutations"] == 99
    assert statistics["min_languages"] == 6


def test_a_study_chooses_the_language_to_train_in(settings, catalog, load_study):
    catalog["target_tasks"]["topic"] |= {
        "source_languages": ["eng", "deu"],
        "train": {"split": "train", "subset": "{source}"},
    }
    settings["overrides"] = {"target_tasks": {"topic": {"source_language": "deu", "epochs": 3}}}
    study = load_study(settings, catalog)
    assert specs.fetch_dataset(study, "topic", "training")["tables"]["train"]["subset"] == "de"
    assert specs.score(study, "small", "none", "topic", 1)["source_language"] == "deu"
    assert list(study.target_tasks["topic"]["languages"])[0] == "deu"
    assert "source_language" not in study.recipe("small", "topic", "target_tasks")


def test_a_language_without_training_data_is_refused(settings, catalog, load_study):
    settings["overrides"] = {"target_tasks": {"topic": {"source_language": "deu"}}}
    with pytest.raises(AtlasError, match=r"topic.source_language.*no training data in 'deu'.*Allowed: eng"):
        load_study(settings, catalog)


def test_what_a_target_trains_on_first_is_prepared_without_being_selected(settings, catalog, load_study):
    catalog["target_tasks"]["topic"]["first"] = "nli"
    settings["intermediate_tasks"] = ["none", "qa"]
    settings["overrides"] = {"intermediate_tasks": {"nli": {"max_train_examples": 5}}}
    study = load_study(settings, catalog)
    assert list(study.components) == ["nli"] and study.intermediates == ["none", "qa"]
    assert specs.fetch_dataset(study, "topic", "training")["tables"].keys() == {"train", "tune", "first"}
    prepared = specs.prepare_target_train(study, "topic")["first"]
    assert prepared["limit"] == 5 and prepared["tables"]["rows"][0]["table"] == "first"
    trained = specs.train_target(study, "large", "none", "topic", 1)
    assert trained["first"]["recipe"]["epochs"] == 2
