"""Every task of the catalogue, in every language, from published rows to points on a random encoder.

Rows come from the files of a mirror of the hub, where one is at hand and has them, else from `made_up`. How
the hub itself is read stands in test_fetch.py; here all tasks share one process.
"""

import os
import re
import shutil

import datasets
import made_up
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from conftest import ROOT, SERVER

import score as scoring
from atlas import artifacts, manifests, specs, study
from atlas import catalog as catalogue
from atlas.data import ccg_stand_in, parts, preparation, rows
from atlas.data.published import Published
from atlas.engine import checkpoints, encoders, predictions, training
from atlas.errors import AtlasError
from atlas.files import read_json
from atlas.provenance import canonical
from atlas.sources import hub, provider_of
from atlas.task_checks import UNTRAINED
from fetch_dataset import fetch_dataset

pytestmark = pytest.mark.slow
RECIPE = {"max_tokens": 48, "epochs": 1, "batch_size": 4}
LIMITS = {"max_train_examples": 8, "max_tune_examples": 4, "max_test_examples": 3}
ROWS = 8  # of each table that the mirror has


def _published(file):
    return [name for name, entry in catalogue.load()[file].items() if "lab" not in entry["source"]]


INTERMEDIATE, TARGETS = _published("intermediate_tasks"), _published("target_tasks")


@pytest.fixture(scope="module")
def chosen(tmp_path_factory):
    """A study of all published tasks, in a folder of its own with a stand-in for CCGbank."""
    before = os.getcwd()
    os.chdir(tmp_path_factory.mktemp("catalogue"))
    ccg_stand_in.write("data/ccgbank")
    overrides = {"intermediate_tasks": INTERMEDIATE, "target_tasks": TARGETS}
    yield study.load(
        {
            "study": "all", "models": ["xlmr-base"], "seeds": [1], "limits": LIMITS,
            "intermediate_tasks": INTERMEDIATE, "target_tasks": TARGETS,
            "overrides": {file: dict.fromkeys(names, RECIPE) for file, names in overrides.items()},
        }
    )  # fmt: skip
    os.chdir(before)


@pytest.fixture(scope="module")
def encoder(tiny_model, tiny_tokenizer, tmp_path_factory):
    """Manifest of a random encoder of two layers."""
    manifest = tmp_path_factory.mktemp("encoder") / "manifest.json"
    files = training.save(encoders.load_encoder(tiny_model), tiny_tokenizer, manifest.parent)
    manifests.write(manifest, "encoder", files)
    return manifest


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """Function (study, task, part) -> manifest of its tables, the hub's from the mirror or made up."""

    def fetch(chosen, task, part):
        tables = {}
        for entry, table in _tables(chosen, task, part):
            name = canonical(table.source)
            tables[name] = _together(tables.get(name), _rows(entry, table), "where" in table.view)
        monkeypatch.setattr(hub, "fetch_table", lambda source, _: (tables[canonical(source)], None, {}))
        manifest = tmp_path / "sources" / part / "manifest.json"
        fetch_dataset(spec=specs.fetch_dataset(chosen, task, part), code="0", manifest=manifest)
        return manifest

    return fetch


def _tables(chosen, task, part):
    """Every table of a task's training or test part, with the entry that it is of."""
    entry = chosen.target_tasks.get(task) or chosen.intermediate_tasks[task]
    if part == "test":
        found = [(entry, parts.tables(entry, "test", language)) for language in entry["languages"]]
    else:
        found = [(entry, parts.tables(entry, name)) for name in ("train", "tune")]
        if "first" in entry:
            first = chosen.intermediate_tasks[entry["first"]]
            found.append((first, parts.tables(first, "train", name="first")))
    return [(entry, table) for entry, roles in found for own in roles.values() for table in own]


def _rows(entry, table):
    made = made_up.rows(entry, table.view)
    if provider_of(table.source) == "local":
        if "ccgbank" not in table.source["local"]:
            made_up.put(made, table.source)
        return None
    found = _of_mirror(table.source)
    try:
        numbers, _ = rows.kept(Published(found, table.view, "mirror"), table.view) if found else ([], {})
    except AtlasError:  # the mirror has not all languages of a data set that is in one table
        numbers = []
    return found.take(numbers[:ROWS]) if numbers else made


