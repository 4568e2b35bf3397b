"""Rows of the tables on the page."""

from typing import NamedTuple

from atlas.analysis.overall import ALL, overall
from atlas.report import shown
from atlas.report.findings import average

# A page must stay readable and printable; the whole table lies beside it.
MOST_ROWS = 400


class Table(NamedTuple):
    """A table on the page."""

    name: str  # of the parquet file beside the page
    columns: list
    rows: list  # of dict, as many as are shown
    n_rows: int  # of the file or of what is asked of it
    filters: str = ""  # headings with a choice above the table


def of(findings):
    """All tables by name."""
    return {
        "correlations": _cut(
            "correlations", shown.CORRELATIONS, _ranked(findings), "outcome,target,distance,provider"
        ),
        "reliability": _cut(
            "reliability", shown.RELIABILITY, _in_order(findings, findings.reliability), "model,target"
        ),
        "robustness": _cut(
            "robustness", shown.ROBUSTNESS, _in_order(findings, findings.robustness), "model,target"
        ),
        "by_size": _cut("robustness", shown.BY_SIZE, by_size(findings)),
        "consistency": _cut(
            "consistency", shown.CONSISTENCY, _in_order(findings, consistency(findings)), "model,target"
        ),
        "influence": _cut("influence", shown.INFLUENCE, _influence(findings)),
        "scaling_table": _cut("scaling", shown.SCALING, _scaling(findings), "target,term"),
        "overall": _overall(findings),
        "claims": findings.claims,
    }


def _cut(name, columns, rows, filters=""):
    """Keep the first rows, and of the columns those that any of them fills."""
    first = list(rows[:MOST_ROWS])
    filled = [c for c in columns if any(row.get(c.field) not in (None, "") for row in first)]
    return Table(name, filled, first, len(rows), filters if len(first) > 8 else "")


def _overall(findings):
    """XTREME's overall score and those of its groups, means over the seeds that have every task."""
    targets = {
        name: {key: value for key, value in entry.items() if value}
        for name, entry in findings.targets.items()
    }
    found = {}
    for row in overall(findings.scores, targets):
        if row["score"] is not None:
            cell = found.setdefault((row["model"], row["intermediate"]), {})
            cell.setdefault(row["group"], []).append(row["score"])
    rows = [
        {
            "model": model,
            "intermediate": intermediate,
            "n_seeds": max(map(len, found[model, intermediate].values())),
            **{group: average(values) for group, values in found[model, intermediate].items()},
        }
        for model in findings.models
        for intermediate in findings.intermediates
        if (model, intermediate) in found
    ]
    groups = [ALL, *dict.fromkeys(entry["group"] for entry in targets.values() if "group" in entry)]
    rows = [{**dict.fromkeys(groups), **row} for row in rows]
    return _cut("scores", [*shown.OVERALL, *(shown.Column(group, group, "points") for group in groups)], rows)


def _ranked(findings):
    """Correlations: deltas and the distance that is shown first come first."""

    def rank(row):
        first = (row["distance"], row["provider"]) == findings.shown
        return (row["outcome"] != findings.asked, not first, row["spearman"] is None)

    return sorted(findings.correlations, key=rank)


def _scaling(findings):
    """Regression rows of the distance that is shown first."""
    return [
        row
        for row in findings.scaling
        if (row["outcome"], row["distance"], row["provider"]) == (findings.asked, *findings.shown)
    ]


def _influence(findings):
    """Estimates without one family or target, the most changed first."""
    rows = [
        row
        for row in findings.influence
        if (row["outcome"], row["distance"], row["provider"]) == (findings.asked, *findings.shown)
    ]
    return sorted(rows, key=lambda row: -abs(row["change"] or 0))


def by_size(findings):
    """Means of the robustness over the (intermediate, target) that all models have, from small to large."""
    groups = {}
    for row in findings.robustness:
        if row["intermediate"] != findings.spec["baseline"]:
            groups.setdefault(row["model"], {})[row["intermediate"], row["target"]] = row
    shared = set.intersection(*map(set, groups.values())) if groups else set()
    fields = [column.field for column in shown.BY_SIZE[2:]]
    return [
        {
            "model": model,
            "n_cells": len(shared),
            **{field: _mean(groups[model][cell][field] for cell in shared) for field in fields},
        }
        for model in findings.models
        if model in groups and shared
    ]


def consistency(findings):
    """Means over languages and seeds of how alike predictions on parallel test sets are."""
    groups = {}
    for row in findings.consistency:
        groups.setdefault((row["model"], row["intermediate"], row["target"]), []).append(row)
    return [
        {
            **dict(zip(("model", "intermediate", "target"), cell, strict=True)),
            "n_seeds": len({row["seed"] for row in rows}),
            "n_languages": len({row["language"] for row in rows}),
            **{field: _mean(row[field] for row in rows) for field in ("rankc", "overlap")},
            **{field: _mean(row[field] for row in rows) for field in ("rankc_mean", "overlap_mean")},
            "note": next((row["note"] for row in rows if row["note"]), ""),
        }
        for cell, rows in groups.items()
    ]


def _in_order(findings, rows):
    """Rows by target, intermediate and model, in the study's order; what it does not name comes last."""
    orders = (list(findings.targets), findings.intermediates, findings.models)

    def rank(row):
        names = (row["target"], row["intermediate"], row["model"])
        return [
            order.index(name) if name in order else len(order)
            for name, order in zip(names, orders, strict=True)
        ]

    return sorted(rows, key=rank)


def _mean(values):
    return average(value for value in values if value is not None)
