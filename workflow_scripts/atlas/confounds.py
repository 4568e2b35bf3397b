"""What else than distance makes a language hard: covariates of a language, beside distance and outcome."""

from collections import defaultdict

import numpy as np

from atlas import statistics

# A covariate that is unknown for more languages than this share is left out, not the languages.
_KNOWN_SHARE = 0.75
_LEAST_FREEDOM = 3


def by_language(covariates):
    """Map (model, target, source_language) -> {language: row of covariates}."""
    found = defaultdict(dict)
    for row in covariates:
        found[row["model"], row["target"], row["source_language"]][row["language"]] = row
    return found


def choose(rows, languages, wanted):
    """Choose the covariates that can be used over these languages, and the languages that have them all.

    Parameters
    ----------
    rows : language -> row of covariates
    wanted : names of columns

    Returns
    -------
    names, positions of the languages that remain, values (remaining, names), and why others are left out
    """
    columns, reasons = {}, []
    for name in wanted:
        column = np.array([_value(rows.get(code, {}).get(name)) for code in languages])
        known = ~np.isnan(column)
        if known.mean() < _KNOWN_SHARE:
            reasons.append(f"{name} left out: known for {known.sum()} of {len(languages)} languages")
        elif np.ptp(column[known]) == 0:
            reasons.append(f"{name} left out: the same in every language")
        else:
            columns[name] = column
    values = np.reshape(list(columns.values()), (len(columns), len(languages))).T
    kept = np.flatnonzero(~np.isnan(values).any(axis=1))
    return list(columns), kept, values[kept], reasons


def add_partial(rows, outcomes, distances, languages, covariates, spec):
    """Fill in partial_spearman, partial_p and covariates of the rows of one block (`atlas.correlations`).

    Parameters
    ----------
    rows : of the block, by outcome, then by distance
    outcomes, distances : (n, v), (n, k)
    covariates : as from `by_language`
    """
    width = distances.shape[1]
    for v in range(outcomes.shape[1]):
        own = rows[v * width : (v + 1) * width]
        about = covariates.get(tuple(own[0][name] for name in ("model", "target", "source_language")), {})
        found = _partial(outcomes[:, v], distances, languages, about, spec)
        for k, row in enumerate(own):
            row.update(found[k])


def _partial(outcome, distances, languages, about, spec):
    """The three columns for each distance of one outcome."""
    empty = {"partial_spearman": None, "partial_p": None, "covariates": ""}
    wanted = spec.get("covariates", []) if len(languages) >= spec["min_languages"] else []
    names, kept, values, _ = choose(about, languages, wanted)
    if not names or len(kept) - 2 - len(names) < _LEAST_FREEDOM:
        return [empty] * distances.shape[1]
    found, p_values = statistics.partial_spearman(outcome[kept], distances[kept], values)
    return [
        {"partial_spearman": float(r), "partial_p": float(p), "covariates": ", ".join(names)}
        if not np.isnan(r)
        else empty
        for r, p in zip(found, p_values, strict=True)
    ]


def _value(value):
    return np.nan if value is None else float(value)
