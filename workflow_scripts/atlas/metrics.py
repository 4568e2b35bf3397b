"""Metrics over predictions, in points (0-100), each as its reference scorer defines it.

Apart from the kinds, so that correcting a metric reruns scoring and no training. A metric takes the
prediction rows of one language and returns points, or None where the rows hold nothing to score.
"""

import collections
import re
import string

from scipy.special import bdtrc


def accuracy(rows):
    """Share of right examples; for token labels, of right tokens."""
    pairs = [pair for row in rows for pair in _pairs(row)]
    return 100 * sum(prediction == gold for prediction, gold in pairs) / len(pairs)


def marked_accuracy(rows):
    """Share of right tokens among those that the data set marks; None if none is marked."""
    marks = [mark for row in rows for mark in row["marked"] or []]
    pairs = [pair for row in rows if row["marked"] for pair in _pairs(row)]
    right = [p == g for (p, g), mark in zip(pairs, marks, strict=True) if mark]
    return 100 * sum(right) / len(right) if right else None


def seqeval_f1(rows):
    """Micro-averaged F1 over spans, by the library seqeval in its default mode.

    XTREME scores both PAN-X and UDPOS so, UDPOS on raw tags, where neighbours with equal tags fall into one
    span. seqeval >= 1 reads the first letter of a tag as its IOB prefix, so CCONJ equals SCONJ.
    """
    from seqeval.metrics import f1_score  # pulls in scikit-learn, which no other metric needs

    return 100 * f1_score([row["gold"] for row in rows], [row["prediction"] for row in rows], zero_division=0)


def exact_match(rows):
    """SQuAD v1.1's exact match: equal to any gold answer after its normalisation."""
    return _mean(_best(row, lambda a, b: normalise(a) == normalise(b)) for row in rows)


def f1(rows):
    """SQuAD v1.1's F1 over words: best over the gold answers, then the mean over questions."""
    return _mean(_best(row, word_overlap) for row in rows)


def normalise(text):
    """SQuAD v1.1's normalisation: lower case, no ASCII punctuation, no English articles."""
    text = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def word_overlap(prediction, gold):
    """F1 between the words of two normalised answers; two empty answers agree."""
    predicted, wanted = normalise(prediction).split(), normalise(gold).split()
    if not predicted or not wanted:
        return float(predicted == wanted)
    common = sum((collections.Counter(predicted) & collections.Counter(wanted)).values())
    if not common:
        return 0.0
    precision, recall = common / len(predicted), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


METRICS = {
    "accuracy": accuracy,
    "marked_accuracy": marked_accuracy,
    "seqeval_f1": seqeval_f1,
    "exact_match": exact_match,
    "f1": f1,
}


def above_chance(rows, kind):
    """Whether the share of right examples beats always giving the commonest gold.

    One-sided binomial test at 1 % against the share of the commonest gold (for retrieval: of one candidate
    in all). Span answers have no such baseline: one right answer in fifty is enough.
    """
    pairs = [pair for row in rows for pair in _pairs(row)]
    if kind == "span_qa":
        return exact_match(rows) > 2
    right = sum(prediction == gold for prediction, gold in pairs)
    commonest = max(collections.Counter(gold for _, gold in pairs).values()) / len(pairs)
    # The chance of at least `right` of them; scipy.stats would take longer to import than to score.
    return right > 0 and bool(bdtrc(right - 1, len(pairs), commonest) < 0.01)


def _pairs(row):
    """(prediction, gold) once per example, or once per token."""
    if isinstance(row["gold"], list) and isinstance(row["prediction"], list):
        return list(zip(row["prediction"], row["gold"], strict=True))
    return [(row["prediction"], row["gold"])]


def _best(row, compare):
    return 100 * max(float(compare(row["prediction"], gold)) for gold in row["gold"])


def _mean(values):
    values = list(values)
    return sum(values) / len(values)
