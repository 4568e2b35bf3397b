"""The tables between stages: columns and units in one place, checked on write and on read.

Scores and deltas are points (0-100), distances lie in [0, 1]. Every table carries its key, the digest of
what it was made from, in its parquet metadata; every manifest carries it as `key`.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from atlas import provenance
from atlas.errors import AtlasError
from atlas.files import read_json, replacing

_KEY = b"atlas_key"
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


def key_of(path):
    """Key of an artifact: a parquet table or a JSON manifest.

    Raises
    ------
    AtlasError
        If it is missing, not whole, or carries no key.
    """
    path = Path(path)
    if path.suffix == ".json":
        key = read_json(path).get("key")
    else:
        key = (_open(path).schema_arrow.metadata or {}).get(_KEY, b"").decode()
    if not key:
        raise AtlasError(f"{path}: carries no key, so this workflow did not make it. Move it away.")
    return key


def make_key(spec, code, *inputs):
    """Key of what a stage is about to make: its settings, its code and the keys of its inputs."""
    return provenance.digest([spec, code, [key_of(path) for path in inputs]])


def write_table(path, table, key, schema=None):
    """Write a table whole or not at all, with its key; checked against `schema` where one is declared.

    Parameters
    ----------
    table : pyarrow.Table, or a list of dicts (one per row) if `schema` is given
    """
    if schema is not None:
        table = _fit(path, table, schema)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: key.encode()})
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_table(path, schema=None, columns=None):
    """Read a parquet table as pyarrow.Table; checked against `schema` where one is declared.

    Raises
    ------
    AtlasError
        If the file is missing, not whole, or lacks columns.
    """
    table = _open(path).read(columns=columns)
    return table if schema is None else _fit(path, table, schema)


def _fit(path, table, schema):
    if isinstance(table, list):
        table = pa.Table.from_pylist(table, schema=schema)
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise AtlasError(f"{path}: lacks the columns {missing}; found {table.column_names}.")
    return table.select(schema.names).cast(schema)


def _open(path):
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. Let the workflow make it again.") from None
    except pa.ArrowInvalid as error:
        raise AtlasError(
            f"{path}: not a whole parquet file ({error}). Delete it and let the workflow make it again."
        ) from None
