"""Published rows of one task's training or test part -> one parquet table per split or language.

Writes  <name>.parquet (train, tune, or a language), lock.json, and manifest.json last, with the key and the
number of rows of each table. A table that is there already is not fetched again.
"""

from atlas import artifacts, manifests, provenance, sources, stage
from atlas.errors import AtlasError
from atlas.locks import Lock
from atlas.stage import Output


def fetch_dataset(*, spec, code, manifest: Output):
    """Fetch every table that the manifest's folder lacks.

    Raises
    ------
    AtlasError
        If a source does not exist, is empty, or differs from the lock.
    """
    folder = manifest.parent
    lock = Lock(folder / "lock.json")
    tables = {name: _table(folder, name, source, lock) for name, source in spec["tables"].items()}
    key = provenance.digest({name: entry["key"] for name, entry in tables.items()})
    manifests.write(manifest, key, [entry["file"] for entry in tables.values()], tables=tables)
    return f"{len(tables)} tables, {sum(entry['rows'] for entry in tables.values())} rows"


def _table(folder, name, source, lock):
    """Fetch one table unless it is there already; describe it."""
    path = folder / f"{name}.parquet"
    revision = lock.revision(name, source)
    if revision is None or not path.exists() or artifacts.key_of(path) != _key(lock.entries[name]):
        table, revision, files = sources.of(source).fetch_table(source, revision)
        if table.num_rows == 0:
            raise AtlasError(f"table {name} ({_where(source)}): has no rows.")
        lock.note(name, source, revision, files)
        artifacts.write_table(path, table, _key(lock.entries[name]))
    rows = artifacts.read_table(path, columns=[]).num_rows
    return {"file": path.name, "key": artifacts.key_of(path), "rows": rows}


def _key(entry):
    """Key of a table: what was fetched and how it was read, not when or by which release of ours."""
    provider = f"atlas.sources.{sources.provider_of(entry['source'])}"
    return provenance.digest([entry["files"], entry["source"]["split"], provenance.code_digest(provider)])


def _where(source):
    fields = [source.get(name) for name in (sources.provider_of(source), "subset", "split")]
    return ", ".join(field for field in fields if field)


if __name__ == "__main__":
    stage.run(fetch_dataset, offline=False)
