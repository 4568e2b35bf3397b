"""Whatever a catalogue says, a study of it is planned or refused in one message, and its names stay names."""

import copy
import itertools
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas import catalog, lifecycle, provenance, specs, study, variants
from atlas.study import BASELINE
from atlas.task_checks import UNTRAINED
from tests.conftest import ROOT
from tests.hostile import HOSTILE, NAMES, SAFE, mutate, places, refused

CHOSEN = {
    "models": ["xlmr-base", "mmbert-small", "lab-xs"],
    "intermediate_tasks": ["mnli", "squad", "ccg", "wic", "commonsense_qa", "siqa", "lab-entailment"],
    "variants": ["mnli-squad", "mnli-with-mlm", "mlm-only", "mnli-translated", "mnli-by-nllb"],
    "target_tasks": ["xnli", "udpos", "tydiqa", "bucc", "tatoeba", "xcopa", "lareqa", "lab-tags"],
    "distances": ["syntactic", "genetic", "syntactic_observed", "geographic_published"],
}
ANALYSIS = (
    "collect_scores", "import_scores", "compute_deltas", "measure_reliability", "measure_robustness",
    "measure_consistency", "measure_distances", "measure_covariates", "correlate", "fit_scaling",
    "check_claims", "render_report",
)  # fmt: skip
OWN_MODEL = {"source": {"local": "models/mine"}, "retrieval_layer": 1}
OWN_TASK = {
    "kind": "sentence_classification",
    "source": {"local": "data/{subset}.{split}.jsonl"},
    "columns": {"first": "text", "label": "label"},
    "labels": {"file": "data/labels.txt"},
    "train": {"subset": "eng", "split": "train"},
    "tune": {"split": "dev"},
    "recipe": {"epochs": 1, "batch_size": 8, "learning_rate": 1.0e-5, "max_tokens": 64},
}


SPLICES = [
    b"&a ",
    b"*a",
    b"!!python/name:os.system",
    b": ",
    b"\n- ",
    b"\t",
    b"<<: *a",
    b"{",
    b"]",
    b"'",
    b"\xff",
    b"#",
]
REFUSED = [*(name for name in NAMES if not SAFE.fullmatch(name)), "manifest.json", "lock.json", "a" * 300]
INPUTS = int(os.environ.get("ATLAS_FUZZ", 150))  # `make fuzz` tries ten thousand of each
THOROUGH = settings(
    max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=INPUTS < 1000
)


@pytest.fixture(scope="module")
def shipped():
    """A small catalogue of the shipped one's entries, with at least one of each form."""
    folder = ROOT / "catalog"
    whole = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("*.yaml")}
    chosen = {file: {name: whole[file][name] for name in names} for file, names in CHOSEN.items()}
    chosen["models"]["mine"] = OWN_MODEL
    chosen["intermediate_tasks"]["own"] = OWN_TASK
    for entry in chosen["target_tasks"].values():
        entry["languages"] = dict(itertools.islice(entry["languages"].items(), 4))
        entry.pop("overlaps", None)
        if isinstance(entry.get("source_languages"), list):
            entry["source_languages"] = list(entry["languages"])[:1]
    chosen["claims"] = {
        "counted": {"statement": "s", "source": "s", "test": "count", "of": "languages", "expected": 1,
                    "targets": ["xnli"]},
        "matched": {"statement": "s", "source": "s", "test": "rows_match", "task": "mnli", "column": "x",
                    "patterns": ["a+"], "expected": 1},
    }  # fmt: skip
    used = {code for entry in chosen["target_tasks"].values() for code in entry["languages"]}
    used |= {code for entry in chosen["variants"].values() for code in _languages_of(entry)}
    used |= {"swh", "tur"}  # of the lab
    return {**chosen, "languages": {code: whole["languages"][code] for code in sorted(used)}}


def _languages_of(variant):
    parts = [variant.get("translated", {})]
    parts += [variant.get(key, {}).get("text", {}) for key in ("with_mlm", "mlm_only")]
    return [code for part in parts for code in part.get("languages", [])]


def study_over(content):
    """A study of everything that a catalogue's content declares."""
    names = {file: [str(name) for name in content.get(file) or {}] for file in CHOSEN}
    tasks = names["intermediate_tasks"] + names.pop("variants")
    return {
        "study": "trial",
        "seeds": [1],
        "catalog": "catalog",
        **names,
        "intermediate_tasks": ["none", *tasks],
    }


def plan(study):
    """Ask of every job what the Snakefile does: settings, code, files of the user's own, resources, paths."""
    for stage, wildcards in jobs(study):
        provenance.canonical(getattr(specs, stage)(study, **wildcards))
        specs.code(study, stage, **wildcards)
        if stage.startswith("fetch_") or stage == "pretrain_model":
            assert all("\x00" not in str(path) for path in specs.own_files(study, **wildcards))
        assert all(SAFE.fullmatch(str(value)) for value in wildcards.values()), wildcards
    for stage in ANALYSIS:
        if stage != "import_scores":
            provenance.canonical(getattr(specs, stage)(study))
    lifecycle.unkept(study, study.cells())
    for entry in (*study.models.values(), *study.intermediate_tasks.values()):
        assert all(isinstance(amount, int) for amount in entry.get("resources", {}).values())


