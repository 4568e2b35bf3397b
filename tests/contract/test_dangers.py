"""No code of ours executes or unpickles what it reads, asks a shell, unpacks, or reaches the network."""

import ast
import re

import pytest

from tests.conftest import ROOT

SCRIPTS = ROOT / "workflow_scripts"
MODULES = {str(path.relative_to(SCRIPTS)): path for path in sorted(SCRIPTS.rglob("*.py"))}
BUILT_IN = {"eval", "exec", "compile", "__import__"}
# By the last part of a name: what runs its argument, unpacks, or loads what could run.
METHODS = {
    "system", "popen", "execv", "execve", "run_path", "unsafe_load", "full_load", "read_pickle", "to_pickle",
    "extractall", "unpack_archive", "mktemp", "load_module",
}  # fmt: skip
IMPORTED = {
    "pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "tarfile", "zipfile", "requests",
    "urllib3", "httpx", "ftplib", "http", "smtplib", "xmlrpc",
}  # fmt: skip
# The hub; the warm server's socket in a folder of this machine; a port for the processes of a training.
MAY_REACH = {
    "atlas/sources/hub.py", "atlas/sources/arrivals.py", "atlas/warm.py", "atlas/engine/parallel.py"
}  # fmt: skip


@pytest.fixture(params=MODULES)
def tree(request):
    return ast.parse(MODULES[request.param].read_text(encoding="utf-8"))


def calls(tree):
    """(name, call) of every call; {keyword: its text}."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            yield ast.unparse(node.func), given


def test_nothing_runs_what_it_is_given(tree):
    for name, given in calls(tree):
        assert name not in BUILT_IN and name.rpartition(".")[2] not in METHODS, name
        assert given.get("shell", "False") == "False", name
        assert given.get("trust_remote_code", "False") == "False", name


def test_arrays_weights_and_yaml_are_loaded_as_data(tree):
    for name, given in calls(tree):
        if name in ("np.load", "numpy.load"):
            assert given.get("allow_pickle") == "False"
        assert name not in ("torch.load", "torch.save", "np.save")
        if name == "yaml.load":  # with one of the two loaders that catalog.py derives from the safe one
            assert not {"Loader", "UnsafeLoader", "FullLoader"} & set(given.values())


def test_what_the_libraries_load_of_a_model_is_no_code(tree):
    text = ast.unparse(tree)
    for name, given in calls(tree):
        if name.endswith(".from_pretrained"):
            told = given.get("trust_remote_code") or (None in given and "'trust_remote_code': False" in text)
            assert told, name
            if "Config" not in name and "Tokenizer" not in name:
                assert given.get("use_safetensors") == "True" or "'use_safetensors': True" in text, name


def test_nothing_that_could_do_so_is_imported(tree):
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
            assert node.module != "urllib" or {alias.name for alias in node.names} <= {"parse"}
    assert not imported & IMPORTED


@pytest.mark.parametrize("name", sorted(MODULES.keys() - MAY_REACH))
def test_the_sources_alone_reach_the_network(name):
    text = ast.unparse(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    assert "import huggingface_hub" not in text and "from huggingface_hub" not in text
    assert not re.findall(r"\bsocket\.(?!gethostname\b)", text)


def test_yaml_is_read_by_safe_loaders():
    from atlas import catalog

    assert {base.__name__ for base in catalog._UniqueKeys.__mro__} & {"SafeLoader", "CSafeLoader"}
    assert catalog._Loader.__name__ in ("SafeLoader", "CSafeLoader")
