"""Stages say what they write, so that `verify` and `why` know it."""

import importlib
import inspect
import re

import pytest

from atlas.stage import Output
from tests.contract.test_rules import ROOT, RULES

ARGUMENT = re.compile(r"--(\w+) \{output\.")


def _written(rule):
    text = (ROOT / "rules").glob("*.smk")
    found = re.search(rf"^rule {rule}:(.*?)(?=^rule |\Z)", "".join(p.read_text() for p in text), re.M | re.S)
    return set(ARGUMENT.findall(found.group(1)))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_outputs_of_a_rule_are_annotated_in_its_stage(rule):
    stage = getattr(importlib.import_module(rule), rule)
    annotated = {n for n, p in inspect.signature(stage).parameters.items() if p.annotation is Output}
    assert annotated >= _written(rule) != set()
