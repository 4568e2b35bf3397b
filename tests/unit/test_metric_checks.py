"""Metrics that cannot score a task are refused before any job."""

import pytest

from atlas import metrics
from atlas.errors import AtlasError
from atlas.metric_checks import METRICS, MLQA_LANGUAGES, check_metrics
from atlas.metrics import answers


def _entry(kind, *names, languages=("eng", "deu")):
    return {"kind": kind, "metrics": list(names), "languages": dict.fromkeys(languages, "")}


def test_every_metric_scores_some_kind():
    assert {name for own in METRICS.values() for name in own} == metrics.METRICS.keys()


@pytest.mark.parametrize("language", [*MLQA_LANGUAGES, "jpn", "tha"])
def test_the_languages_of_mlqas_metrics_are_those_of_its_scorer(language):
    if language in MLQA_LANGUAGES:
        assert answers.mlqa_words("x", language) == ["x"]
    else:
        with pytest.raises(AtlasError):
            answers.mlqa_words("x", language)


@pytest.mark.parametrize("kind", METRICS)
def test_a_kinds_own_metrics_pass(kind):
    check_metrics(_entry(kind, *METRICS[kind]), "targets.yaml: x")


def test_a_metric_of_another_kind_is_refused():
    with pytest.raises(AtlasError, match=r"^targets.yaml: pos.metrics: f1 does not score .*seqeval_f1"):
        check_metrics(_entry("token_labels", "f1"), "targets.yaml: pos")


def test_mlqas_metrics_are_refused_for_other_languages():
    with pytest.raises(AtlasError, match="mlqa_f1 has rules for .* but the task has tha"):
        check_metrics(_entry("span_qa", "mlqa_f1", languages=("eng", "tha")), "targets.yaml: qa")
