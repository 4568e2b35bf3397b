"""Fine-tune a pretrained encoder on an English intermediate task.

Writes  a checkpoint folder that transformers loads, training.json, and manifest.json, last.
"""

from pathlib import Path

from atlas import warm
from atlas.engine import checkpoints
from atlas.stage import Output


def train_intermediate(*, spec, code, encoder: Path, examples: list, manifest: Output, text: list = ()):
    """Train from the folder of manifest `encoder` on the tables of the manifests `examples`, and on text."""
    return checkpoints.make(spec, code, encoder, examples, manifest, text)


if __name__ == "__main__":
    warm.run(train_intermediate, checkpoints.is_made)
