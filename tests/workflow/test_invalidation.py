"""What each change of a study, its data or the code reruns: exactly that (docs/caching.md)."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import tiny_study

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
CODE = ("Snakefile", "rules", "workflow_scripts", "schemas", "catalog", "profiles", "resources", "envs")

# Rules by what they follow.
REPORT = {"render_report"}
DELTAS = {
    "compute_deltas", "correlate", "fit_scaling", "measure_reliability", "measure_robustness",
    "check_claims", *REPORT,
}  # fmt: skip
ANALYSIS = {"collect_scores", *DELTAS}
TAGS = {(i, "tags") for i in ("none", "topic")}
TWINS = {(i, "twins") for i in ("none", "topic")}


def predicted(*cells):
    """Jobs of the cells (intermediate, target) from prediction on."""
    return scored(*cells) | {f"predict {i} {t}" for i, t in cells}


def scored(*cells):
    return {f"score {i} {t}" for i, t in cells} | ANALYSIS


def trained(*cells):
    """Jobs of the cells from target training on; twins are not trained."""
    return predicted(*cells) | {f"train_target {i} {t}" for i, t in cells if t != "twins"}


INTERMEDIATE = {"train_intermediate topic"} | trained(("topic", "tags"), ("topic", "twins"))
EVERYTHING_TRAINED = INTERMEDIATE | trained(*TAGS) | predicted(*TAGS)


class Bench:
    """A copy of the workflow's own code, a finished tiny study, and ways to change both and put them back."""

    def __init__(self, home):
        self.home, self.code, self.run_folder = home, home / "workflow", home / "run"
        for name in CODE:
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            (self.code / name).parent.mkdir(parents=True, exist_ok=True)
            copy(source, self.code / name)
        self.study = tiny_study.build(home)
        self.run_folder.mkdir()
        self.kept = {}

    def run(self, *arguments, code=None, folder=None):
        command = [sys.executable, "-m", "snakemake", "--snakefile", (code or self.code) / "Snakefile"]
        command += ["--cores", "2", "--directory", folder or self.run_folder, "--configfile", self.study]
        done = subprocess.run(
            [*command, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert done.returncode == 0, done.stdout[-3000:]
        return done.stdout

    def planned(self, *arguments, **places):
        """Jobs that a dry run plans, as 'rule wildcard ...' without study, model and seed 1."""
        text = self.run("-n", "--quiet", "host", *arguments, **places)
        return set(_jobs(text)) - {"all"}

    def edit(self, path, old, new):
        """Replace text in a file, which must be there; `put_back` undoes it."""
        self.keep(path)
        text = path.read_text()
        assert old in text, f"{path} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1))

    def keep(self, path):
        times = path.stat()
        self.kept.setdefault(path, (path.read_bytes(), (times.st_atime_ns, times.st_mtime_ns)))

    def edit_yaml(self, path, change):
        self.keep(path)
        tiny_study.edit_yaml(path, change)

    def put_back(self):
        for path, (content, times) in self.kept.items():
            path.write_bytes(content)
            os.utime(path, ns=times)
        self.kept.clear()

    @property
    def catalog(self):
        return self.home / "catalog"

    @property
    def scripts(self):
        return self.code / "workflow_scripts"


def _jobs(text):
    for block in re.split(r"\n(?=(?:local)?rule \w+:)", text)[1:]:
        rule = re.match(r"(?:local)?rule (\w+):", block).group(1)
        found = re.search(r"wildcards: (.*)", block)
        pairs = [pair.split("=") for pair in found.group(1).split(", ")] if found else []
        names = [
            v for k, v in pairs if k not in ("study", "model", "seed") or v not in ("tiny", "small", "1")
        ]
        yield " ".join([rule, *names])


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    bench = Bench(tmp_path_factory.mktemp("matrix"))
    bench.run()
    return bench


@pytest.fixture(autouse=True)
def undo(bench):
    yield
    bench.put_back()


def touch_everything(bench):
    for folder in (bench.home / "data", bench.code, bench.run_folder / "results"):
        for path in folder.rglob("*"):
            if path.is_file():
                bench.keep(path)
                path.touch()


def override(file, task, **values):
    def change(bench):
        bench.edit_yaml(bench.study, lambda study: study.update(overrides={file: {task: values}}))

    return change


def in_study(**values):
    return lambda bench: bench.edit_yaml(bench.study, lambda study: study.update(values))


def another(file, name, copy):
    """Add a copy of an entry under another name, and select it."""

    def change(bench):
        bench.edit_yaml(bench.catalog / f"{file}.yaml", lambda entries: entries.update({copy: entries[name]}))
        bench.edit_yaml(bench.study, lambda study: study[file].append(copy))

    return change


def of_model(name, jobs):
    """The same jobs for another model; those of the analysis are for all."""
    return {job if job in ANALYSIS else job.replace(" ", f" {name} ", 1) for job in jobs}


def in_code(module, old, new):
    return lambda bench: bench.edit(bench.scripts / module, old, new)


def in_catalog(file, change):
    return lambda bench: bench.edit_yaml(bench.catalog / f"{file}.yaml", change)


def in_data(name, old, new):
    return lambda bench: bench.edit(bench.home / "data" / name, old, new)


def reorder(bench):
    """Every map of the catalogue's tasks the other way round."""

    def turned(value):
        return {k: turned(v) for k, v in reversed(value.items())} if isinstance(value, dict) else value

    for file in ("models", "intermediate_tasks", "target_tasks"):
        bench.keep(bench.catalog / f"{file}.yaml")
        content = tiny_study.yaml.safe_load((bench.catalog / f"{file}.yaml").read_text())
        if file == "target_tasks":  # the order of languages and tasks is the report's
            content = {
                name: {**turned({k: v for k, v in entry.items() if k != "languages"}),
                       "languages": entry["languages"]}
                for name, entry in content.items()
            }  # fmt: skip
        else:
            content = {name: turned(entry) for name, entry in content.items()}
        tiny_study.write_yaml(bench.catalog / f"{file}.yaml", content)


def swap_recipe_values(entries):
    recipe = entries["tags"]["recipe"]
    recipe["epochs"], recipe["batch_size"] = recipe["batch_size"], recipe["epochs"]


PREPARED_TAGS = {"prepare_target_train tags", "prepare_target_test tags", "measure_covariates"}
NOTHING = set()
CASES = {
    "nothing": (lambda bench: None, NOTHING),
    "touch of every file": (touch_everything, NOTHING),
    "a comment in the training code": (
        in_code("atlas/engine/training.py", "\nimport ", "\n# a comment\nimport "), NOTHING),
    "a docstring in the training code": (
        in_code("atlas/engine/training.py", '"""Fine', '"""Refine'), NOTHING),
    "layout of the training code": (in_code("atlas/engine/training.py", "\n\n\n", "\n\n\n\n"), NOTHING),
    "a message of the plumbing": (in_code("atlas/stage.py", "'done'", "'finished'"), NOTHING),
    "licence and notes of the catalogue": (
        in_catalog("target_tasks", lambda c: c["twins"].update(licence="CC0")), NOTHING),
    "memory that a model asks for": (
        in_catalog("models", lambda c: c["small"].update(resources={"mem_mb": 900})), NOTHING),
    "order of the keys": (reorder, NOTHING),
    "a value written another way": (override("target_tasks", "tags", learning_rate=0.005), NOTHING),
    "a default written out": (
        in_catalog("target_tasks", lambda c: c["tags"]["recipe"].update(warmup_share=0.1)), NOTHING),
    "1 for 1.0": (override("target_tasks", "tags", max_gradient_norm=1), NOTHING),
    "the report's code": (in_code("atlas/report/page.py", "\n\n\n", "\n\n_ADDED = 1\n\n\n"), REPORT),
    "title of the study": (in_study(title="Another"), REPORT),
    "a setting of the statistics": (
        in_study(statistics={"permutations": 99, "bootstrap": 99, "seed": 7}), DELTAS),
    "a distance more": (
        in_study(distances=["syntactic", "genetic", "geographic"]),
        {"measure_distances", "correlate", "fit_scaling", *REPORT}),
    "code of a metric": (
        in_code("atlas/metrics/labels.py", "\n\n\ndef ", "\n\n_ADDED = 1\n\n\ndef "), scored(*TAGS, *TWINS)),
    "a metric more": (
        in_catalog("target_tasks", lambda c: c["tags"]["metrics"].append("marked_accuracy")), scored(*TAGS)),
    "code of one kind": (
        in_code("atlas/kinds/retrieval.py", "\n\n\ndef ", "\n\n_ADDED = 1\n\n\ndef "),
        {"prepare_target_test twins", "measure_covariates"} | predicted(*TWINS)),
    "code of a trained kind": (
        in_code("atlas/kinds/token_labels.py", "\n\n\ndef ", "\n\n_ADDED = 1\n\n\ndef "),
        PREPARED_TAGS | trained(*TAGS)),
    "code of the training": (
        in_code("atlas/engine/training.py", "\n\n\ndef ", "\n\n_ADDED = 1\n\n\ndef "), EVERYTHING_TRAINED),
    "recipe of one target": (override("target_tasks", "tags", epochs=2), trained(*TAGS)),
    "recipe of an intermediate task": (override("intermediate_tasks", "topic", epochs=2), INTERMEDIATE),
    "two values swapped": (in_catalog("target_tasks", swap_recipe_values), trained(*TAGS)),
    "retrieval layer of the model": (
        in_catalog("models", lambda c: c["small"].update(retrieval_layer=2)), predicted(*TWINS)),
    "fewer test examples": (
        override("target_tasks", "tags", max_test_examples=8),
        {"prepare_target_test tags", "measure_covariates"} | predicted(*TAGS)),
    "fewer training examples": (
        override("target_tasks", "tags", max_train_examples=30),
        {"prepare_target_train tags"} | trained(*TAGS)),
    "a language more": (
        in_study(languages=tiny_study.LANGUAGES),
        {"fetch_dataset tags test", "fetch_dataset twins test", "prepare_target_test tags",
         "prepare_target_test twins", "measure_distances", "measure_covariates"} | predicted(*TAGS, *TWINS)),
    "a language less": (
        in_study(languages=tiny_study.LANGUAGES[:6]),
        {"fetch_dataset tags test", "fetch_dataset twins test", "prepare_target_test tags",
         "prepare_target_test twins", "measure_distances", "measure_covariates"} | predicted(*TAGS, *TWINS)),
    "a seed more": (
        in_study(seeds=[1, 2]), {f"{job} 2" if job not in ANALYSIS else job
                                 for job in EVERYTHING_TRAINED | predicted(*TAGS, *TWINS)}),
    "a model more": (
        another("models", "small", "other"),
        {"fetch_model other", "measure_covariates"}
        | of_model("other", EVERYTHING_TRAINED | predicted(*TAGS, *TWINS))),
    "an intermediate task more": (
        another("intermediate_tasks", "topic", "more"),
        {"fetch_dataset more training", "prepare_intermediate more", "train_intermediate more"}
        | trained(("more", "tags")) | predicted(("more", "twins"))),
    "a target more": (
        another("target_tasks", "tags", "words"),
        {"fetch_dataset words training", "fetch_dataset words test", "prepare_target_train words",
         "prepare_target_test words", "measure_covariates"}
        | trained(("none", "words"), ("topic", "words"))),
    "a target less": (in_study(target_tasks=["tags"]), {"measure_covariates"} | ANALYSIS),
    "an intermediate task less": (in_study(intermediate_tasks=["none"]), ANALYSIS),
    "a row of one language's test data": (
        in_data("tags.deu.test.jsonl", "NOUN", "VERB"),
        {"fetch_dataset tags test", "prepare_target_test tags", "measure_covariates"} | predicted(*TAGS)),
    "a row of an intermediate task's data": (
        in_data("topics.eng.train.jsonl", "goal", "ball"),
        {"fetch_dataset topic training", "prepare_intermediate topic"} | INTERMEDIATE),
}  # fmt: skip


# Changes between one run and the next.
GROWING = [
    ("recipe of one target", "a metric more", "code of a metric", "a row of one language's test data"),
    ("a language more", "code of one kind", "two values swapped", "a row of an intermediate task's data"),
]


@pytest.mark.parametrize("name", CASES)
def test_a_change_reruns_exactly_what_it_touches(bench, name):
    change, expected = CASES[name]
    change(bench)
    assert bench.planned() == expected


def test_another_profile_with_snakemakes_own_triggers_reruns_nothing(bench):
    triggers = ["code", "input", "mtime", "params", "software-env"]
    assert bench.planned("--profile", "none", "--rerun-triggers", *triggers) == NOTHING


def test_another_clone_with_the_results_copied_reruns_nothing(bench, tmp_path):
    shutil.copytree(bench.code, tmp_path / "clone", copy_function=shutil.copy)
    shutil.copytree(bench.run_folder, tmp_path / "run", copy_function=shutil.copy)
    assert bench.planned(code=tmp_path / "clone", folder=tmp_path / "run") == NOTHING


def test_without_snakemakes_records_nothing_reruns(bench, tmp_path):
    shutil.copytree(bench.run_folder, tmp_path / "run", copy_function=shutil.copy2)
    shutil.rmtree(tmp_path / "run/.snakemake")
    assert bench.planned(folder=tmp_path / "run") == NOTHING


def test_changes_one_after_the_other_end_where_a_run_from_nothing_does(bench, tmp_path):
    shutil.copytree(bench.run_folder, tmp_path / "grown", copy_function=shutil.copy2)
    for names in GROWING:
        for name in names:
            CASES[name][0](bench)
        bench.run(folder=tmp_path / "grown")
    (tmp_path / "fresh").mkdir()
    bench.run(folder=tmp_path / "fresh")
    assert meaning_of(tmp_path / "grown") == meaning_of(tmp_path / "fresh")


def meaning_of(run):
    """Every row of the tables, and keys and weights of all that manifests name."""
    results = run / "results/tiny"
    tables = {path.name: pq.read_table(path).to_pylist() for path in results.glob("*.parquet")}
    manifests = {path: json.loads(path.read_text()) for path in results.rglob("manifest.json")}
    found = {str(path.relative_to(results)): manifest["key"] for path, manifest in manifests.items()}
    for path, manifest in manifests.items():
        for name in manifest["files"]:
            if name.endswith("tensors"):
                found[str(path.relative_to(results)), name] = manifest["files"][name]["sha256"]
    return tables, found
