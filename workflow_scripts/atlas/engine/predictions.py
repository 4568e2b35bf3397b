"""Predictions of one checkpoint, per language, by key: what is there is never predicted again."""

import logging

from atlas import artifacts, kinds, manifests, provenance
from atlas.errors import AtlasError

_log = logging.getLogger("atlas.engine.predictions")


def make(spec, code, checkpoint, examples, manifest):
    """Predict every language whose file is missing, then write the manifest.

    A file's name holds its key: checkpoint, examples, settings and code. So a file that exists is right,
    a crash loses no finished language, and a changed recipe never meets stale files.
    """
    tables = manifests.read(examples)["tables"]
    listed = _listed(spec, code, checkpoint, tables)
    missing = _missing(listed, manifest.parent)
    if missing:
        from atlas.engine import predictor  # imports torch, which what is unchanged does without

        kind = kinds.of(spec["kind"])
        with predictor.ready(kind, spec, checkpoint) as ready:
            for number, language in enumerate(missing, start=1):
                entry = listed[language]
                table = artifacts.read_table(examples.parent / tables[language]["file"], kind.EXAMPLES)
                rows = ready.predict(table.to_pylist(), language)
                artifacts.write_table(manifest.parent / entry["file"], rows, entry["key"], kind.PREDICTIONS)
                _log.info("%d of %d languages: %s, %d examples", number, len(missing), language, len(rows))
    for language, entry in listed.items():
        entry["rows"] = tables[language]["rows"]
    key = provenance.digest(listed)
    files = [entry["file"] for entry in listed.values()]
    training = {"at_chance": manifests.read(checkpoint).get("at_chance")}
    manifests.write(manifest, key, files, languages=listed, training=training)
    return f"{len(missing)} of {len(listed)} languages predicted, the others were there"


def is_made(spec, code, checkpoint, examples, manifest):
    """Whether every language is there, so that `make` only lists them; read before torch is imported."""
    return not _missing(_listed(spec, code, checkpoint, manifests.read(examples)["tables"]), manifest.parent)


def _listed(spec, code, checkpoint, tables):
    """Language -> file and key."""
    settings = {name: value for name, value in spec.items() if name != "languages"}
    common = [settings, code, artifacts.key_of(checkpoint)]
    keys = {name: provenance.digest([*common, tables[name]["content"]]) for name in spec["languages"]}
    return {name: {"file": f"{name}.{key}.parquet", "key": key} for name, key in keys.items()}


def _missing(listed, folder):
    return [name for name, entry in listed.items() if not _is_there(folder, **entry)]


def _is_there(folder, file, key):
    """Whether a whole file of this key is there; a cut one is made anew."""
    try:
        return artifacts.key_of(folder / file) == key
    except AtlasError:
        return False
