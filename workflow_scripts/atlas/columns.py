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
DELTAS = _table(
    "model n_parameters n_parameters_total intermediate target source_language language n_seeds delta"
    " delta_se ci_low ci_high baseline score gap",
    text="model intermediate target source_language language",
    real="delta delta_se ci_low ci_high baseline score gap",
    whole="n_parameters n_parameters_total n_seeds",
)
DISTANCES = _table(
    "source_language language distance provider value n_features_observed n_features",
    text="source_language language distance provider",
    real="value",
    whole="n_features_observed n_features",
)
CORRELATIONS = _table(
    "model n_parameters n_parameters_total intermediate target outcome distance provider n_languages"
    " spearman spearman_ci_low spearman_ci_high pearson kendall p_permutation p_within_family q_value"
    " partial_spearman covariates",
    text="model intermediate target outcome distance provider covariates",
    real="spearman spearman_ci_low spearman_ci_high pearson kendall p_permutation p_within_family q_value"
    " partial_spearman",
    whole="n_parameters n_parameters_total n_languages",
)
