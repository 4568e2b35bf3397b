"""Does a model answer alike in every language? Predictions on test sets that are translations of each other.

RankC (Qi, Fernandez and Bisazza 2023, arXiv 2310.10378) compares how two languages rank the candidates of a
question, whether or not the answers are right; it needs candidates that the languages share, as labels are
and answer spans are not. The overlap of right answers (there: COverlap) needs no candidates.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Beyond this share of unequal golds, rows of equal number are no translations of each other.
_MOST_UNEQUAL = 0.05


def rankc(positions, present):
    """RankC of every pair of languages, with the paper's weights (`softmax`).

    For an example with N candidates: sum over j = 1..N of w_j P@j, where P@j is the share of the first j
    candidates that the two languages have in common, and w_j = exp(N - j + 1) / sum_k exp(N - k + 1). RankC
    is the mean over the examples. It is symmetric and lies in (0, 1].

    Parameters
    ----------
    positions : (n_languages, n_examples, n_candidates), place of each candidate in the ranking, from 0; NaN
        where an example has fewer candidates
    present : (n_languages, n_examples) bool, whether the language has the example

    Returns
    -------
    (n_languages, n_languages), NaN for pairs without a common example
    """
    n_candidates = positions.shape[2]
    places = np.arange(1, n_candidates + 1)
    sizes = (~np.isnan(positions)).sum(axis=2).max(axis=0)  # (n_examples,)
    weights = np.exp(sizes[:, None] - places + 1.0) * (places <= sizes[:, None])
    weights /= weights.sum(axis=1, keepdims=True)
    # The first j of two languages share as many candidates as their indicators' product sums to.
    among_first = positions[:, :, None, :] < places[:, None]  # (n_languages, n_examples, j, n_candidates)
    features = among_first * np.sqrt(weights / places)[:, :, None] * present[:, :, None, None]
    features = features.reshape(len(positions), -1)
    return _share(features @ features.T, _products(present))


def overlap(right, present):
    """Share of the examples right in either of two languages that are right in both.

    Parameters
    ----------
    right, present : (n_languages, n_examples) bool

    Returns
    -------
    (n_languages, n_languages), NaN for pairs without a right answer
    """
    right = (right & present).astype(float)
    both = right @ right.T
    one = right @ present.astype(float).T
    return _share(both, one + one.T - both)


def of_cell(tables, source):
    """Consistency of the predictions of one checkpoint.

    Parameters
    ----------
    tables : language -> pyarrow.Table of predictions (id, right, and with shared candidates gold and ranking)
    source : language trained in

    Returns
    -------
    list of dict : for each language `rankc` and `overlap` with the source language, `n_examples` in common
        with it, their means over the `n_pairs` other languages, and `note`; what cannot be told is None
    """
    languages = list(tables)
    ids = pc.unique(pa.chunked_array([table["id"].combine_chunks() for table in tables.values()]))
    rows = [pc.index_in(table["id"], ids).to_numpy() for table in tables.values()]
    present = np.zeros((len(languages), len(ids)), bool)
    right = np.zeros_like(present)
    for number, (own, table) in enumerate(zip(rows, tables.values(), strict=True)):
        present[number, own] = True
        right[number, own] = table["right"].to_numpy() == 1
    found = {"overlap": overlap(right, present)}
    shared = all("ranking" in table.column_names for table in tables.values())
    if shared:
        found["rankc"], parallel = _ranked(list(tables.values()), rows, present)
        found = {name: np.where(parallel, values, np.nan) for name, values in found.items()}
    else:
        found["rankc"] = np.full_like(found["overlap"], np.nan)
    notes = _notes(languages, source, found, shared)
    return [
        {"language": language, **_of_language(number, languages, source, found, present), "note": note}
        for number, (language, note) in enumerate(zip(languages, notes, strict=True))
    ]


def _ranked(tables, rows, present):
    """RankC of all pairs, and whether enough of their golds are equal."""
    rankings = [table["ranking"].to_pylist() for table in tables]
    names = sorted({name for own in rankings for ranking in own for name in ranking})
    number = {name: position for position, name in enumerate(names)}
    positions = np.full((*present.shape, len(names)), np.nan, np.float32)
    golds = np.zeros((*present.shape, len(names)), np.float32)
    for language, (own, table) in enumerate(zip(rows, tables, strict=True)):
        for row, ranking, gold in zip(own, rankings[language], table["gold"].to_pylist(), strict=True):
            positions[language, row, [number[name] for name in ranking]] = np.arange(len(ranking))
            golds[language, row, number[gold]] = 1
    golds = golds.reshape(len(tables), -1)
    equal = _share(golds @ golds.T, _products(present))
    return rankc(positions, present), equal >= 1 - _MOST_UNEQUAL


def _of_language(number, languages, source, found, present):
    others = [position for position in range(len(languages)) if position != number]
    row = {"rankc": None, "overlap": None, "n_examples": None, "n_pairs": len(others)}
    if source in languages and languages[number] != source:
        origin = languages.index(source)
        row["n_examples"] = int((present[number] & present[origin]).sum())
        row |= {name: _number(values[number, origin]) for name, values in found.items()}
    for name, values in found.items():
        known = values[number, others]
        known = known[~np.isnan(known)]
        row[f"{name}_mean"] = float(known.mean()) if len(known) else None
    return row


def _notes(languages, source, found, shared):
    without_source = f"no test set in the source language, {source}"
    for number, language in enumerate(languages):
        notes = [] if shared else ["the languages share no candidates: no RankC"]
        if source not in languages:
            notes.append(without_source)
        elif language != source and np.isnan(found["overlap"][number, languages.index(source)]):
            notes.append("not parallel to the source language, or nothing right in either")
        yield "; ".join(notes)


def _products(flags):
    flags = flags.astype(float)
    return flags @ flags.T


def _share(part, whole):
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _number(value):
    return None if np.isnan(value) else float(value)
