"""Unlabelled text of several languages, for masked language modelling."""

import numpy as np
import pyarrow as pa

from atlas import artifacts, manifests
from atlas.data.preparation import finish
from atlas.data.published import Published
from atlas.errors import AtlasError

TEXTS = pa.schema([("language", pa.string()), ("text", pa.string())])
_HELD_OUT = 0.05  # share of each language's texts, at most so many:
_MOST_HELD_OUT = 500


def prepare(spec, code, rows, manifest):
    """Cut published text into inputs, and hold some of each language out for the choice of the checkpoint.

    Parameters
    ----------
    spec : column, languages, and max_texts of each language (None: all)
    code : digest of the code that prepares
    rows : manifest of the fetched tables, one for each language
    manifest : what to write, last, beside the tables `train` and `tune`

    Raises
    ------
    AtlasError
        If a table lacks the column, or holds fewer than two texts.
    """
    parts = {"train": [], "tune": []}
    for language in spec["languages"]:
        texts = _texts(spec, rows, language)
        held = min(_MOST_HELD_OUT, max(1, int(_HELD_OUT * len(texts))))
        for part, chosen in (("tune", texts[:held]), ("train", texts[held:])):
            parts[part] += [{"language": language, "text": text} for text in chosen]
    key = artifacts.make_key(spec, code, rows)
    entries = {}
    for part, listed in parts.items():
        path = manifest.parent / f"{part}.parquet"
        artifacts.write_table(path, listed, key, TEXTS)
        content = artifacts.content_digest(artifacts.read_table(path))
        entries[part] = {"file": path.name, "key": key, "rows": len(listed), "content": content}
    return finish(manifest, entries)


def _texts(spec, rows, language):
    """Lines of one language's published texts, in an order that is the same for every model and seed."""
    path = rows.parent / manifests.read(rows)["tables"][language]["file"]
    published = Published(artifacts.read_table(path), {"columns": {"text": spec["column"]}}, str(path))
    lines = [line.strip() for text in published.values("text") for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) < 2:
        raise AtlasError(
            f"{path}: holds {len(lines)} texts, but one is held out and at least one trained on."
        )
    order = np.random.default_rng(0).permutation(len(lines))[: spec["max_texts"]]
    return [lines[number] for number in order]
