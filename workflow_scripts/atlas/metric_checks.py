"""Which metrics score which kind of task, and in which languages: known before any job.

Light imports only: the Snakefile reads this module.
"""

from atlas.errors import AtlasError, closest

_ANSWERS = ("exact_match", "f1", "squad2_exact_match", "squad2_f1", "sound_exact_match", "sound_f1")
_MLQA = ("mlqa_exact_match", "mlqa_f1")
METRICS = {
    "sentence_classification": ("accuracy",),
    "span_pair_classification": ("accuracy",),
    "multiple_choice": ("accuracy",),
    "token_labels": ("accuracy", "marked_accuracy", "seqeval_f1"),
    "span_qa": (*_ANSWERS, *_MLQA),
    "retrieval": ("accuracy", "sound_accuracy"),
    "bitext_mining": ("mining_f1",),
    "ranked_retrieval": ("map_at_20", "mrr_at_20"),
}
MLQA_LANGUAGES = ("arb", "cmn", "deu", "eng", "hin", "spa", "vie")


def check_metrics(entry, place):
    """Refuse metrics that cannot score a target task.

    Raises
    ------
    AtlasError
        If a metric is not of the entry's kind, or its scorer has no rules for a language.
    """
    allowed = METRICS[entry["kind"]]
    for metric in entry["metrics"]:
        if metric not in allowed:
            raise AtlasError(
                f"{place}.metrics: {metric} does not score tasks of kind {entry['kind']}."
                f" {closest(metric, allowed)}"
            )
        foreign = [code for code in entry["languages"] if code not in MLQA_LANGUAGES]
        if metric in _MLQA and foreign:
            raise AtlasError(
                f"{place}.metrics: {metric} has rules for {', '.join(MLQA_LANGUAGES)} alone, but the task"
                f" has {', '.join(foreign[:5])}. Use f1 and sound_f1, or leave these languages out."
            )
