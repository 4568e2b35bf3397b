"""Speed as ratios of two things measured in one run, on a tiny study of local files (`make bench`)."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests" / "workflow")]
import engine
import tiny_study
import yaml

from atlas import specs, study

SIZES = (("MNLI", 128), ("UDPOS", 128), ("SQuAD", 32))  # examples of one epoch


def main():
    """Print a table of ratios."""
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        file = tiny_study.build(home)
        snakemake(home, file)
        tiny = study.load(yaml.safe_load(file.read_text()))
        rows = [
            ("nothing to do / whole run", *second_run(home, file)),
            ("training from a cold / from a warm start", *starts(home, tiny)),
            ("one prediction job per language / one for all", *prediction_jobs(home, tiny)),
        ]
    for task, number in SIZES:
        seconds = engine.throughput(task, number)
        stock = seconds.pop("stock")
        rows += [(f"{task}: training the stock way / {name}", stock, own) for name, own in seconds.items()]
    *seconds, padding = engine.predictions(languages=15, number=100)
    rows.append(("15 languages: a process each / one for all", *seconds))
    seconds = engine.reading(256)
    stock = seconds.pop("stock")
    rows += [(f"predictions without start-up: stock / {name}", stock, own) for name, own in seconds.items()]
    for name, first, second in rows:
        print(f"{name:76} {first:7.2f} s {second:7.2f} s   ratio {first / second:6.2f}")
    print(f"padding share of 5,010 predictions {100 * padding:.1f} %")
    print("start-up:", ", ".join(f"{name} {taken:.1f} s" for name, taken in engine.startup().items()))


def second_run(home, file):
    """Seconds of a run that has nothing to do, and of one from nothing."""
    again = timed(lambda: snakemake(home, file))
    fresh = home / "fresh"
    fresh.mkdir()
    return again, timed(lambda: snakemake(fresh, file))


def starts(home, tiny):
    """Seconds of one training with and without the libraries imported beforehand."""
    spec = specs.train_target(tiny, "small", "none", "tags", 1)
    results = home / "results" / "tiny"
    arguments = {
        "encoder": results / "sources/models/small/manifest.json",
        "examples": results / "prepared/target/tags/manifest.json",
    }
    train = [stage("train_target", spec, home / f"start-{warm}", warm, **arguments) for warm in "01"]
    train[1]()  # starts the server
    (home / "start-1" / ".manifest.json").unlink()
    return timed(train[0]), timed(train[1])


def prediction_jobs(home, tiny):
    """Seconds to predict every language with a process each, and with one."""
    spec = specs.predict(tiny, "small", "none", "tags", 1)
    results = home / "results" / "tiny"
    arguments = {
        "checkpoint": results / "checkpoints/target/small/none/tags/seed-1/manifest.json",
        "examples": results / "prepared/target/tags/test/manifest.json",
    }
    each = [
        stage("predict", {**spec, "languages": [language]}, home / f"one-{language}", "0", **arguments)
        for language in spec["languages"]
    ]
    together = stage("predict", spec, home / "all", "0", **arguments)
    return timed(lambda: [predict() for predict in each]), timed(together)


def stage(name, spec, folder, warm, **arguments):
    """Function that runs a stage in a process of its own, as its rule does."""
    given = [word for key, path in arguments.items() for word in (f"--{key}", path)]
    command = [
        sys.executable, ROOT / "workflow_scripts" / f"{name}.py", *given,
        "--manifest", folder / "manifest.json", "--spec", json.dumps(spec), "--code", "bench",
        "--log", folder / "log",
    ]  # fmt: skip
    environment = {**os.environ, "ATLAS_WARM": warm, "OMP_NUM_THREADS": "1"}
    return lambda: subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)


def snakemake(folder, file):
    """Run the whole study of `file` in `folder`."""
    subprocess.run(
        [
            sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder,
            "--configfile", file, "--cores", "2", "--quiet", "all",
        ],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def timed(work):
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
