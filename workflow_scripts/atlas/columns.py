"""The columns of the tables that a study leaves behind, in one place.

Scores and deltas are points (0-100), distances lie in [0, 1]. Other tools rely on these names.
"""

import pyarrow as pa

_TEXT, _REAL, _WHOLE, _FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()


def _columns(**groups):
    kinds = {"text": _TEXT, "real": _REAL, "whole": _WHOLE, "flag": _FLAG}
    return {name: kinds[kind] for kind, names in groups.items() for name in names.split()}


def _table(order, **groups):
    types = _columns(**groups)
    return pa.schema([(name, types[name]) for name in order.split()])


SCORES = _table(
    "model n_parameters n_parameters_total intermediate target kind seed source_language language metric"
    " score n_examples split at_chance key",
    text="model intermediate target kind source_language language metric split key",
    real="score",
    whole="n_parameters n_parameters_total seed n_examples",
    flag="at_chance",
)
# Beside each score file: what every example adds to each metric. Score = 100 x sum of numerators / sum of
# denominators. There are thousands of rows per cell and tens of thousands of cells, hence the narrow types.
EXAMPLES = pa.schema(
    [
        ("language", pa.dictionary(pa.int32(), _TEXT)),
        ("id", _TEXT),
        ("metric", pa.dictionary(pa.int32(), _TEXT)),
        ("numerator", pa.float32()),
        ("denominator", pa.float32()),
    ]
)
DELTAS = _table(
    "model n_parameters n_parameters_total intermediate target source_language language n_seeds n_examples"
    " delta delta_se se_examples se_seeds ci_low ci_high interval_over baseline score gap delta_independent"
    " baseline_independent shares_training_data at_chance",
    text="model intermediate target source_language language interval_over",
    real="delta delta_se se_examples se_seeds ci_low ci_high baseline score gap delta_independent"
    " baseline_independent",
    whole="n_parameters n_parameters_total n_seeds n_examples",
    flag="shares_training_data at_chance",
)
RELIABILITY = _table(
    "model n_parameters n_parameters_total intermediate target source_language n_languages n_seeds n_splits"
    " split_half reliability reliability_ci_low reliability_ci_high reliability_total ceiling"
    " baseline_correlation baseline_correlation_independent note",
    text="model intermediate target source_language note",
    real="split_half reliability reliability_ci_low reliability_ci_high reliability_total ceiling"
    " baseline_correlation baseline_correlation_independent",
    whole="n_parameters n_parameters_total n_languages n_seeds n_splits",
)
ROBUSTNESS = _table(
    "model n_parameters n_parameters_total intermediate target source_language n_languages mean_score"
    " score_worst_decile mean_gap mean_delta delta_sd delta_worst_decile share_hurt share_hurt_clearly"
    " share_helped_clearly n_intervals smaller_model stability_n_languages stability_spearman"
    " stability_kendall shares_training_data at_chance note",
    text="model intermediate target source_language smaller_model note",
    real="mean_score score_worst_decile mean_gap mean_delta delta_sd delta_worst_decile share_hurt"
    " share_hurt_clearly share_helped_clearly stability_spearman stability_kendall",
    whole="n_parameters n_parameters_total n_languages n_intervals stability_n_languages",
    flag="shares_training_data at_chance",
)
CONSISTENCY = _table(
    "model n_parameters n_parameters_total intermediate target seed source_language language"
    " rankc overlap n_examples rankc_mean overlap_mean n_pairs note",
    text="model intermediate target source_language language note",
    real="rankc overlap rankc_mean overlap_mean",
    whole="n_parameters n_parameters_total seed n_examples n_pairs",
)
DISTANCES = _table(
    "source_language language distance provider value n_features_observed n_features",
    text="source_language language distance provider",
    real="value",
    whole="n_features_observed n_features",
)
CORRELATIONS = _table(
    "model n_parameters n_parameters_total intermediate target source_language outcome distance provider"
    " n_languages n_families spearman spearman_ci_low spearman_ci_high family_ci_low family_ci_high pearson"
    " kendall p_permutation p_within_family declared q_value p_holm agrees smallest_detectable reliability"
    " ceiling disattenuated partial_spearman partial_p covariates note",
    text="model intermediate target source_language outcome distance provider covariates note",
    real="spearman spearman_ci_low spearman_ci_high family_ci_low family_ci_high pearson kendall"
    " p_permutation p_within_family q_value p_holm smallest_detectable reliability ceiling disattenuated"
    " partial_spearman partial_p",
    whole="n_parameters n_parameters_total n_languages n_families",
    flag="declared agrees",
)
# One row per language of a target and model: what else than distance can make a language hard.
COVARIATES = _table(
    "model target source_language language script same_script pretraining_corpus pretraining_size"
    " pretraining_unit log10_pretraining fertility n_examples translated_from_source",
    text="model target source_language language script pretraining_corpus pretraining_unit",
    real="pretraining_size log10_pretraining fertility",
    whole="n_examples",
    flag="same_script translated_from_source",
)
# One row per term of a regression of an outcome on distance and size; `all` where models, intermediate
# tasks or targets are taken together.
SCALING = _table(
    "model intermediate target source_language outcome distance provider covariates method term estimate"
    " se df ci_low ci_high ci_boot_low ci_boot_high p vif n_languages n_families n_models n_targets n_cells"
    " note",
    text="model intermediate target source_language outcome distance provider covariates method term note",
    real="estimate se df ci_low ci_high ci_boot_low ci_boot_high p vif",
    whole="n_languages n_families n_models n_targets n_cells",
)
# The same estimate without one family of languages, or without one target.
INFLUENCE = _table(
    "intermediate target source_language outcome distance provider term left_out_kind left_out estimate_all"
    " estimate ci_low ci_high change flips note",
    text="intermediate target source_language outcome distance provider term left_out_kind left_out note",
    real="estimate_all estimate ci_low ci_high change",
    flag="flips",
)
# One row per published claim: what this study says about it.
CLAIMS = _table(
    "claim statement source test verdict value ci_low ci_high expected unit note",
    text="claim statement source test verdict unit note",
    real="value ci_low ci_high expected",
)
