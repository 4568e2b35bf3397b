"""Runs whose paths, columns, labels and names come from someone who means harm: none of them is executed."""

import csv
import json

import pyarrow.parquet as pq
import pytest
import tiny_study
import yaml
from conftest import ROOT, Workflow
from tests.security.markup import BREAKOUTS

pytestmark = pytest.mark.slow
HARM = "da ta;touch pwned $(touch pwned)`touch pwned`'\"[1]*&|>pwned\n\\é\u202e"
COLUMNS = {"tokens": "$(touch pwned)", "tags": "-n\n/pwned", "text": "<script>", "topic": "{seed}",
           "english": "'; touch pwned #", "other": ""}  # fmt: skip
LABELS = {"DET": "$(touch pwned)", "NOUN": "</script><script>", "VERB": "../../pwned", "PUNCT": "{wildcards}"}


def write_columns(folder):
    for path in folder.glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        renamed = [{COLUMNS[name]: value for name, value in row.items()} for row in rows]
        for row in renamed:
            if COLUMNS["tags"] in row:
                row[COLUMNS["tags"]] = [LABELS[tag] for tag in row[COLUMNS["tags"]]]
        tiny_study.write_lines(path, renamed)


def move(home):
    """Give a tiny study's data hostile columns and labels; data and model go to a folder so named."""
    write_columns(home / "data")
    folder = home / HARM
    folder.mkdir()
    for name in ("data", "model"):
        (home / name).rename(folder / name)

    def rename(entries):
        for name, entry in entries.items():
            file = entry["source"]["local"].rpartition("/")[2]
            entry["source"]["local"] = str(folder / "data" / file)
            entry["columns"] = {ours: COLUMNS[theirs] for ours, theirs in entry["columns"].items()}
            if name == "tags":
                entry["labels"] = list(LABELS.values())

    for file in ("intermediate_tasks", "target_tasks"):
        tiny_study.edit_yaml(home / f"catalog/{file}.yaml", rename)
    here = {"local": str(folder / "model")}
    tiny_study.edit_yaml(home / "catalog/models.yaml", lambda models: models["small"].update(source=here))


def files_below(folder):
    return {path for path in folder.rglob("*") if path.is_file()}


def test_paths_columns_and_labels_are_never_executed_nor_followed(tmp_path):
    home = tmp_path / "deeper/home"
    study = tiny_study.build(home)
    move(home)
    before = files_below(tmp_path)
    (home / "run").mkdir()
    wanted = ["sources/models/small", "prepared/target/tags", "prepared/target/twins/test"]
    Workflow(home / "run", study).run("--", *(f"results/tiny/{name}/manifest.json" for name in wanted))
    new = files_below(tmp_path) - before
    assert all(path.is_relative_to(home / "run") for path in new)
    own = (home / "run/results/tiny", home / "run/.snakemake")
    assert all(any(path.is_relative_to(folder) for folder in own) for path in new)
    assert not [path for path in new if "pwned" in path.name and ".snakemake" not in path.parts]


def hostile_scores(path):
    """Published scores whose models, tasks, metrics and splits have names of harm."""
    with open(ROOT / "resources/published_scores.csv", newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["target"] in ("xnli", "udpos")]
    names = [
        *BREAKOUTS,
        "../../pwned",
        "$(touch pwned)",
        "{seed}",
        "{wildcards.study}",
        "a\\b",
        "-n",
        "x" * 100,
    ]
    new = {}
    for row in rows:
        for field in ("model", "target", "split"):
            row[field] = new.setdefault((field, row[field]), names[len(new) % len(names)])
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return [name for (field, _), name in new.items() if field in ("model", "target")]


def test_imported_names_are_kept_and_never_executed_nor_followed(tmp_path):
    folder = tmp_path / "deeper/home"
    folder.mkdir(parents=True)
    table = folder / f"{HARM}.csv".replace("\n", "")
    names = hostile_scores(table)
    study = {"study": "imported", "scores": str(table), "title": f"{HARM}<script>",
             "distances": ["syntactic"], "statistics": {"permutations": 99, "bootstrap": 99}}  # fmt: skip
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    before = files_below(tmp_path)
    workflow = Workflow(folder, folder / "study.yaml")
    wanted = [f"results/imported/{name}.parquet" for name in ("deltas", "robustness")]
    workflow.run("--", *wanted)
    new = files_below(tmp_path) - before
    own = (folder / "results/imported", folder / ".snakemake")
    assert all(any(path.is_relative_to(place) for place in own) for path in new)
    assert not list(tmp_path.rglob("pwned"))
    found = {text for row in pq.read_table(folder / wanted[1]).to_pylist() for text in row.values()}
    assert set(names) <= found
    assert not workflow.planned().keys() & {"import_scores", "compute_deltas", "measure_robustness"}


def test_settings_that_no_command_has_room_for_are_refused_before_any_job(tmp_path):
    study = tiny_study.build(tmp_path)
    labels = [*LABELS, *(f"label-{number:07d}" for number in range(9000))]
    tiny_study.edit_yaml(
        tmp_path / "catalog/target_tasks.yaml", lambda tasks: tasks["tags"].update(labels=labels)
    )
    output = Workflow(tmp_path, study).run("-n", check=False)
    assert "a command has room for 128 kB" in output and "Job stats" not in output
