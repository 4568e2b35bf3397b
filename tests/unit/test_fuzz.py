"""Whatever a study says, it is planned or refused in one message; no name escapes its folder."""

import copy
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas import catalog, provenance, specs, study
from atlas.errors import AtlasError
from tests.conftest import ROOT

STUDIES = [
    yaml.safe_load((ROOT / path).read_text())
    for path in ("config.yaml", "studies/mirror.yaml", "studies/phang2020.yaml")
]
HOSTILE = st.sampled_from(
    ["../../etc", "/etc/passwd", "a;rm -rf ~", "$(id)", "`id`", "a b", "a\nb", "'", '"', "{wildcards}",
     "{seed}", "-n", "..", "", "\x00", "<script>", "é", "none", "1e-5", "5", "true"]
)  # fmt: skip
LEAVES = st.one_of(
    HOSTILE, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.integers(-1, 3), st.sampled_from(["mnli", "udpos", "eng", "xlmr-base", "syntactic"]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(HOSTILE | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@pytest.fixture(scope="module", autouse=True)
def loaded_once():
    """The shipped catalogue, read once instead of for every input."""
    entries, load = catalog.load(), catalog.load
    catalog.load = lambda folder=None: copy.copy(entries) if folder is None else load(folder)
    yield
    catalog.load = load


def places(content, path=()):
    """Paths of all values within nested maps and lists."""
    yield path
    items = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in items:
        yield from places(value, (*path, key))


@st.composite
def mutated(draw):
    """A shipped study with one to three of its values, or keys, replaced, added or removed."""
    content = copy.deepcopy(draw(st.sampled_from(STUDIES)))
    for _ in range(draw(st.integers(1, 3))):
        *parents, last = draw(st.sampled_from([path for path in places(content) if path]))
        inner = content
        for key in parents:
            inner = inner[key]
        action = draw(st.sampled_from(["replace", "remove", "add"]))
        if action == "replace":
            inner[last] = draw(VALUES)
        elif action == "remove":
            del inner[last]
        elif isinstance(inner, dict):
            inner[
                draw(HOSTILE | st.sampled_from(["overrides", "limits", "languages", "lab", "statistics"]))
            ] = draw(VALUES)
        else:
            inner.append(draw(VALUES))
    return content


def _plan(content):
    """Everything that the Snakefile asks of a study."""
    loaded = study.load(content)
    for cell in loaded.cells()[:2]:
        for stage in ("train_target", "predict", "score"):
            provenance.canonical(getattr(specs, stage)(loaded, **cell))
    for stage in ("collect_scores", "compute_deltas", "measure_distances", "correlate", "render_report"):
        provenance.canonical(getattr(specs, stage)(loaded))
    return loaded


def check(content):
    try:
        loaded = _plan(content)
    except AtlasError as error:
        message = str(error)
        assert message and len(message) < 2000 and "Traceback" not in message
        return
    names = [loaded.name, *loaded.models, *loaded.intermediates, *loaded.target_tasks, *loaded.languages]
    assert all(SAFE.fullmatch(name) for name in names)


@given(mutated())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_a_mutated_study_is_planned_or_refused_in_one_message(content):
    check(content)


@pytest.mark.slow
@given(mutated())
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_ten_thousand_mutated_studies_are_planned_or_refused(content):
    check(content)


@given(VALUES)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_anything_else_than_a_study_is_refused(content):
    with pytest.raises(AtlasError):
        study.load(content)
