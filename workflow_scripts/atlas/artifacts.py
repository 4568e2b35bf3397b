"""Tables between stages, read and written whole, checked and with their key.

Every table carries its key, the digest of what it was made from, in its parquet metadata; every manifest
carries it as `key`. What columns the tables have stands in `atlas.columns`.
"""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from atlas import provenance
from atlas.errors import AtlasError
from atlas.files import read_json, replacing

_KEY = b"atlas_key"


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


def content_digest(table):
    """Digest of a table's columns and rows, whatever made it and however it is stored."""
    stream = pa.BufferOutputStream()
    plain = table.replace_schema_metadata(None).combine_chunks()
    with pa.ipc.new_stream(stream, plain.schema) as writer:
        writer.write_table(plain)
    return hashlib.sha256(stream.getvalue()).hexdigest()[:16]


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
        pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)


def read_table(path, schema=None, columns=None):
    """Read a parquet table as pyarrow.Table; checked against `schema` where one is declared.

    Raises
    ------
    AtlasError
        If the file is missing, not whole, or lacks columns.
    """
    try:
        table = _open(path).read(columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from error
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
        return pq.ParquetFile(path, page_checksum_verification=True)
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. Let the workflow make it again.") from None
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path, error) from None


def _damaged(path, error):
    found = str(error).strip()  # some end in empty lines
    return AtlasError(
        f"{path}: not a whole parquet file ({found}). Delete it and let the workflow make it again."
    )
