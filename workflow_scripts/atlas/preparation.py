"""Published rows -> common examples of a kind, limited in number."""

import numpy as np
import pyarrow as pa

from atlas import artifacts, kinds, manifests, provenance
from atlas.errors import AtlasError
from atlas.published import Published


def prepare_training(spec, code, rows, manifest):
    """Prepare the parts `train` and `tune` of a task.

    Raises
    ------
    AtlasError
        If columns are missing or a label lies outside the declared ones.
    """
    tables = {}
    for part in ("train", "tune"):
        sample = _shuffled if part == "train" else _sampled
        tables[part] = _prepare(spec["kind"], spec[part], sample, code, rows, part, manifest.parent)
    return _finish(manifest, tables)


def prepare_test(spec, code, rows, manifest):
    """Prepare the test examples of each language; the same rows where sets are parallel."""
    tables = {
        language: _prepare(spec["kind"], spec["test"], _sampled, code, rows, language, manifest.parent)
        for language in spec["languages"]
    }
    return _finish(manifest, tables)


def _prepare(kind, meaning, sample, code, rows, name, folder):
    source = manifests.read(rows)["tables"][name]
    key = provenance.digest([kind, meaning, code, source["key"]])
    path = folder / f"{name}.parquet"
    if not path.exists() or artifacts.key_of(path) != key:
        origin = rows.parent / source["file"]
        table = artifacts.read_table(origin)
        chosen = sample(table.num_rows, meaning["limit"])
        module = kinds.of(kind)
        examples = module.prepare(
            Published(table.take(chosen), meaning, str(origin), chosen.to_pylist()), meaning
        )
        if not examples:
            raise AtlasError(f"{origin}: no example is left of {table.num_rows} rows.")
        artifacts.write_table(path, examples, key, module.EXAMPLES)
    table = artifacts.read_table(path)
    content = artifacts.content_digest(table)
    return {"file": path.name, "key": key, "content": content, "rows": table.num_rows}


def _sampled(size, limit):
    """Rows in their order, drawn alike for equal sizes: published files are often sorted by label."""
    return pa.array(sorted(_shuffled(size, limit).to_pylist()))


def _shuffled(size, limit):
    """A sample that is the same for every model and seed; published files are often sorted."""
    return pa.array(np.random.default_rng(0).permutation(size)[:limit])


def _finish(manifest, tables):
    # What follows depends on the examples, not on how they came about: an edit of preparation that leaves
    # them equal retrains nothing.
    key = provenance.digest({name: entry["content"] for name, entry in tables.items()})
    manifests.write(manifest, key, [entry["file"] for entry in tables.values()], tables=tables)
    return f"{sum(entry['rows'] for entry in tables.values())} examples in {len(tables)} tables"