def jobs(study):
    """Every (stage, wildcards) of a study up to the scores."""
    tasks = {**study.intermediate_tasks, **study.components}
    for model in study.models:
        yield ("pretrain_model" if model in study.pretrained_models else "fetch_model"), {"model": model}
    for name, entry in tasks.items():
        if variants.text_of(entry):
            yield "fetch_dataset", {"task": name, "part": "text"}
            yield "prepare_text", {"intermediate": name}
        if variants.is_translated(entry):
            yield "prepare_translated", {"intermediate": name}
            if "source" in entry["translated"]:
                yield "fetch_dataset", {"task": name, "part": "training"}
            else:
                for language in entry["translated"]["languages"]:
                    yield "translate_rows", {"intermediate": name, "language": language}
        elif not variants.is_joint(entry):
            yield "fetch_dataset", {"task": name, "part": "training"}
            yield "prepare_intermediate", {"intermediate": name}
    for translator in specs.translators(study):
        yield "fetch_translator", {"translator": translator}
    for name, entry in study.target_tasks.items():
        yield "fetch_dataset", {"task": name, "part": "test"}
        yield "prepare_target_test", {"target": name}
        if entry["kind"] not in UNTRAINED:
            yield "fetch_dataset", {"task": name, "part": "training"}
            yield "prepare_target_train", {"target": name}
    for cell in study.cells():
        place = {key: value for key, value in cell.items() if key != "target"}
        if cell["intermediate"] != BASELINE and cell["target"] == next(iter(study.target_tasks)):
            yield "train_intermediate", place
        if study.target_tasks[cell["target"]]["kind"] not in UNTRAINED:
            yield "train_target", cell
        yield "predict", cell
        yield "score", cell


@pytest.fixture(scope="module")
def load(shipped, tmp_path_factory):
    """Function (content of a catalogue's files) -> study over all of it."""
    folder = tmp_path_factory.mktemp("home") / "catalog"
    folder.mkdir()
    for file, entries in shipped.items():
        (folder / f"{file}.yaml").write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    read = catalog.read_yaml

    def over(content):
        catalog.read_yaml = lambda path: copy.deepcopy(content[Path(path).stem])
        try:
            return study.load({**study_over(content), "catalog": str(folder)})
        finally:
            catalog.read_yaml = read

    over.folder = folder
    return over


def test_the_catalogue_that_is_mutated_is_planned(shipped, load):
    plan(load(shipped))


@given(st.data())
@THOROUGH
def test_a_mutated_catalogue_is_planned_or_refused_in_one_message(shipped, load, data):
    content = copy.deepcopy(shipped)
    file = data.draw(st.sampled_from(sorted(content)))
    known = sorted({key for path in places(shipped[file]) for key in path if isinstance(key, str)})
    mutate(data.draw, content[file], known)
    refused(lambda: plan(load(content)))


@given(st.data())
@THOROUGH
def test_a_catalogue_with_cut_and_spliced_text_is_planned_or_refused(shipped, load, data):
    path = load.folder / f"{data.draw(st.sampled_from(['models', 'variants', 'distances', 'claims']))}.yaml"
    whole = path.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    spliced = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from(SPLICES), HOSTILE.map(_encoded)))
    end = min(end, start + data.draw(st.integers(0, 40)))
    other = path.with_name(f"spliced-{path.name}")
    other.write_bytes(whole[:start] + spliced + whole[end:])
    refused(lambda: plan(load({**shipped, path.stem: catalog.read_yaml(other)})))


def _encoded(text):
    return text.encode(errors="surrogatepass")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]", "a: &a {b: *a}", "? [x]\n: y", "? {x: 1}\n: y", "a: !!python/object:os.system {}",
        "a: !!python/object/apply:os.system [touch pwned]", "a: !!binary aGk=", "a: !!set {x, y}",
        "a: 2020-01-01", "a: .nan", "1: x", "no: x", "[" * 5000, "{a: " * 5000, "a: " + "9" * 5000,
        "\n".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" if n else "a0: &a0 [x]" for n in range(9)),
        "\ufeffa: x", "a: x\n---\nb: y", "%TAG ! tag:x,2000:\n---\na: !x y", "- x", "x", "",
    ],
)  # fmt: skip
def test_yaml_that_no_catalogue_needs_is_refused(shipped, load, tmp_path, text):
    path = tmp_path / "models.yaml"
    path.write_text(text, encoding="utf-8")
    assert refused(lambda: plan(load({**shipped, "models": catalog.read_yaml(path)})))
    assert not Path("pwned").exists()


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("file", [*CHOSEN, "languages", "claims"])
def test_a_name_that_could_leave_its_folder_is_refused(shipped, load, file, name):
    content = {**shipped, file: {**shipped[file], name: next(iter(shipped[file].values()))}}
    assert refused(lambda: load(content))
