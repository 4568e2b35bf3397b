"""Published rows of an intermediate task -> common examples for training and selection.

Writes  train.parquet, tune.parquet (columns by kind) and manifest.json, last.
"""

from pathlib import Path

from atlas import stage
from atlas.data import preparation
from atlas.stage import Output


def prepare_intermediate(*, spec, code, rows: Path, manifest: Output):
    """Turn the fetched tables of `rows` (a manifest) into examples beside `manifest`."""
    return preparation.prepare_training(spec, code, rows, manifest)


if __name__ == "__main__":
    stage.run(prepare_intermediate)