def _together(before, found, by_rows):
    """Two views of one published table as one: of other rows, or of other columns."""
    if before is None or found is None or before.equals(found):
        return found
    if by_rows:
        return pa.concat_tables([before, found], promote_options="permissive")
    for name in set(before.column_names) - set(found.column_names):
        found = found.append_column(name, before.column(name))
    return found


def _of_mirror(source):
    folder = SERVER.parent / "datasets" / source["hub"]
    files = sorted(folder.glob(f"{source.get('subset', '*')}/{source['split']}-*.parquet"))
    if not files:
        return None
    return hub._with_label_names(datasets.Dataset(datasets.table.InMemoryTable(pq.read_table(files[0]))))


def _trained(chosen, stage, prepare, encoder, examples, cell, folder):
    """Manifest of a checkpoint after two steps on a task's prepared training rows."""
    prepared, manifest = folder / "prepared" / "manifest.json", folder / "checkpoint" / "manifest.json"
    preparation.prepare_training(prepare, "0", examples, prepared)
    tables = manifests.read(prepared)["tables"]
    assert tables["train"]["rows"] >= 4 and tables["tune"]["rows"] >= 3
    checkpoints.make(getattr(specs, stage)(chosen, **cell), "0", encoder, [prepared], manifest)
    return manifest


@pytest.mark.parametrize("task", INTERMEDIATE)
def test_an_intermediate_task_is_trained_on_published_rows(task, chosen, encoder, fetched, tmp_path):
    cell = {"model": "xlmr-base", "intermediate": task, "seed": 1}
    prepare = specs.prepare_intermediate(chosen, task)
    made = _trained(
        chosen, "train_intermediate", prepare, encoder, fetched(chosen, task, "training"), cell, tmp_path
    )
    assert "model.safetensors" in read_json(made)["files"]


@pytest.mark.parametrize("task", TARGETS)
def test_a_target_runs_from_published_rows_to_points(task, chosen, encoder, fetched, tmp_path):
    _run(chosen, task, encoder, fetched, tmp_path)


def _run(chosen, task, encoder, fetched, tmp_path):
    """Train a target for two steps, predict and score it in every language."""
    cell = {"model": "xlmr-base", "intermediate": "none", "target": task, "seed": 1}
    entry, checkpoint = chosen.target_tasks[task], encoder
    if entry["kind"] not in UNTRAINED:
        prepare = specs.prepare_target_train(chosen, task)
        rows_of = fetched(chosen, task, "training")
        checkpoint = _trained(chosen, "train_target", prepare, encoder, rows_of, cell, tmp_path)
    examples = tmp_path / "test" / "manifest.json"
    preparation.prepare_test(
        specs.prepare_target_test(chosen, task), "0", fetched(chosen, task, "test"), examples
    )
    made = tmp_path / "predictions" / "manifest.json"
    predictions.make(specs.predict(chosen, **cell), "0", checkpoint, examples, made)
    scores = {"scores": tmp_path / "scores.json", "examples": tmp_path / "examples.parquet"}
    scoring.score(spec=specs.score(chosen, **cell), code="0", predictions=made, **scores)
    languages = read_json(scores["scores"])["languages"]
    assert languages.keys() == entry["languages"].keys()
    assert all(0 <= points <= 100 for of in languages.values() for points in of["metrics"].values())
    assert {name for of in languages.values() for name in of["metrics"]} == set(entry["metrics"])
    assert artifacts.read_table(scores["examples"]).num_rows


def test_a_task_is_added_by_one_entry_as_the_docs_say(encoder, fetched, tmp_path, monkeypatch):
    text = (ROOT / "docs" / "adding_a_task.md").read_text(encoding="utf-8")
    entry, own_study = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[:2]
    shutil.copytree(ROOT / "catalog", tmp_path / "catalog")
    with open(tmp_path / "catalog" / "target_tasks.yaml", "a", encoding="utf-8") as catalog:
        catalog.write(entry)
    settings = {**yaml.safe_load(own_study), "catalog": str(tmp_path / "catalog"), "limits": LIMITS}
    settings["overrides"] = {"target_tasks": {"americas_nli": RECIPE}}
    monkeypatch.chdir(tmp_path)
    chosen = study.load({**settings, "models": ["xlmr-base"]})
    assert list(chosen.target_tasks["americas_nli"]["languages"]) == ["eng", "ayr", "gug"]
    _run(chosen, "americas_nli", encoder, fetched, tmp_path)
