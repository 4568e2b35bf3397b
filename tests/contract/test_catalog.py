"""The catalogue and the studies that we ship: whole, and able to run."""

import inspect

import pytest
import yaml

from atlas import catalog, distances, imported_study, kinds, metrics, study
from atlas.data import parts
from atlas.task_checks import COLUMNS, UNTRAINED
from tests.conftest import ROOT

CATALOG = catalog.load()
TASKS = {**CATALOG["intermediate_tasks"], **CATALOG["target_tasks"]}
STUDIES = [ROOT / "config.yaml", *sorted((ROOT / "studies").glob("*.yaml"))]
DEFINITIONS = yaml.safe_load((ROOT / "schemas" / "catalog.schema.yaml").read_text())["$defs"]


def _rates():
    for entries in (CATALOG["models"], TASKS):
        for name, entry in entries.items():
            if "learning_rate" in entry.get("recipe", {}):
                yield pytest.param(entry["recipe"]["learning_rate"], id=name)


@pytest.mark.parametrize("rate", _rates())
def test_learning_rates_are_numbers_of_a_fine_tuning(rate):
    assert isinstance(rate, float)
    assert 1e-6 <= rate <= 1e-2


@pytest.mark.parametrize("kind", DEFINITIONS["task"]["kind"]["enum"])
def test_each_kind_has_a_module_that_keeps_the_contract(kind):
    module = kinds.of(kind)
    assert list(inspect.signature(module.prepare).parameters) == ["published", "meaning"]
    reading = ["examples", "tokenizer", "reading", "labels"]
    assert list(inspect.signature(module.encode).parameters) == reading
    outputs = ["outputs", "features", "examples", "reading", "labels"]
    assert list(inspect.signature(module.decode).parameters) == outputs
    assert "id" in module.EXAMPLES.names
    assert {"id", "prediction", "gold", "right"} <= set(module.PREDICTIONS.names)
    trained = kind not in UNTRAINED
    assert hasattr(module, "AUTO_CLASS") == trained
    assert (hasattr(module, "OUTPUTS") or hasattr(module, "embed")) == trained


def test_each_metric_of_the_schema_is_there_and_the_reverse():
    allowed = DEFINITIONS["target_tasks"]["properties"]["metrics"]["items"]["enum"]
    assert sorted(allowed) == sorted(metrics.METRICS)


@pytest.mark.parametrize("name", sorted(metrics.METRICS))
def test_each_metric_is_defined_in_the_docs(name):
    assert f"`{name}`" in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CATALOG["distances"])
def test_each_distance_has_its_provider(name):
    assert CATALOG["distances"][name]["provider"] in distances.PROVIDERS


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_each_study_that_we_ship_can_be_planned(path):
    settings = yaml.safe_load(path.read_text())
    chosen = (imported_study if "scores" in settings else study).load(settings)
    assert chosen.models and chosen.target_tasks
    if chosen.imported:
        return
    for model in chosen.models:
        for file in ("intermediate_tasks", "target_tasks"):
            for task, entry in getattr(chosen, file).items():
                if entry["kind"] not in UNTRAINED:
                    assert chosen.recipe(model, task, file)["epochs"] >= 1


@pytest.mark.parametrize("name", CATALOG["target_tasks"])
def test_targets_with_several_languages_tell_them_apart(name):
    entry = CATALOG["target_tasks"][name]
    of_language = [parts.tables(entry, "test", code).values() for code in entry["languages"]]
    own = [[(table.source, table.view) for tables in roles for table in tables] for roles in of_language]
    assert all(one not in own[:i] for i, one in enumerate(own))


@pytest.mark.parametrize("name", [name for name, entry in TASKS.items() if "lab" not in entry["source"]])
def test_each_task_says_where_it_comes_from(name):
    assert {"title", "licence", "citation"} <= TASKS[name].keys()


@pytest.mark.parametrize("kind", DEFINITIONS["task"]["kind"]["enum"])
def test_each_kind_says_which_columns_it_reads_by_role(kind):
    roles = COLUMNS[kind].keys() - {parts.ROWS}
    assert roles == set(getattr(kinds.of(kind), "TABLES", ()))
