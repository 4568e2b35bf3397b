"""Training and prediction against the stock way: transformers' Trainer as its public examples set it.

Random weights in the shape of multilingual-e5-small, and made-up sentences with the lengths of three tasks:
nothing has to be downloaded, and speed does not depend on the values.
    python bench/engine.py --model FOLDER --train ROWS.parquet --tune ROWS.parquet
compares speed and accuracy of all ways on prepared examples of sentences, over three seeds.
"""

import argparse
import collections
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests" / "workflow")]

# Deciles of the number of subwords (multilingual-e5's tokenizer) in the first 4,000 training pairs of MNLI,
# cut at 128, in 600 test pairs of each of XNLI's 15 languages, in 1,000 sentences of UDPOS and in the windows
# of 384 of SQuAD's first 1,500 questions.
LENGTHS = {
    "MNLI": (128, [6, 22, 27, 33, 38, 42, 47, 53, 61, 71, 128]),
    "XNLI": (128, [11, 21, 25, 28, 32, 36, 40, 45, 50, 58, 103]),
    "UDPOS": (128, [3, 6, 9, 13, 16, 20, 24, 28, 34, 44, 116]),
    "SQuAD": (384, [52, 138, 148, 156, 166, 181, 193, 211, 241, 269, 384]),
}
LABELS = ["entailment", "neutral", "contradiction"]
SHAPE = (12, 384, 250_037)  # layers, width, vocabulary: multilingual-e5-small
RECIPE = {"epochs": 1, "batch_size": 32, "learning_rate": 2e-5}
RECIPE |= {"warmup_share": 0.0, "weight_decay": 0.0, "max_gradient_norm": 1.0}


def lengths(task, number):
    """Numbers of subwords drawn from the deciles of a task."""
    chance, deciles = random.Random(1), LENGTHS[task][1]
    drawn = (chance.random() * 10 for _ in range(number))
    return [round(deciles[int(at)] + (at % 1) * (deciles[int(at) + 1] - deciles[int(at)])) for at in drawn]


