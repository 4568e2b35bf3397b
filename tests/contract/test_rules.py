"""One rule, one script, one function, all of one name; and they agree on what is passed."""

import ast
import re

import pytest

from tests.conftest import ROOT

SCRIPTS = ROOT / "workflow_scripts"


def _rules():
    """Rule name -> its text."""
    text = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    parts = re.split(r"^(?:rule|checkpoint) (\w+):\n", text, flags=re.M)[1:]
    bodies = (re.match(r"(?:[ \t]+.*\n|\n)*", body + "\n").group().rstrip() for body in parts[1::2])
    return dict(zip(parts[::2], bodies, strict=True))


RULES = _rules()


def _stages():
    """Scripts that are stages: those that hand their function to the adaptor, cold or warm."""
    scripts = sorted(SCRIPTS.glob("*.py"))
    return [path.stem for path in scripts if re.search(r"\b(stage|warm)\.run\(", path.read_text())]


def _function(name):
    tree = ast.parse((SCRIPTS / f"{name}.py").read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


def test_each_rule_has_the_script_of_its_name_and_the_reverse():
    assert set(RULES) == set(_stages())


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_calls_its_own_script_with_its_own_spec_and_code(rule):
    body = RULES[rule]
    assert re.findall(r"\$ATLAS_SCRIPTS/(\w+)\.py", body) == [rule]
    assert re.findall(r"spec=spec\(\"(\w+)\"\)", body) == [rule]
    assert re.findall(r"code=code\(\"(\w+)\"\)", body) == [rule]


@pytest.mark.parametrize("rule", sorted(RULES.keys() & _stages()))
def test_a_rule_passes_exactly_the_keywords_of_its_function(rule):
    arguments = _function(rule).args
    assert not arguments.args, "keyword-only parameters, so that the command line can name them"
    names = {argument.arg for argument in arguments.kwonlyargs}
    defaults = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    optional = {argument.arg for argument, default in defaults if default is not None}
    passed = set(re.findall(r"--(\w+)", RULES[rule]))
    assert names - optional | {"log"} <= passed <= names | {"log"}


@pytest.mark.parametrize("rule", _stages())
def test_a_script_ends_in_running_its_function(rule):
    tree = ast.parse((SCRIPTS / f"{rule}.py").read_text())
    assert ast.unparse(tree.body[-1]).splitlines()[0] == "if __name__ == '__main__':"
    assert re.search(rf"\b(stage|warm)\.run\({rule}\b", ast.unparse(tree.body[-1]))


@pytest.mark.parametrize("rule", _stages())
def test_only_fetching_may_use_the_network(rule):
    online = "offline=False" in (SCRIPTS / f"{rule}.py").read_text()
    assert online == rule.startswith("fetch_")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_log_and_an_environment(rule):
    assert re.search(r"^    log:", RULES[rule], re.M)
    assert re.search(r"^    conda:\n        \"\.\./envs/\w+\.yaml\"", RULES[rule], re.M)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stays_short(rule):
    lines = [line for line in RULES[rule].splitlines() if line.strip()]
    assert len(lines) + 1 <= 30
