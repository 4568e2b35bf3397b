"""Share of a GPU's matrix rate that training and prediction reach, here and the stock way (`make bench-gpu`).

A model of XLM-R Large's shape with random weights computes in bf16 on inputs that all have one length, so
nothing is padded either way. FLOPs are those of the model's own matrices (none is computed twice, dropout and
optimiser count nothing); the matrix rate is measured on one large product. `--tiny` is a small shape, which
shows on a processor that all of this runs.
"""

import argparse
import contextlib
import tempfile
from pathlib import Path

import engine
import torch
import transformers
from torch.profiler import ProfilerActivity, profile

from atlas import kinds
from atlas.engine import devices, encoders, inference, loop, training

SHAPES = {"large": (24, 1024, 250_002), "tiny": (2, 64, 1000)}  # layers, width, vocabulary
LENGTHS = (128, 384)
WARM = 3  # steps that are not measured


def flops(layers, width, length):
    """FLOPs of one token's pass forward through the layers: their matrices, and attention over `length`."""
    return layers * (2 * 12 * width**2 + 4 * length * width)


def matrix_rate(size):
    """FLOPs per second of products of bf16 matrices of `size` x `size`."""
    one = torch.randn(size, size, device=devices.place(), dtype=torch.bfloat16)
    for _ in range(WARM):
        one @ one
    started = engine.clock()
    for _ in range(20):
        one @ one
    return 20 * 2 * size**3 / (engine.clock() - started)


def sentences(length, number, vocabulary):
    """Made-up examples of exactly `length` subwords with the two special ones."""
    words = " ".join(f"w{word % (vocabulary - 10) + 5}" for word in range(length - 2))
    return [
        {"id": str(row), "first": words, "second": None, "label": engine.LABELS[row % 3]}
        for row in range(number)
    ]


class Timer:
    """Seconds of a step, by two looks at the clock: after the first few, and last. Each waits for a GPU."""

    def __init__(self, examples, spec):
        self.steps, self._done, self._looks = -(-len(examples) // spec["recipe"]["batch_size"]), 0, []

    def note(self):
        """A step is done, or is given to the GPU."""
        self._done += 1
        if self._done in (WARM, self.steps):
            self._looks.append(engine.clock())

    def seconds(self):
        """Of one step."""
        return (self._looks[1] - self._looks[0]) / (self.steps - WARM)


def train_ours(folder, examples, spec):
    """Seconds of one step, after the first few."""
    timer, step = Timer(examples, spec), loop.Phase._one_step

    def noting(phase, progress):
        done = step(phase, progress)
        timer.note()
        return done

    loop.Phase._one_step = noting
    try:
        training.fit(folder, [{"train": examples, "tune": examples[:8]}], spec)
    finally:
        loop.Phase._one_step = step
    return timer.seconds()


def train_stock(folder, examples, spec):
    """The same with transformers' Trainer, in bf16."""
    timer = Timer(examples, spec)

    class Noting(transformers.TrainerCallback):
        def on_step_end(self, *given, **others):
            timer.note()

    with _trainer(folder, spec, examples) as trainer:
        trainer.add_callback(Noting())
        trainer.train()
    return timer.seconds()


def predict_ours(folder, examples, spec):
    """Seconds to predict all examples."""
    kind, tokenizer = kinds.of("sentence_classification"), encoders.load_tokenizer(folder)
    model = encoders.with_fresh_head(folder, kind.AUTO_CLASS, engine.LABELS, "first", 1)
    features = kind.encode(examples, tokenizer, spec["streams"][0]["reading"], engine.LABELS)
    with devices.autocast("bf16"):
        return _timed(lambda: inference.read(kind, model, features, tokenizer, {}))


def predict_stock(folder, examples, spec):
    """The same with transformers' Trainer."""
    with _trainer(folder, spec, examples) as trainer:
        return _timed(lambda: trainer.predict(trainer.train_dataset))


def _timed(work):
    work()
    started = engine.clock()
    work()
    return engine.clock() - started


@contextlib.contextmanager
def _trainer(folder, spec, examples):
    with tempfile.TemporaryDirectory() as scratch:
        yield engine.stock_trainer(
            folder, spec, examples, scratch, bf16=True, use_cpu=not torch.cuda.is_available()
        )


def rest(folder, examples, spec):
    """What a training's time goes into: pairs (operation, share of the whole), largest first, and idleness.

    The device's idle time is what a step takes beyond the operations that it runs.
    """
    known = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * torch.cuda.is_available()
    with profile(activities=known) as profiled:
        step = train_ours(folder, examples, spec)
    own = "self_device_time_total" if torch.cuda.is_available() else "self_cpu_time_total"
    spent = {event.key: getattr(event, own) for event in profiled.key_averages()}
    spent["(idle)"] = max(1e6 * step * Timer(examples, spec).steps - sum(spent.values()), 0)
    total = sum(spent.values())
    return sorted(((name, time / total) for name, time in spent.items()), key=lambda pair: -pair[1])


def main(words=None):
    """Print examples per second and share of the matrix rate, and where the time of training goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true")
    tiny = parser.parse_args(words).tiny
    layers, width, vocabulary = SHAPES["tiny" if tiny else "large"]
    number, batch = (24, 4) if tiny else (640, 32)
    peak = matrix_rate(256 if tiny else 8192)
    print(f"matrix rate in bf16: {peak / 1e12:.2f} TFLOP/s, {devices.place().type}")
    with tempfile.TemporaryDirectory() as folder:
        folder = engine.model_folder(Path(folder), layers, width, vocabulary)
        for length in LENGTHS:
            given = folder, sentences(length, number, vocabulary), _spec(length, batch)
            for name, (way, passes) in WAYS.items():
                seconds = way(*given)
                rate = (batch if passes == 3 else number) / seconds
                share = 100 * rate * passes * length * flops(layers, width, length) / peak
                print(
                    f"{name:18} {length:4} subwords {rate:9.1f} examples/s {share:6.1f} % of the matrix rate"
                )
            for name, share in rest(*given)[:8]:
                print(f"    {100 * share:5.1f} % {name}")


def _spec(length, batch):
    spec = engine.spec("MNLI", engine={"precision": "bf16"}, recipe={**engine.RECIPE, "batch_size": batch})
    (stream,) = spec["streams"]
    return {**spec, "streams": [{**stream, "reading": {**stream["reading"], "max_tokens": length}}]}


# How, and passes through the model: there, and back for twice as much. Training is timed by the step.
WAYS = {
    "training, stock": (train_stock, 3),
    "training, ours": (train_ours, 3),
    "prediction, stock": (predict_stock, 1),
    "prediction, ours": (predict_ours, 1),
}


if __name__ == "__main__":
    main()
