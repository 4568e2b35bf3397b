"""Canonical text and the digest of what code means."""

import json
import re

import pytest
import yaml

from atlas import provenance


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"rate": 1e-5}, {"rate": 0.00001}),
        ({"rate": 2e-5}, yaml.safe_load("rate: 2.0e-5")),
        ({"a": [1, {"x": 1, "y": 2}]}, {"a": [1, {"y": 2, "x": 1}]}),
        ({"a": (1, 2)}, {"a": [1, 2]}),
    ],
)
def test_equal_content_gives_equal_text(one, other):
    assert provenance.canonical(one) == provenance.canonical(other)
    assert provenance.digest(one) == provenance.digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
        ([1, 2], [2, 1]),
        ({"a": "1"}, {"a": 1}),
        ({"a": None}, {}),
        ({"a": 1.0}, {"a": 1.0000001}),
        ("é", "e"),
    ],
)
def test_other_content_gives_other_text(one, other):
    assert provenance.canonical(one) != provenance.canonical(other)
    assert provenance.digest(one) != provenance.digest(other)


def test_canonical_text_is_json_of_one_line():
    text = provenance.canonical({"zwei": "日本", "eins": [1, 2]})
    assert text == '{"eins":[1,2],"zwei":"日本"}'
    assert json.loads(text) == {"eins": [1, 2], "zwei": "日本"}


def test_a_wildcard_matches_the_names_and_nothing_else():
    pattern = provenance.any_of(["a.b", "c-d", "{x}"])
    assert [bool(re.fullmatch(pattern, text)) for text in ("a.b", "c-d", "axb", "{x}", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert not re.fullmatch(provenance.any_of([]), "")


@pytest.fixture
def digest_of(tmp_path, monkeypatch):
    """Function (file -> source) -> digest of stage `run` among these files."""
    monkeypatch.setattr(provenance, "HERE", tmp_path)

    def digest(libraries=(), **sources):
        for name, source in sources.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
        provenance.code_digest.cache_clear()
        provenance._meaning.cache_clear()
        return provenance.code_digest("run", libraries=libraries)

    yield digest
    provenance.code_digest.cache_clear()
    provenance._meaning.cache_clear()


BASE = "def run(x):\n    return x + 1\n"


@pytest.mark.parametrize(
    "same",
    [
        "# why\ndef run(x):\n    return x + 1  # because\n",
        '"""Module."""\n\n\ndef run(x):\n    """Function."""\n\n    return (x + 1)\n',
        "def run(\n    x,\n):\n    return x + 1\n",
    ],
)
def test_comments_docstrings_and_layout_do_not_count(digest_of, same):
    with_docstrings = '"""M."""\ndef run(x):\n    """F."""\n    return x + 1\n'
    base = with_docstrings if '"""' in same else BASE
    assert digest_of(run=base) == digest_of(run=same)


def test_adding_a_docstring_does_not_count(digest_of):
    assert digest_of(run=BASE) == digest_of(run=BASE.replace("(x):\n", '(x):\n    """Say it."""\n'))


@pytest.mark.parametrize(
    "other",
    [
        "def run(x):\n    return x + 2\n",
        "def run(x):\n    return x - 1\n",
        "def run(y):\n    return y + 1\n",
        'def run(x):\n    print("text that is no docstring")\n    return x + 1\n',
    ],
)
def test_logic_counts(digest_of, other):
    assert digest_of(run=BASE) != digest_of(run=other)


@pytest.mark.parametrize(
    "imported", ["from atlas import deep", "import atlas.deep", "from atlas.deep import x"]
)
def test_what_is_imported_counts_however_deep(digest_of, imported):
    files = {"run": f"def run():\n    {imported}\n", "atlas__deep": "import atlas.deeper\nx = 1\n"}
    one = digest_of(**files, atlas__deeper="y = 1")
    other = digest_of(**files, atlas__deeper="y = 2")
    assert one != other


def test_what_is_not_imported_does_not_count(digest_of):
    one = digest_of(run=BASE, atlas__other="y = 1")
    assert one == digest_of(run=BASE, atlas__other="y = 2")


@pytest.mark.parametrize("name", ["errors", "files", "manifests", "stage"])
def test_plumbing_does_not_count(digest_of, name):
    files = {"run": f"from atlas import {name}\n"}
    one = digest_of(**files, **{f"atlas__{name}": "y = 1"})
    assert one == digest_of(**files, **{f"atlas__{name}": "y = 2"})


def test_libraries_count_by_minor_version(digest_of, monkeypatch):
    def digest(version):
        monkeypatch.setattr(provenance, "version", lambda name: version)
        return digest_of(run=BASE, libraries=("torch",))

    assert digest("2.13.0") == digest("2.13.1") != digest("2.14.0")


def test_a_module_that_is_not_there_is_refused(digest_of):
    digest_of(run=BASE)
    with pytest.raises(ValueError, match="no module .*walk"):
        provenance.code_digest("walk")


def test_the_version_of_what_is_not_installed_is_none():
    assert provenance.version("surely-not-installed") is None
