"""Conda environments: their pins are pyproject's, and they hold what their rules' scripts import."""

import re
import sys
import tomllib

import pytest
import yaml

from tests.conftest import ROOT
from tests.contract.test_imports import MODULES, _reached
from tests.contract.test_rules import RULES

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = [*PYPROJECT["dependencies"], *sum(PYPROJECT["optional-dependencies"].values(), [])]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
# Where the import's name is not the package's, or another package brings it along for its users.
PACKAGE_OF = {"yaml": "pyyaml", "markupsafe": "jinja2"}
# A module chosen by name at run time is not seen among a script's imports.
BY_NAME = {
    "prepare": ["atlas.kinds."],
    "train": ["atlas.kinds."],
    "predict": ["atlas.kinds."],
    "fetch": ["atlas.sources."],
    "measure": ["atlas.distances."],
}


def _pinned(path):
    content = yaml.safe_load(path.read_text())
    return next(entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))


def _package(pin):
    return re.match(r"[A-Za-z0-9._-]+", pin).group()


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_pins_are_those_of_pyproject(path):
    assert set(_pinned(path)) <= set(PINS)


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_python_is_one_that_pyproject_allows(path):
    content = yaml.safe_load(path.read_text())
    (python,) = [entry for entry in content["dependencies"] if str(entry).startswith("python=")]
    assert f">={python.removeprefix('python=')}" == PYPROJECT["requires-python"]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule in MODULES])
def test_an_environment_holds_what_its_rules_import(rule):
    environment = ROOT / "envs" / re.search(r"\"\.\./envs/(\w+\.yaml)\"", RULES[rule]).group(1)
    chosen = [
        name
        for prefix in BY_NAME.get(rule.split("_")[0], [])
        for name in MODULES
        if name.startswith(prefix) and name != "atlas.distances.urielplus"  # optional, see pyproject
    ]
    imported = set().union(*(_reached(name)[1] for name in [rule, *chosen])) - set(sys.stdlib_module_names)
    held = {_package(pin) for pin in _pinned(environment)}
    asked_for = {_package(pin) for pin in PYPROJECT["optional-dependencies"]["reports"]}
    assert {PACKAGE_OF.get(name, name) for name in imported} <= held | asked_for


def test_torch_is_pinned_exactly():
    assert "torch==2.13.0" in PYPROJECT["dependencies"]
