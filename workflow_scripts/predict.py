"""One checkpoint on every language of a target task; the model is loaded once, and only if needed.

Writes  <language>.<key>.parquet for every language that has none yet (one row per example, with the gold
and whether it is right), and manifest.json, last: language -> file, key, rows.
"""

from pathlib import Path

from atlas import warm
from atlas.engine import predictions
from atlas.stage import Output


def predict(*, spec, code, checkpoint: Path, examples: Path, manifest: Output):
    """Predict with the checkpoint of one manifest the test examples of another."""
    return predictions.make(spec, code, checkpoint, examples, manifest)


if __name__ == "__main__":
    warm.run(predict, predictions.is_made)
