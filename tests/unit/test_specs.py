"""Which job's settings a change reaches: no more than its result depends on."""

import pytest

from atlas import provenance, specs


def _all_specs(study):
    """(stage, wildcards) -> canonical text, for every job of the study."""
    jobs = {}

    def add(stage, **wildcards):
        content = getattr(specs, stage)(study, **wildcards)
        jobs[stage, *wildcards.values()] = provenance.canonical(content)

    trained = [name for name, entry in study.target_tasks.items() if entry["kind"] != "retrieval"]
    for model in study.models:
        add("fetch_model", model=model)
    for task in [*study.intermediate_tasks, *trained]:
        add("fetch_dataset", task=task, part="training")
    for task in study.intermediate_tasks:
        add("prepare_intermediate", intermediate=task)
    for target in study.target_tasks:
        add("fetch_dataset", task=target, part="test")
        add("prepare_target_test", target=target)
    for target in trained:
        add("prepare_target_train", target=target)
    for cell in study.cells():
        if cell["target"] in trained:
            add("train_target", **cell)
        add("predict", **cell)
        add("score", **cell)
    for model in study.models:
        for task in study.intermediate_tasks:
            for seed in study.seeds:
                add("train_intermediate", model=model, intermediate=task, seed=seed)
    for stage in ("collect_scores", "compute_deltas", "measure_distances", "correlate", "render_report"):
        add(stage)
    return jobs


@pytest.fixture
def changed(settings, catalog, load_study):
    """Function (change) -> jobs whose spec a change of settings and catalogue alters, new jobs left out."""
    before = _all_specs(load_study(settings, catalog))

    def compare(change):
        change(settings, catalog)
        after = _all_specs(load_study(settings, catalog))
        assert before.keys() <= after.keys()
        return {job for job, text in before.items() if after[job] != text}

    return compare


def _stages(jobs):
    return {job[0] for job in jobs}


ANALYSIS = {"measure_distances", "correlate", "render_report"}


def test_a_new_language_reaches_its_targets_tests_and_the_analysis_only(changed):
    def add_spanish(settings, catalog):
        catalog["target_tasks"]["topic"]["languages"]["spa"] = "es"

    jobs = changed(add_spanish)
    assert {job[:3] for job in jobs if job[0] == "fetch_dataset"} == {("fetch_dataset", "topic", "test")}
    assert {job for job in jobs if job[0].startswith("prepare")} == {("prepare_target_test", "topic")}
    assert {job[3] for job in jobs if job[0] == "predict"} == {"topic"}
    assert _stages(jobs) - ANALYSIS == {"fetch_dataset", "prepare_target_test", "predict"}


def test_a_targets_recipe_reaches_its_own_trainings_only(changed):
    def faster(settings, catalog):
        settings["overrides"] = {"target_tasks": {"topic": {"learning_rate": 1.0e-3, "epochs": 9}}}

    jobs = changed(faster)
    assert _stages(jobs) == {"train_target"}
    assert {job[3] for job in jobs} == {"topic"}
    assert len(jobs) == 2 * 3 * 2  # models x intermediates x seeds


def test_a_targets_length_reaches_how_its_tests_are_read_too(changed):
    def shorter(settings, catalog):
        settings["overrides"] = {"target_tasks": {"pos": {"max_tokens": 32}}}

    jobs = changed(shorter)
    assert _stages(jobs) == {"train_target", "predict"}
    assert {job[3] for job in jobs} == {"pos"}


def test_the_length_of_a_retrieval_target_reaches_its_predictions(changed):
    def shorter(settings, catalog):
        settings["overrides"] = {"target_tasks": {"search": {"max_tokens": 32}}}

    jobs = changed(shorter)
    assert {(job[0], job[3]) for job in jobs} == {("predict", "search")}


def test_an_intermediate_tasks_recipe_reaches_its_own_training_only(changed):
    def faster(settings, catalog):
        catalog["intermediate_tasks"]["nli"]["recipe"]["learning_rate"] = 1.0e-3

    jobs = changed(faster)
    # The model `large` has a learning rate of its own, which wins.
    assert jobs == {("train_intermediate", "small", "nli", seed) for seed in (1, 2)}


def test_a_models_recipe_reaches_its_own_trainings_only(changed):
    def faster(settings, catalog):
        catalog["models"]["large"]["recipe"]["learning_rate"] = 1.0e-3

    jobs = changed(faster)
    assert _stages(jobs) == {"train_intermediate", "train_target"}
    assert {job[1] for job in jobs} == {"large"}


@pytest.mark.parametrize(
    "option", [{"lora": {"rank": 8, "alpha": 16}}, {"tokens_per_batch": 4096}, {"precision": "fp32"}]
)
def test_how_a_model_is_computed_reaches_its_own_jobs_only(changed, option):
    jobs = changed(lambda settings, catalog: catalog["models"]["large"].update(option))
    trained = {"train_intermediate", "train_target"}
    assert _stages(jobs) == trained | ({"predict"} if "precision" in option else set())
    assert {job[1] for job in jobs} == {"large"}


@pytest.mark.parametrize("axis", ["models", "seeds"])
def test_a_new_model_or_seed_leaves_all_other_cells_alone(changed, axis):
    def grow(settings, catalog):
        catalog["models"]["huge"] = {"source": {"hub": "org/huge"}}
        settings[axis] = settings[axis] + [{"models": "huge", "seeds": 3}[axis]]

    assert _stages(changed(grow)) <= {"collect_scores", "render_report"}


