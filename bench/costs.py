"""Memory and speed of training and prediction by shape of the model -> resources/measured_costs.csv.

    python bench/costs.py [SHAPE ...]     # measures these (default: all); replaces their rows for this device

Each figure comes from a process of its own on pairs with MNLI's lengths. On a processor one thread computes,
and speed is per second of processor time, so that other work on the machine does not count. Memory in MB is
the peak of the process (of the GPU's allocator on a GPU); training's includes the copy of the best weights.
"""

import csv
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import engine

TABLE = engine.ROOT / "resources" / "measured_costs.csv"
# Layers, width, vocabulary, training examples of each of the two measured epochs.
SHAPES = {
    "me5-small-l3-v64k": (3, 384, 64_000, 96),
    "me5-small-l6-v64k": (6, 384, 64_000, 96),
    "me5-small": (12, 384, 250_037, 96),
    "xlm-roberta-base": (12, 768, 250_002, 64),
    "xlm-roberta-large": (24, 1024, 250_002, 32),
}
COLUMNS = (
    "model_shape", "parameters", "layers", "hidden", "tokens_per_batch", "peak_train_mb", "peak_predict_mb",
    "train_tokens_per_second", "predict_tokens_per_second", "device", "threads", "date",
)  # fmt: skip


def measure(shape):
    """One row of the table."""
    layers, width, vocabulary, number = SHAPES[shape]
    with tempfile.TemporaryDirectory() as folder:
        _own_process("build", folder, layers, width, vocabulary)
        trained = _own_process("train", folder, vocabulary, number)
        predicted = _own_process("predict", folder, vocabulary, number)
    return {
        "model_shape": shape, "layers": layers, "hidden": width, **trained, **predicted,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }  # fmt: skip


def _own_process(work, *given):
    call = f"import costs; costs.{work}(*{given!r})"
    ended = subprocess.run(
        [sys.executable, "-c", call], cwd=engine.ROOT / "bench", stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(ended.stdout.splitlines()[-1])


def build(folder, layers, width, vocabulary):
    """Make the model."""
    engine.model_folder(Path(folder), layers, width, vocabulary)
    print("{}")


def train(folder, vocabulary, number):
    """Train two epochs as a job does; print what it took."""
    import torch

    from atlas.engine import devices, encoders, loop

    torch.set_num_threads(1)
    examples, declared = engine.rows("MNLI", number, vocabulary), engine.spec("MNLI")
    declared["recipe"] = {**declared["recipe"], "epochs": 2}
    seconds, _ = engine.train_ours(folder, examples, examples[:8], declared, state=Path(folder) / "state")
    tokens = 2 * sum(engine.lengths("MNLI", number))
    device = devices.place().type
    told = {
        "parameters": encoders.count_parameters(folder)[1],
        "tokens_per_batch": loop.room({}, device),
        "peak_train_mb": _peak(),
        "train_tokens_per_second": round(tokens / seconds),
        "device": torch.cuda.get_device_name() if device == "cuda" else _processor(),
        "threads": torch.get_num_threads(),
    }
    print(json.dumps(told))


def predict(folder, vocabulary, number):
    """Predict once as a job does; print what it took."""
    import torch

    from atlas import kinds
    from atlas.engine import encoders, inference

    torch.set_num_threads(1)
    kind, tokenizer = kinds.of("sentence_classification"), encoders.load_tokenizer(folder)
    model = encoders.with_fresh_head(folder, kind.AUTO_CLASS, engine.LABELS, "first", 1)
    examples = engine.rows("MNLI", 4 * number, vocabulary)
    features = kind.encode(examples, tokenizer, {"max_tokens": 128}, engine.LABELS)
    started = engine.clock()
    inference.read(kind, model, features, tokenizer, {})
    tokens = sum(engine.lengths("MNLI", 4 * number))
    rate = round(tokens / (engine.clock() - started))
    print(json.dumps({"peak_predict_mb": _peak(), "predict_tokens_per_second": rate}))


def _peak():
    """Largest memory of this process so far in MB."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved() // 2**20
    # getrusage would tell of the process that started this one
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "cpu")


def main():
    """Measure the shapes that are asked for, and rewrite the table."""
    rows = list(csv.DictReader(TABLE.open())) if TABLE.exists() else []
    for shape in sys.argv[1:] or SHAPES:
        row = measure(shape)
        print(row, flush=True)
        same = (row["model_shape"], row["device"])
        rows = [old for old in rows if (old["model_shape"], old["device"]) != same] + [row]
        with TABLE.open("w", newline="") as opened:
            writer = csv.DictWriter(opened, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
