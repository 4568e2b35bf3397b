"""Published rows -> common examples of a kind, limited in number."""

import json

import numpy as np
import pyarrow as pa

from atlas import artifacts, kinds, manifests, provenance
from atlas.data import rows
from atlas.data.parts import ROWS
from atlas.data.published import Published, joined
from atlas.errors import AtlasError

_DROPPED = b"dropped"


def prepare_training(spec, code, fetched, manifest):
    """Prepare the parts `train`, `tune` and, for a head that is trained on another task before, `first`.

    Parameters
    ----------
    spec : dict with `kind` and, for each part, its `limit`, `labels` and `tables` (role -> list of views,
        each naming the fetched table that it is a view of)
    code : digest of the code that prepares
    fetched : manifest of the fetched tables
    manifest : what to write, last, beside the prepared tables

    Raises
    ------
    AtlasError
        If columns are missing or a label lies outside the declared ones.
    """
    job = Job(spec["kind"], code, fetched, manifest.parent)
    entries = {
        part: job.prepare(part, spec[part], ordered=part == "tune")
        for part in ("train", "tune", "first")
        if part in spec
    }
    return finish(manifest, entries)


def prepare_test(spec, code, fetched, manifest):
    """Prepare the test examples of each language; the same rows where sets are parallel.

    As `prepare_training`, but `spec` has one `test` part and the `tables` of each of its `languages`.
    """
    job = Job(spec["kind"], code, fetched, manifest.parent)
    entries = {
        language: job.prepare(language, {**spec["test"], "tables": tables}, ordered=True)
        for language, tables in spec["languages"].items()
    }
    return finish(manifest, entries)


class Job:
    """Preparation of one task: its kind, the tables that were fetched for it, the folder to write to."""

    def __init__(self, kind, code, fetched, folder):
        self.kind, self.code, self.folder = kind, code, folder
        self.sources, self.origin = manifests.read(fetched)["tables"], fetched.parent

    def prepare(self, name, meaning, ordered):
        """Write the examples of one part or language unless they are there already; describe them."""
        used = [view["table"] for views in meaning["tables"].values() for view in views]
        keys = [self.sources[table]["key"] for table in used]
        key = provenance.digest([self.kind, meaning, self.code, keys])
        path = self.folder / f"{name}.parquet"
        if not path.exists() or artifacts.key_of(path) != key:
            examples, schema, dropped = self._examples(meaning, ordered)
            if not examples:
                raise AtlasError(f"{self.origin}: no example of {name} is left of {', '.join(used)}.")
            table = pa.Table.from_pylist(examples, schema.with_metadata({_DROPPED: json.dumps(dropped)}))
            artifacts.write_table(path, table, key)
        table = artifacts.read_table(path)
        entry = {"file": path.name, "key": key, "rows": table.num_rows}
        if dropped := json.loads(table.schema.metadata[_DROPPED]):
            entry["dropped"] = dropped
        return {**entry, "content": artifacts.content_digest(table)}

    def _examples(self, meaning, ordered):
        """Examples, their schema, and how many rows of which table were dropped for which reason."""
        module = kinds.of(self.kind)
        tables, numbers, dropped = {}, {}, {}
        for view in (view for views in meaning["tables"].values() for view in views):
            name = view["table"]
            tables[name] = self._table(view, meaning)
            numbers[name], lost = rows.kept(tables[name], view)
            dropped |= {name: lost} if lost else {}
        several = ROWS not in meaning["tables"]  # roles, whose rows belong together: the kind limits them
        if not several:
            numbers = _sampled(numbers, meaning["limit"], ordered)
        published = {
            role: joined([tables[view["table"]].take(numbers[view["table"]]) for view in views])
            for role, views in meaning["tables"].items()
        }
        examples = module.prepare(published if several else published[ROWS], meaning)
        return examples, module.EXAMPLES, dropped

    def _table(self, view, meaning):
        path = self.origin / self.sources[view["table"]]["file"]
        return Published(artifacts.read_table(path), {"labels": meaning["labels"], **view}, str(path))


def _sampled(numbers, limit, ordered):
    """Row numbers of each table after the limit, drawn over all tables together.

    Published files are often sorted by label, so the first rows would not do. The draw is the same for every
    model and seed, and alike for equal sizes, so that parallel test sets stay parallel.
    """
    together = [(table, number) for table, own in numbers.items() for number in own]
    drawn = np.random.default_rng(0).permutation(len(together))[:limit]
    sample = {table: [] for table in numbers}
    for place in sorted(drawn) if ordered else drawn:
        table, number = together[place]
        sample[table].append(number)
    return sample


def finish(manifest, tables):
    """Write the manifest of prepared tables, its key that of their content.

    Parameters
    ----------
    tables : name -> dict with `file`, `key`, `rows` and the digest of its `content`
    """
    # What follows depends on the examples, not on how they came about: an edit of preparation that leaves
    # them equal retrains nothing.
    key = provenance.digest({name: entry["content"] for name, entry in tables.items()})
    manifests.write(manifest, key, [entry["file"] for entry in tables.values()], tables=tables)
    return f"{sum(entry['rows'] for entry in tables.values())} examples in {len(tables)} tables"
