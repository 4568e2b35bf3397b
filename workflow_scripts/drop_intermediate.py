"""Weights of an intermediate checkpoint -> nothing, once all that starts from it is scored (`keep: none`).

Removes the checkpoint's files but for training.json. Writes dropped.json, which says what there was.
"""

from atlas import manifests, stage
from atlas.stage import Output


def drop_intermediate(*, spec, code, scores: list, dropped: Output):
    """Drop the checkpoint beside `dropped`; that `scores` are there says that nothing needs it any more."""
    return f"{manifests.drop(dropped.with_name('manifest.json'), dropped) / 1e6:.1f} MB"


if __name__ == "__main__":
    stage.run(drop_intermediate)
