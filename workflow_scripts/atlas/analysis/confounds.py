"""What else than distance makes a language hard: covariates beside distance and outcome."""

import math
from collections import defaultdict

import numpy as np

from atlas.analysis import statistics

# A covariate that is unknown for more languages than this share is left out, not the languages.
_KNOWN_SHARE = 0.75
_LEAST_FREEDOM = 3
# What differs only between targets, or between targets and models, is told apart by so many of them.
MIN_GROUPS = 5
SOURCE_SCORE = "source_score"
# The source language's score is a term of these outcomes, so that holding it constant would change them.
CONTAIN_SOURCE_SCORE = ("gap", "retention")


def by_language(covariates):
    """Map (model, target, source_language) -> {language: row of covariates, with `log10_examples`}."""
    found = defaultdict(dict)
    for row in covariates:
        examples = row.get("n_examples")
        counted = {"log10_examples": math.log10(examples) if examples else None}
        found[row["model"], row["target"], row["source_language"]][row["language"]] = row | counted
    return found


def choose(columns, groups=None):
    """Choose the covariates that can be used, and the rows that have them all.

    Parameters
    ----------
    columns : name -> (n,) values, NaN where not known
    groups : plural of what cells belong to -> (n,) number of each; a covariate that is constant inside all
        of fewer than MIN_GROUPS groups is left out

    Returns
    -------
    names, positions of the rows that remain, their values (remaining, names), and why others are left out
    """
    chosen, reasons = [], []
    for name, column in columns.items():
        known = ~np.isnan(column)
        if known.mean() < _KNOWN_SHARE:
            reasons.append(f"without {name}, which is known in {known.sum()} of {len(column)} cases")
        elif np.ptp(column[known]) == 0:
            reasons.append(f"without {name}, which is the same everywhere")
        elif few := _few_groups(column, known, groups or {}):
            reasons.append(f"without {name}, which differs only between {few} ({MIN_GROUPS} needed)")
        else:
            chosen.append(name)
    size = len(next(iter(columns.values()), ()))
    values = np.column_stack([np.empty((size, 0)), *(columns[name] for name in chosen)])
    kept = np.flatnonzero(~np.isnan(values).any(axis=1))
    return chosen, kept, values[kept], reasons


def _few_groups(column, known, groups):
    """Number and name of the groups inside of which a column is constant, if they are too few, else None."""
    for plural, numbers in groups.items():
        count = len(np.unique(numbers[known]))
        if count < MIN_GROUPS and constant_within(column[known], numbers[known]):
            return f"{count} {plural}"
    return None


def constant_within(values, numbers):
    """Whether values (n,) differ only between groups, given by number (n,)."""
    _, first, group = np.unique(numbers, return_index=True, return_inverse=True)
    return bool(np.allclose(values, values[first][group], rtol=0, atol=1e-12))


def column(rows, name):
    """Values of one covariate in rows of the table of covariates, NaN where not known."""
    return np.array([np.nan if row.get(name) is None else float(row[name]) for row in rows])


def add_partial(rows, outcomes, distances, languages, covariates, spec):
    """Fill in partial_spearman, partial_p and covariates of the rows of one block (`analysis.correlations`).

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
    if len(languages) < spec["min_languages"]:
        return [empty] * distances.shape[1]
    rows = [about.get(code, {}) for code in languages]
    names, kept, values, _ = choose({name: column(rows, name) for name in spec.get("covariates", [])})
    if not names or len(kept) - 2 - len(names) < _LEAST_FREEDOM:
        return [empty] * distances.shape[1]
    found, p_values = statistics.partial_spearman(outcome[kept], distances[kept], values)
    return [
        {"partial_spearman": float(r), "partial_p": float(p), "covariates": ", ".join(names)}
        if not np.isnan(r)
        else empty
        for r, p in zip(found, p_values, strict=True)
    ]
