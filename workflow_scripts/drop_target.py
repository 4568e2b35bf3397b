"""Weights of a target checkpoint -> nothing, once all its languages are scored (`keep` in the study).

Removes the checkpoint's files but for training.json. Writes dropped.json, which says what there was.
"""

from pathlib import Path

from atlas import manifests, stage
from atlas.stage import Output


def drop_target(*, spec, code, scores: Path, dropped: Output):
    """Drop the checkpoint beside `dropped`; that `scores` is there says that nothing needs it any more."""
    return f"{manifests.drop(dropped.with_name('manifest.json'), dropped) / 1e6:.1f} MB"


if __name__ == "__main__":
    stage.run(drop_target)