def test_a_new_intermediate_task_leaves_all_other_cells_alone(changed):
    def grow(settings, catalog):
        catalog["intermediate_tasks"]["extra"] = catalog["intermediate_tasks"]["nli"]
        settings["intermediate_tasks"] += ["extra"]

    assert _stages(changed(grow)) <= {"collect_scores", "render_report"}


def test_a_limit_reaches_the_preparation_of_its_part_only(changed):
    def fewer(settings, catalog):
        settings["limits"] = {"max_test_examples": 5}

    assert _stages(changed(fewer)) == {"prepare_target_test"}


def test_a_metric_reaches_scores_and_the_analysis_only(changed):
    def other(settings, catalog):
        catalog["target_tasks"]["pos"]["metrics"] = ["seqeval_f1"]

    jobs = changed(other)
    assert _stages(jobs) <= {"score", "compute_deltas", "correlate", "render_report"}
    assert {job[3] for job in jobs if job[0] == "score"} == {"pos"}


def test_what_only_people_read_reaches_the_report_at_most(changed):
    def talk(settings, catalog):
        settings["title"] = "Another title"
        catalog["models"]["large"]["notes"] = "Large."
        catalog["target_tasks"]["topic"] |= {"licence": "free", "citation": "me"}

    assert _stages(changed(talk)) <= {"render_report"}


def test_the_order_of_keys_counts_for_nothing(changed):
    def reverse(settings, catalog):
        for file in ("intermediate_tasks", "target_tasks", "models"):
            for entry in catalog[file].values():
                if "recipe" in entry:
                    entry["recipe"] = dict(reversed(entry["recipe"].items()))
                entry.update(dict(reversed([(key, entry.pop(key)) for key in list(entry)])))

    assert not changed(reverse)


def test_two_swapped_values_are_another_spec(settings, catalog, load_study):
    settings["overrides"] = {"target_tasks": {"topic": {"warmup_share": 0.1, "weight_decay": 0.2}}}
    one = _all_specs(load_study(settings, catalog))
    settings["overrides"] = {"target_tasks": {"topic": {"warmup_share": 0.2, "weight_decay": 0.1}}}
    other = _all_specs(load_study(settings, catalog))
    job = ("train_target", "small", "none", "topic", 1)
    assert one[job] != other[job]


def test_own_files_are_those_that_a_local_source_reads(settings, catalog, load_study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    for language in ("de", "en"):  # the French file is not there yet: its fetch will say so
        (tmp_path / f"data/{language}-test.csv").write_text("text,label")
    catalog["models"]["small"]["source"] = {"local": "weights"}
    catalog["target_tasks"]["topic"]["source"] = {"local": "data/{subset}-{split}.csv"}
    study = load_study(settings, catalog)
    assert [str(path) for path in specs.own_files(study, task="topic", part="test")] == [
        "data/de-test.csv",
        "data/en-test.csv",
    ]
    assert all(str(path).startswith("weights/") for path in specs.own_files(study, model="small"))
    assert not specs.own_files(study, model="large")


def _digests(study):
    cell = {"model": "small", "intermediate": "qa", "seed": 1}
    return {
        "train topic": specs.code(study, "train_target", **cell, target="topic"),
        "train pos": specs.code(study, "train_target", **cell, target="pos"),
        "train qa": specs.code(study, "train_intermediate", **cell),
        "predict topic": specs.code(study, "predict", **cell, target="topic"),
        "predict pos": specs.code(study, "predict", **cell, target="pos"),
        "score topic": specs.code(study, "score", **cell, target="topic"),
        "score pos": specs.code(study, "score", **cell, target="pos"),
        "prepare pos": specs.code(study, "prepare_target_test", target="pos"),
        "prepare topic": specs.code(study, "prepare_target_test", target="topic"),
        "deltas": specs.code(study, "compute_deltas"),
        "fetch": specs.code(study, "fetch_dataset", task="topic", part="test"),
    }


# Edited module -> the jobs whose code it is.
EDITS = {
    "atlas/kinds/token_labels.py": {"train pos", "predict pos", "score pos", "prepare pos"},
    "atlas/kinds/span_qa.py": {"train qa"},
    "atlas/metrics/answers.py": {"score topic", "score pos"},
    "atlas/analysis/deltas.py": {"deltas"},
    "atlas/engine/training.py": {"train topic", "train pos", "train qa"},
    "atlas/engine/encoders.py": {"train topic", "train pos", "train qa", "predict topic", "predict pos"},
    "atlas/sources/hub.py": {"fetch"},
    "atlas/sources/local.py": set(),
    "atlas/errors.py": set(),
    "atlas/files.py": set(),
    "atlas/manifests.py": set(),
    "atlas/stage.py": set(),
}


@pytest.mark.parametrize("path", EDITS)
def test_an_edit_of_code_reaches_the_jobs_that_run_it(path, settings, catalog, load_study, copied_scripts):
    study = load_study(settings, catalog)
    before = _digests(study)
    with open(copied_scripts / path, "a") as module:
        module.write("\nADDED = 1\n")
    provenance.code_digest.cache_clear()
    provenance._meaning.cache_clear()
    after = _digests(study)
    assert {name for name in before if before[name] != after[name]} == EDITS[path]
