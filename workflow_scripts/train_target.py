"""Fine-tune a starting encoder, pretrained or intermediate, on a target task's English examples.

Writes  a checkpoint folder that transformers loads, training.json, and manifest.json, last.
"""

from pathlib import Path

from atlas import warm
from atlas.engine import checkpoints
from atlas.stage import Output


def train_target(*, spec, code, encoder: Path, examples: list, manifest: Output):
    """Train from the folder of manifest `encoder` on the tables of the manifests `examples`."""
    return checkpoints.make(spec, code, encoder, examples, manifest)


if __name__ == "__main__":
    warm.run(train_target, checkpoints.is_made)
