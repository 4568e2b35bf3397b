"""Which columns of the tables are shown on the page, and how."""

from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table on the page: field of the row, heading, and how its values are written."""

    field: str
    heading: str
    kind: str = "text"  # text | points | change | ratio | share | p | whole | flag


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
    Column("agrees", "providers agree", "flag"),
    Column("smallest_detectable", "smallest detectable", "ratio"),
    Column("ceiling", "ceiling", "ratio"),
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
    Column("flips", "conclusion flips", "flag"),
    Column("note", "remark"),
]
SCALING = [
    Column("target", "target"),
    Column("intermediate", "intermediate"),
    Column("model", "model"),
    Column("term", "term"),
    Column("covariates", "held constant"),
    Column("estimate", "estimate", "change"),
    Column("ci_low", "95 % low", "change"),
    Column("ci_high", "95 % high", "change"),
    Column("ci_boot_low", "bootstrap low", "change"),
    Column("ci_boot_high", "bootstrap high", "change"),
    Column("p", "p", "p"),
    Column("vif", "VIF", "points"),
    Column("n_languages", "languages", "whole"),
    Column("n_models", "models", "whole"),
    Column("method", "method"),
    Column("note", "remark"),
]


OVERALL = [
    Column("model", "model"),
    Column("intermediate", "intermediate"),
    Column("n_seeds", "seeds", "whole"),
]
