"""Published test rows of a target task -> common examples, one table per language.

Writes  <language>.parquet for every language that is not there yet, and manifest.json, last.
"""

from pathlib import Path

from atlas import stage
from atlas.data import preparation
from atlas.stage import Output


def prepare_target_test(*, spec, code, rows: Path, manifest: Output):
    """Turn the fetched tables of `rows` (a manifest) into examples beside `manifest`."""
    return preparation.prepare_test(spec, code, rows, manifest)


if __name__ == "__main__":
    stage.run(prepare_target_test)
