"""Who imports whom: the directions that keep the parts apart."""

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPTS = ROOT / "workflow_scripts"
MODULES = {
    ".".join(path.relative_to(SCRIPTS).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SCRIPTS.rglob("*.py"))
}
STAGES = [name for name in MODULES if "." not in name and name != "atlas"]
ATLAS = [name for name in MODULES if name.split(".")[0] == "atlas"]
KINDS = [name for name in MODULES if name.startswith("atlas.kinds.")]
HEAVY = {"torch", "transformers", "datasets"}
# What the Snakefile reads before anything is planned, on every cluster job.
PARSED = (
    "atlas.study",
    "atlas.specs",
    "atlas.manifests",
    "atlas.provenance",
    "atlas.errors",
    "atlas.planning.budget",
    "atlas.planning.plan",
)


def _imports(name):
    """Dotted names of all imports anywhere in a module, functions included."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _reached(name):
    """All modules of ours that `name` imports, directly or not, and the foreign packages they import."""
    ours, foreign, waiting = set(), set(), [name]
    while waiting:
        module = waiting.pop()
        if module in ours:
            continue
        ours.add(module)
        imported = _imports(module)
        waiting += imported & MODULES.keys()
        foreign |= {other.split(".")[0] for other in imported} - {"atlas"}
    return ours - {name}, foreign


@pytest.mark.parametrize("name", STAGES)
def test_scripts_do_not_import_each_other(name):
    assert not _imports(name) & set(STAGES)


@pytest.mark.parametrize("name", ATLAS)
def test_the_library_imports_neither_scripts_nor_snakemake(name):
    assert not {other.split(".")[0] for other in _imports(name)} & {*STAGES, "snakemake"}


@pytest.mark.parametrize("name", KINDS)
def test_kinds_import_neither_each_other_nor_training(name):
    ours, _ = _reached(name)
    assert not ours & {*KINDS, "atlas.engine.training", "atlas.engine.inference", "atlas.metrics"}


@pytest.mark.parametrize(
    "name",
    ["atlas.engine.training", "atlas.engine.inference", "atlas.engine.predictions", "atlas.data.preparation"],
)
def test_a_kind_is_reached_by_name_only(name):
    assert not _reached(name)[0] & set(KINDS)


def _below(*packages):
    return [name for name in MODULES if name.startswith(tuple(f"atlas.{package}" for package in packages))]


@pytest.mark.parametrize("name", _below("metrics", "analysis", "claims", "distances", "report"))
def test_the_analysis_runs_without_the_heavy_libraries(name):
    assert not _reached(name)[1] & HEAVY


@pytest.mark.parametrize("name", _below("data", "engine"))
def test_data_and_engine_do_not_know_what_is_made_of_their_results(name):
    assert not _reached(name)[0] & set(_below("analysis", "claims", "report"))


@pytest.mark.parametrize("name", _below("analysis"))
def test_the_analysis_knows_neither_claims_nor_report(name):
    assert not _reached(name)[0] & set(_below("claims", "report", "engine"))


@pytest.mark.parametrize("name", PARSED)
def test_the_snakefile_reads_light_modules_only(name):
    light = {"jsonschema", "referencing", "yaml"}
    assert not _reached(name)[1] - light - sys.stdlib_module_names


def test_training_does_not_know_metrics():
    assert "atlas.metrics" not in _reached("train_target")[0] | _reached("predict")[0]


@pytest.mark.parametrize("name", MODULES)
def test_no_module_reaches_itself(name):
    reached = set()
    for other in _imports(name) & MODULES.keys() - {name}:
        reached |= _reached(other)[0]
    assert name not in reached


@pytest.mark.slow
def test_a_training_loads_nothing_that_it_does_not_use():
    load = "from transformers import XLMRobertaForSequenceClassification as used"
    call = f"import sys, atlas.engine.checkpoints; {load}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", call], cwd=SCRIPTS, stdout=subprocess.PIPE, text=True, check=True
    )
    loaded = set(done.stdout.split())
    unused = {"datasets", "pandas", "sklearn", "statsmodels", "seqeval", "jsonschema", "snakemake", "peft"}
    assert "transformers.models.xlm_roberta.modeling_xlm_roberta" in loaded
    assert not loaded & {*unused, "torch.utils.tensorboard", "wandb", "transformers.trainer"}
