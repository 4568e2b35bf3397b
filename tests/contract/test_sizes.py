"""Modules and functions that a reader can take in."""

import ast

import pytest

from tests.conftest import ROOT

MODULES = sorted((ROOT / "workflow_scripts").rglob("*.py"))


def _name(path):
    return str(path.relative_to(ROOT / "workflow_scripts"))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_stays_below_250_lines(path):
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= 250


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_stays_below_50_lines(path):
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno - f.lineno >= 50}
    assert not long


def test_common_rules_hold_look_ups_only():
    assert len((ROOT / "rules" / "common.smk").read_text().splitlines()) <= 120
