"""How fast a model of some shape computes, from what was measured on others.

Standard library only: the Snakefile may read this.
"""

import csv
import math
from pathlib import Path

from atlas.planning.shapes import Shape

TABLE = Path(__file__).resolve().parents[3] / "resources" / "measured_costs.csv"
# Arithmetic per second that a GPU is taken to reach where none was measured: a sixth of an A100's peak in
# bf16 (312, NVIDIA A100 Tensor Core GPU Architecture, 2020), since 32 short inputs are small work for it.
ASSUMED_TERAFLOPS = 50
_GPUS = ("NVIDIA", "AMD Instinct")
_LENGTH = 128  # subwords of an input, for the share of attention


def rates(shape, gpu, table=TABLE):
    """Subwords a second in training and in prediction, and in words what that rests on.

    The measured shape next in size, on the same sort of device, reached some arithmetic per second. The
    model is taken to reach the same.
    """
    rows = [row for row in _rows(table) if row["device"].startswith(_GPUS) == gpu]
    if not rows:
        reached = ASSUMED_TERAFLOPS * 1e12
        source = f"assumed: {ASSUMED_TERAFLOPS} TFLOP/s (no such device was measured)"
        return reached / flops(shape, True), reached / flops(shape, False), source
    near = min(rows, key=lambda row: abs(math.log(row["shape"].parameters / shape.parameters)))
    same = near["train"] * flops(near["shape"], True), near["predict"] * flops(near["shape"], False)
    source = f"{near['model_shape']} on {near['device']}"
    return same[0] / flops(shape, True), same[1] / flops(shape, False), source


def flops(shape, training):
    """Floating-point operations per subword: two per weight and attention's; three times that to train."""
    forward = 2 * shape.parameters + 4 * shape.layers * shape.hidden * _LENGTH
    return 3 * forward if training else forward


def memory(shape, gpu, table=TABLE):
    """Peak memory of a training in MB, by line through the two measured shapes next in size.

    Returns
    -------
    float, or None if fewer than two were measured on such a device
    """
    rows = [row for row in _rows(table) if row["device"].startswith(_GPUS) == gpu]
    near = sorted(rows, key=lambda row: abs(math.log(row["shape"].total / shape.total)))[:2]
    sizes = [row["shape"].total for row in near]
    if len(set(sizes)) < 2:
        return None
    slope = (near[1]["memory"] - near[0]["memory"]) / (sizes[1] - sizes[0])
    return near[0]["memory"] + slope * (shape.total - sizes[0])


def _shape(layers, hidden, total):
    """Shape of a measured model, all of which have blocks of the usual form."""
    return Shape(layers, hidden, 12 * layers * hidden**2, total)


def _rows(table):
    rows = csv.DictReader(Path(table).read_text(encoding="utf-8").splitlines())
    return [
        {
            "model_shape": row["model_shape"],
            "device": row["device"],
            "shape": _shape(int(row["layers"]), int(row["hidden"]), int(row["parameters"])),
            "memory": float(row["peak_train_mb"]),
            "train": float(row["train_tokens_per_second"]),
            "predict": float(row["predict_tokens_per_second"]),
        }
        for row in rows
    ]
