"""Metrics over labels, of examples or of tokens. Each returns (numerator, denominator) of one row."""


def pairs(row):
    """(prediction, gold) once per example, or once per token.

    Raises
    ------
    ValueError
        If a sentence has not one prediction per token.
    """
    if isinstance(row["gold"], list) and isinstance(row["prediction"], list):
        return list(zip(row["prediction"], row["gold"], strict=True))
    return [(row["prediction"], row["gold"])]


def accuracy(row, language):
    """Right examples of all; for token labels, right tokens of all tokens."""
    compared = [prediction == gold for prediction, gold in pairs(row)]
    return sum(compared), len(compared)


def marked_accuracy(row, language):
    """Right tokens among those that the data set marks."""
    if not row["marked"]:
        return 0, 0
    right = [p == g for (p, g), mark in zip(pairs(row), row["marked"], strict=True) if mark]
    return sum(right), len(right)


def seqeval_f1(row, language):
    """Micro-averaged F1 over spans, by the library seqeval in its default mode.

    XTREME scores both PAN-X and UDPOS so, UDPOS on raw tags, where neighbours with equal tags fall into one
    span. seqeval >= 1 reads the first letter of a tag as its IOB prefix, so CCONJ equals SCONJ, and an X at
    the end of a sentence is no span.
    """
    from seqeval.metrics.sequence_labeling import get_entities  # pulls in scikit-learn

    pairs(row)  # refuses a prediction of another length
    predicted, gold = (set(get_entities(row[side])) for side in ("prediction", "gold"))
    return 2 * len(predicted & gold), len(predicted) + len(gold)
