"""Metrics over what was found among candidates. Each returns (numerator, denominator) of one row."""

_CUT = 20  # XTREME-R cuts LAReQA's and Mewsli-X's rankings here


def sound_accuracy(row, language):
    """Accuracy that takes a candidate for right too if its text, or the text of its query, is the gold's."""
    return float(row["prediction"] in (row["gold"], *row["equivalents"])), 1


def mining_f1(row, language):
    """F1 between mined and gold pairs of sentences: XTREME's `bucc_f1`, with pairs listed by sentence."""
    mined, gold = row["prediction"], row["gold"]
    return 2 * (mined is not None and mined in gold), (mined is not None) + len(gold)


def map_at_20(row, language):
    """Average precision of the first 20 candidates, several of which may be right.

    The divisor is min(number of right candidates, 20), as in XTREME-R's `average_precision_at_k`.
    """
    hits, total = 0, 0.0
    for rank, candidate in enumerate(row["prediction"][:_CUT], start=1):
        if candidate in row["gold"]:
            hits += 1
            total += hits / rank
    return total / min(len(row["gold"]), _CUT), 1


def mrr_at_20(row, language):
    """Reciprocal rank of the first right candidate, 0 beyond the 20th: XTREME-R's "map@20" of Mewsli-X."""
    for rank, candidate in enumerate(row["prediction"][:_CUT], start=1):
        if candidate in row["gold"]:
            return 1 / rank, 1
    return 0.0, 1


def first_is_right(row, language):
    """Whether the first candidate of a ranking is a right one."""
    return float(row["prediction"][0] in row["gold"]), 1
