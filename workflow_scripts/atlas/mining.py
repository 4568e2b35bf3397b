"""Mining of translations among two sets of sentences, as XTREME does for BUCC.

The score of a pair is its cosine, divided by the mean cosine of both sentences with their four nearest
neighbours on the other side (Artetxe and Schwenk 2019, arXiv 1811.01136, margin "ratio", retrieval "max").
"""

import numpy as np

from atlas.nearest import neighbours

NEIGHBOURS = 4


def mine(sentences, others):
    """Pairs of sentences that choose each other best, each sentence in one pair at most.

    Every sentence of either side proposes the neighbour of highest margin; proposals are taken from the
    highest down, unless one of the two sentences is taken already.

    Parameters
    ----------
    sentences, others : unit vectors of shape (n, width), (m, width)

    Returns
    -------
    list of (number in `sentences`, number in `others`, margin), the highest margin first
    """
    cosines, numbers = neighbours(sentences, others, NEIGHBOURS)
    back_cosines, back_numbers = neighbours(others, sentences, NEIGHBOURS)
    mean, back_mean = cosines.mean(axis=1), back_cosines.mean(axis=1)
    best, margins = _best(cosines, numbers, mean, back_mean)
    back_best, back_margins = _best(back_cosines, back_numbers, back_mean, mean)
    lefts = np.concatenate([np.arange(len(sentences)), back_best])
    rights = np.concatenate([best, np.arange(len(others))])
    margins = np.concatenate([margins, back_margins])
    pairs, taken, taken_others = [], set(), set()
    for row in np.argsort(-margins, kind="stable"):
        left, right = int(lefts[row]), int(rights[row])
        if left not in taken and right not in taken_others:
            taken.add(left)
            taken_others.add(right)
            pairs.append((left, right, float(margins[row])))
    return pairs


def _best(cosines, numbers, mean, other_mean):
    """Of each sentence's neighbours the one of highest margin, and that margin."""
    margins = cosines / ((mean[:, None] + other_mean[numbers]) / 2)
    rows, chosen = np.arange(len(margins)), margins.argmax(axis=1)
    return numbers[rows, chosen], margins[rows, chosen]


def threshold(margins, right, n_gold):
    """Margin from which pairs are taken, so that F1 is highest; 0, which takes all, if no pair is right.

    Half way between the last pair taken and the first one left. Pairs of equal margin are taken together,
    since no threshold can part them. If all pairs are best taken, the threshold is the lowest margin (where
    XTREME's `bucc_optimize` reads beyond its list).

    Parameters
    ----------
    margins, right : margin of each pair, and whether it is a gold pair
    n_gold : number of gold pairs, found or not
    """
    order = np.argsort(-np.asarray(margins), kind="stable")
    margins, hits = np.asarray(margins)[order], np.cumsum(np.asarray(right, dtype=float)[order])
    if not len(hits) or not hits[-1]:
        return 0.0
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + n_gold)
    f1[:-1][margins[:-1] == margins[1:]] = -1  # in the middle of a tie
    last = int(f1.argmax())
    following = margins[last + 1] if last + 1 < len(margins) else margins[last]
    return float((margins[last] + following) / 2)
