"""Metrics over predictions, each as its reference scorer defines it (docs/metrics.md).

Apart from the kinds, so that correcting a metric reruns scoring and no training. A metric is a function of
one prediction row and its language (ISO 639-3) that returns a numerator and a denominator; the score of many
rows is the ratio of the two sums, in points (0-100). Whoever resamples examples needs to know no more.
"""

import collections
import warnings

import numpy as np
from scipy.special import bdtrc

from atlas.metrics import answers, labels, search

METRICS = {
    "accuracy": labels.accuracy,
    "marked_accuracy": labels.marked_accuracy,
    "seqeval_f1": labels.seqeval_f1,
    "exact_match": answers.squad_exact_match,
    "f1": answers.squad_f1,
    "squad2_exact_match": answers.squad2_exact_match,
    "squad2_f1": answers.squad2_f1,
    "mlqa_exact_match": answers.mlqa_exact_match,
    "mlqa_f1": answers.mlqa_f1,
    "sound_exact_match": answers.sound_exact_match,
    "sound_f1": answers.sound_f1,
    "sound_accuracy": search.sound_accuracy,
    "mining_f1": search.mining_f1,
    "map_at_20": search.map_at_20,
    "mrr_at_20": search.mrr_at_20,
}
# Kinds without a commonest answer to compare with, and what must exceed two points instead.
_WITHOUT_COMMONEST = {
    "span_qa": answers.squad_exact_match,
    "bitext_mining": search.mining_f1,
    "ranked_retrieval": search.first_is_right,
}


def per_example(name, rows, language):
    """What each row adds to the numerator and the denominator of a metric.

    Parameters
    ----------
    rows : prediction rows (dicts) of one language
    language : ISO 639-3 code

    Returns
    -------
    numerators, denominators : float arrays of shape (n_rows,)
    """
    return _sums(METRICS[name], rows, language)


def points(name, rows, language):
    """Score of the rows in points, or None where they hold nothing to score."""
    numerators, denominators = per_example(name, rows, language)
    return ratio(numerators, denominators)


def ratio(numerators, denominators):
    """Points (0-100) of what `per_example` returned; None if the denominators sum to 0."""
    total = denominators.sum()
    return 100 * float(numerators.sum() / total) if total else None


def above_chance(rows, kind):
    """Whether the share of right examples beats always giving the commonest gold.

    One-sided binomial test at 1 % against the share of the commonest gold (for retrieval: of one candidate
    in all). Span answers, mined pairs and ranked candidates have no such baseline: two points are enough.
    """
    if kind in _WITHOUT_COMMONEST:
        return (ratio(*_sums(_WITHOUT_COMMONEST[kind], rows, None)) or 0) > 2
    pairs = [pair for row in rows for pair in labels.pairs(row)]
    right = sum(prediction == gold for prediction, gold in pairs)
    commonest = max(collections.Counter(gold for _, gold in pairs).values()) / len(pairs)
    # The chance of at least `right` of them; scipy.stats would take longer to import than to score.
    return right > 0 and bool(bdtrc(right - 1, len(pairs), commonest) < 0.01)


def _sums(metric, rows, language):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* seems not to be NE tag")  # by seqeval
        values = np.array([metric(row, language) for row in rows], dtype=float).reshape(-1, 2)
    return values[:, 0], values[:, 1]
