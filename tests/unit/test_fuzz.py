"""Whatever a study says, it is planned or refused in one message; no name escapes its folder."""

import copy

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlas import catalog, imported_study, provenance, specs, study
from atlas.errors import AtlasError
from tests.conftest import ROOT
from tests.hostile import SAFE, VALUES, mutate, refused

STUDIES = [
    yaml.safe_load((ROOT / path).read_text())
    for path in ("config.yaml", "studies/mirror.yaml", "studies/phang2020.yaml", "studies/published.yaml")
]


@pytest.fixture(scope="module", autouse=True)
def loaded_once():
    """The shipped catalogue, read once instead of for every input."""
    entries, load = catalog.load(), catalog.load
    catalog.load = lambda folder=None: copy.copy(entries) if folder is None else load(folder)
    yield
    catalog.load = load


@st.composite
def mutated(draw):
    """A shipped study with one to three of its values, or keys, replaced, added or removed."""
    known = ["overrides", "limits", "languages", "lab", "statistics", "keep", "partial", "baseline_only"]
    known += ["scores", "distances", "title", "notes"]
    return mutate(draw, copy.deepcopy(draw(st.sampled_from(STUDIES))), known)


def _plan(content):
    """Everything that the Snakefile asks of a study."""
    imported = isinstance(content, dict) and "scores" in content
    loaded = imported_study.load(content) if imported else study.load(content)
    for cell in [] if imported else loaded.cells()[:2]:
        for stage in ("train_target", "predict", "score"):
            provenance.canonical(getattr(specs, stage)(loaded, **cell))
    for stage in ("collect_scores", "compute_deltas", "measure_distances", "correlate", "render_report"):
        provenance.canonical(getattr(specs, stage)(loaded))
    return loaded


def check(content):
    def attempt():
        loaded = _plan(content)
        names = [loaded.name, *loaded.models, *loaded.intermediates, *loaded.target_tasks, *loaded.languages]
        assert all(SAFE.fullmatch(name) for name in names)

    refused(attempt)


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