def model_folder(folder, layers=3, width=384, vocabulary=64_000):
    """A random encoder with a tokenizer of one token a word: w5, w6, ..."""
    import tiny_study
    from transformers import AutoModel, BertConfig

    words = [*tiny_study.SPECIAL, *(f"w{number}" for number in range(len(tiny_study.SPECIAL), vocabulary))]
    tiny_study.build_tokenizer(folder, words)
    size = {"vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": layers}
    size |= {"num_attention_heads": max(width // 64, 2), "intermediate_size": 4 * width, "pad_token_id": 0}
    AutoModel.from_config(BertConfig(**size)).save_pretrained(folder)
    return folder


def rows(task, number, vocabulary=64_000):
    """Made-up labelled sentences with a task's lengths; words are as frequent as Zipf's law says."""
    chance = random.Random(2)

    def sentence(words):
        drawn = (int(5 * ((vocabulary - 1) / 5) ** chance.random()) for _ in range(words))
        return " ".join(f"w{word}" for word in drawn)

    return [
        {"id": str(row), "first": sentence(size - 2), "second": None, "label": LABELS[row % 3]}
        for row, size in enumerate(lengths(task, number))
    ]


def spec(task, seed=1, **changes):
    """Spec of an ordinary training."""
    reading = {"max_tokens": LENGTHS[task][0], "no_answer": False}
    stream = {"name": task, "kind": "sentence_classification", "labels": LABELS, "reading": reading}
    return {
        "streams": [stream], "sampling": {"scheme": "proportional"}, "mlm": None, "first": None,
        "recipe": RECIPE, "seed": seed, "pooling": "first", "freeze": "nothing", "engine": {}, **changes,
    }  # fmt: skip


def clock():
    """Seconds: of the processor where that computes, so that other work does not count, else of the wall."""
    import torch

    if not torch.cuda.is_available():
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def train_ours(folder, train, tune, declared, state=None):
    """Seconds of the training steps, and selection score."""
    from atlas.engine import loop, training

    started, run = [], loop.Phase.run
    loop.Phase.run = lambda phase: (started.append(clock()), run(phase))[1]
    select, spent = training.select, []

    def timed(*given):
        before = clock()
        found = select(*given)
        spent.append(clock() - before)
        return found

    training.select = timed
    try:
        _, _, history = training.fit(folder, [{"train": train, "tune": tune}], declared, folder=state)
    finally:
        loop.Phase.run, training.select = run, select
    return clock() - started[0] - sum(spent), history[-1]["tune_score"]


def train_stock(folder, train, tune, declared):
    """The same with transformers' Trainer: padded to the maximum, in random order (run_glue.py)."""
    with tempfile.TemporaryDirectory() as scratch:
        trainer = stock_trainer(folder, declared, train, scratch, dataloader_pin_memory=False)
        data = stock_features(folder, declared, tune)
        started = clock()
        trainer.train()
        seconds = clock() - started
        found = trainer.predict(data)
    return seconds, 100 * float((found.predictions.argmax(-1) == found.label_ids).mean())


def stock_trainer(folder, declared, train, scratch, **changes):
    """Trainer as the public text-classification example sets it.

    Only the weights' precision is not: transformers 5 takes the stored one, and in 16 bits nothing is learnt.
    """
    import torch
    import transformers

    transformers.set_seed(declared["seed"])
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=len(LABELS), dtype=torch.float32
    )
    recipe = declared["recipe"]
    arguments = transformers.TrainingArguments(
        scratch, per_device_train_batch_size=recipe["batch_size"], num_train_epochs=recipe["epochs"],
        learning_rate=recipe["learning_rate"], warmup_steps=recipe["warmup_share"],
        weight_decay=recipe["weight_decay"], seed=declared["seed"], save_strategy="no", report_to="none",
        disable_tqdm=True, **changes,
    )  # fmt: skip
    return transformers.Trainer(model, arguments, train_dataset=stock_features(folder, declared, train))


def stock_features(folder, declared, examples):
    """Features padded to the maximum."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    pairs = [example["second"] for example in examples]
    encoded = tokenizer(
        [example["first"] for example in examples], None if None in pairs else pairs,
        padding="max_length", truncation=True, max_length=declared["streams"][0]["reading"]["max_tokens"],
    )  # fmt: skip
    names = [name for name in tokenizer.model_input_names if name in encoded]
    return [
        {**{name: encoded[name][row] for name in names}, "labels": LABELS.index(example["label"])}
        for row, example in enumerate(examples)
    ]


BF16 = {"embeddings": "rowwise", "precision": "bf16"}
WAYS = {
    "stock": (train_stock, {}),
    "ours": (train_ours, {}),
    "ours, embeddings: rowwise": (train_ours, {"embeddings": "rowwise"}),
    "ours, embeddings: rowwise, precision: bf16": (train_ours, BF16),
}


def throughput(task, number):
    """Name of each way of training -> processor seconds of one epoch over `number` examples."""
    with tempfile.TemporaryDirectory() as folder:
        folder, train = model_folder(Path(folder), *SHAPE), rows(task, number, SHAPE[2])
        return {
            name: way(folder, train, train[:4], spec(task, engine=engine))[0]
            for name, (way, engine) in WAYS.items()
        }


def predictions(languages, number):
    """Seconds to predict test sets with a process each, padded to the maximum, and in one; padding share."""
    from atlas.engine import batching, inference

    with tempfile.TemporaryDirectory() as folder:
        model_folder(Path(folder))
        call = "import engine, pathlib; engine.predict_{}(pathlib.Path({!r}), {}, {})"
        each = [call.format("stock", folder, 1, number)] * languages
        together = [call.format("ours", folder, languages, number)]
        seconds = [_run(calls) for calls in (each, together)]
    sizes = lengths("XNLI", 5010)  # as many as there are in a language
    batches = batching.by_room(range(5010), sizes, inference._TOKENS_PER_BATCH["cpu"])
    padded = sum(len(batch) * sizes[batch[0]] for batch in batches)
    return *seconds, 1 - sum(sizes) / padded


def _run(calls):
    started = time.perf_counter()
    for call in calls:
        subprocess.run([sys.executable, "-c", call], cwd=ROOT / "bench", check=True, capture_output=True)
    return time.perf_counter() - started


def reading(number):
    """Way -> seconds to predict `number` pairs in a process that has started already."""
    with tempfile.TemporaryDirectory() as folder:
        model_folder(Path(folder), *SHAPE)
        return {
            "stock": predict_stock(folder, 1, number),
            "ours": predict_ours(folder, 1, number),
            "ours, precision: bf16": predict_ours(folder, 1, number, "bf16"),
        }


def predict_stock(folder, languages, number):
    """Seconds to predict as run_xnli.py does: padded to the maximum, eight at a time."""
    with tempfile.TemporaryDirectory() as scratch:
        trainer = stock_trainer(folder, spec("XNLI"), rows("XNLI", number), scratch)
        started = clock()
        for _ in range(languages):
            trainer.predict(trainer.train_dataset)
    return clock() - started


def predict_ours(folder, languages, number, precision="auto"):
    """Seconds to predict all languages in this process."""
    from atlas import kinds
    from atlas.engine import devices, encoders, inference

    kind, tokenizer = kinds.of("sentence_classification"), encoders.load_tokenizer(folder)
    model = encoders.with_fresh_head(folder, kind.AUTO_CLASS, LABELS, "first", 1)
    started = clock()
    for _ in range(languages):
        features = kind.encode(rows("XNLI", number), tokenizer, {"max_tokens": 128}, LABELS)
        with devices.autocast(precision):
            inference.read(kind, model, features, tokenizer, {})
    return clock() - started


# What an import belongs to; all else is counted as other libraries.
PARTS = {"torch": "torch", "torchgen": "torch", "transformers": "transformers", "atlas": "ours"}


def startup():
    """Seconds from the start of a training's process to the end of its first step, by what they go into."""
    with tempfile.TemporaryDirectory() as folder:
        model_folder(Path(folder), vocabulary=1000)
        call = [sys.executable, "-X", "importtime", "-c", f"import engine; engine.first_step({folder!r})"]
        started = time.perf_counter()
        ended = subprocess.run(call, cwd=ROOT / "bench", capture_output=True, text=True, check=True)
        whole = time.perf_counter() - started
    found = collections.Counter()
    for own, module in re.findall(r"^import time: +(\d+) \|[ \d]+\| +(\S+)$", ended.stderr, re.M):
        top = module.partition(".")[0]
        other = "standard library" if top in sys.stdlib_module_names else "other libraries"
        found[PARTS.get(top, other)] += int(own) / 1e6
    step = float(ended.stdout.split()[-1])
    rest = whole - sum(found.values()) - step
    return {**found, "interpreter, model, examples": rest, "first step": step, "in all": whole}


def first_step(folder):
    """Train one step as a job does; print its seconds."""
    from atlas.engine import checkpoints, loop, training  # noqa: F401 (what a job imports)

    one_step = loop.Phase._one_step

    def timed(phase, progress):
        started = time.perf_counter()
        one_step(phase, progress)
        print(time.perf_counter() - started, flush=True)
        os._exit(0)

    loop.Phase._one_step = timed
    examples = rows("MNLI", 32, 1000)
    training.fit(folder, [{"train": examples, "tune": examples[:8]}], spec("MNLI"))


def main():
    """Print, for each way of training, examples per second and the selection scores of three seeds."""
    import pyarrow.parquet

    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("model", "train", "tune"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--epochs", type=int, default=1)
    given = parser.parse_args()
    train, tune = (pyarrow.parquet.read_table(path).to_pylist() for path in (given.train, given.tune))
    recipe = {**RECIPE, "learning_rate": given.learning_rate, "epochs": given.epochs, "warmup_share": 0.1}
    LABELS[:] = sorted({row["label"] for row in train})
    found = {name: [] for name in WAYS}
    for seed, (name, (way, engine)) in itertools.product((1, 2, 3), WAYS.items()):
        found[name].append(way(given.model, train, tune, spec("MNLI", seed, recipe=recipe, engine=engine)))
        print(f"seed {seed}, {name}: {found[name][-1][0]:.1f} s, score {found[name][-1][1]:.2f}", flush=True)
    for name, runs in found.items():
        seconds, scores = zip(*runs, strict=True)
        error = statistics.stdev(scores) / len(scores) ** 0.5
        rate = len(train) * given.epochs * len(seconds) / sum(seconds)
        print(f"{name:50} {rate:6.2f} examples/s  score {statistics.mean(scores):.2f}, SE {error:.2f}")


if __name__ == "__main__":
    main()
