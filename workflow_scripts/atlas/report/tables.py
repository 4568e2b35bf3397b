"""Rows of the tables on the page, and which columns of them are shown."""

from typing import NamedTuple

from atlas.report.findings import average

# A page must stay readable and printable; the whole table lies beside it.
MOST_ROWS = 400


class Column(NamedTuple):
    """A column of a table on the page: field of the row, heading, and how its values are written."""

    field: str
    heading: str
    kind: str = "text"  # text | points | change | ratio | share | p | whole


_CELL = [Column("model", "model"), Column("intermediate", "intermediate"), Column("target", "target")]
CORRELATIONS = [
    Column("outcome", "outcome"),
    *_CELL,
    Column("distance", "distance"),
    Column("provider", "provider"),
    Column("n_languages", "n", "whole"),
    Column("spearman", "ρ", "ratio"),
    Column("spearman_ci_low", "95 % low", "ratio"),
    Column("spearman_ci_high", "95 % high", "ratio"),
    Column("family_ci_low", "by family low", "ratio"),
    Column("family_ci_high", "by family high", "ratio"),
    Column("partial_spearman", "partial ρ", "ratio"),
    Column("p_permutation", "p", "p"),
    Column("p_within_family", "p within family", "p"),
    Column("q_value", "q", "p"),
    Column("p_holm", "p Holm", "p"),
    Column("smallest_detectable", "smallest detectable", "ratio"),
    Column("disattenuated", "disattenuated", "ratio"),
    Column("note", "remark"),
]
RELIABILITY = [
    *_CELL,
    Column("n_languages", "languages", "whole"),
    Column("n_seeds", "seeds", "whole"),
    Column("reliability", "reliability", "ratio"),
    Column("reliability_ci_low", "95 % low", "ratio"),
    Column("reliability_ci_high", "95 % high", "ratio"),
    Column("ceiling", "ceiling of ρ", "ratio"),
    Column("baseline_correlation", "with own baseline", "ratio"),
    Column("baseline_correlation_independent", "with independent baseline", "ratio"),
    Column("note", "remark"),
]
ROBUSTNESS = [
    *_CELL,
    Column("n_languages", "languages", "whole"),
    Column("mean_gap", "mean gap", "points"),
    Column("mean_delta", "mean delta", "change"),
    Column("delta_sd", "SD of delta", "points"),
    Column("delta_worst_decile", "worst decile", "change"),
    Column("share_hurt", "hurt", "share"),
    Column("share_hurt_clearly", "hurt clearly", "share"),
    Column("share_helped_clearly", "helped clearly", "share"),
    Column("smaller_model", "compared with"),
    Column("stability_spearman", "rank stability", "ratio"),
    Column("note", "remark"),
]
BY_SIZE = [
    Column("model", "model"),
    Column("n_cells", "cells", "whole"),
    Column("mean_gap", "mean gap", "points"),
    Column("mean_delta", "mean delta", "change"),
    Column("delta_sd", "SD of delta", "points"),
    Column("delta_worst_decile", "worst decile", "change"),
    Column("share_hurt", "hurt", "share"),
    Column("share_hurt_clearly", "hurt clearly", "share"),
]
CONSISTENCY = [
    *_CELL,
    Column("n_seeds", "seeds", "whole"),
    Column("n_languages", "languages", "whole"),
    Column("rankc", "RankC with source", "ratio"),
    Column("overlap", "overlap with source", "ratio"),
    Column("rankc_mean", "RankC, all pairs", "ratio"),
    Column("overlap_mean", "overlap, all pairs", "ratio"),
    Column("note", "remark"),
]
INFLUENCE = [
    Column("left_out_kind", "left out"),
    Column("left_out", "which"),
    Column("intermediate", "intermediate"),
    Column("target", "target"),
    Column("term", "term"),
    Column("estimate_all", "with all", "change"),
    Column("estimate", "without", "change"),
    Column("ci_low", "95 % low", "change"),
    Column("ci_high", "95 % high", "change"),
    Column("note", "remark"),
]
SCALING = [
    Column("target", "target"),
    Column("intermediate", "intermediate"),
    Column("model", "model"),
    Column("term", "term"),
    Column("estimate", "estimate", "change"),
    Column("ci_low", "95 % low", "change"),
    Column("ci_high", "95 % high", "change"),
    Column("ci_boot_low", "bootstrap low", "change"),
    Column("ci_boot_high", "bootstrap high", "change"),
    Column("p", "p", "p"),
    Column("vif", "VIF", "points"),
    Column("n_languages", "languages", "whole"),
    Column("n_models", "models", "whole"),
    Column("note", "remark"),
]


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
            "correlations", CORRELATIONS, _ranked(findings), "outcome,target,distance,provider"
        ),
        "reliability": _cut("reliability", RELIABILITY, findings.reliability, "model,target"),
        "robustness": _cut("robustness", ROBUSTNESS, findings.robustness, "model,target"),
        "by_size": _cut("robustness", BY_SIZE, by_size(findings)),
        "consistency": _cut("consistency", CONSISTENCY, consistency(findings), "model,target"),
        "influence": _cut("influence", INFLUENCE, _influence(findings)),
        "scaling_table": _cut("scaling", SCALING, _scaling(findings), "target,term"),
        "claims": findings.claims,
    }


def _cut(name, columns, rows, filters=""):
    """Keep the first rows, and of the columns those that any of them fills."""
    shown = list(rows[:MOST_ROWS])
    filled = [c for c in columns if any(row.get(c.field) not in (None, "") for row in shown)]
    return Table(name, filled, shown, len(rows), filters if len(shown) > 8 else "")


def _ranked(findings):
    """Correlations: deltas and the distance that is shown first come first."""

    def rank(row):
        shown = (row["distance"], row["provider"]) == findings.shown
        return (row["outcome"] != "delta", not shown, row["spearman"] is None)

    return sorted(findings.correlations, key=rank)


def _scaling(findings):
    """Regression rows of the distance that is shown first."""
    return [
        row
        for row in findings.scaling
        if (row["outcome"], row["distance"], row["provider"]) == ("delta", *findings.shown)
    ]


def _influence(findings):
    """Estimates without one family or target, the most changed first."""
    shown = [
        row
        for row in findings.influence
        if (row["outcome"], row["distance"], row["provider"]) == ("delta", *findings.shown)
    ]
    return sorted(shown, key=lambda row: -abs(row["change"] or 0))


def by_size(findings):
    """Means of the robustness over the (intermediate, target) that all models have, from small to large."""
    groups = {}
    for row in findings.robustness:
        if row["intermediate"] != findings.spec["baseline"]:
            groups.setdefault(row["model"], {})[row["intermediate"], row["target"]] = row
    shared = set.intersection(*map(set, groups.values())) if groups else set()
    fields = [column.field for column in BY_SIZE[2:]]
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


def _mean(values):
    return average(value for value in values if value is not None)
