"""Published text of several languages -> inputs for masked language modelling.

Writes  train.parquet, tune.parquet (columns language, text) and manifest.json, last.
"""

from pathlib import Path

from atlas import stage
from atlas.data import texts
from atlas.stage import Output


def prepare_text(*, spec, code, rows: Path, manifest: Output):
    """Cut the fetched tables of `rows` (a manifest) into texts beside `manifest`."""
    return texts.prepare(spec, code, rows, manifest)


if __name__ == "__main__":
    stage.run(prepare_text)
