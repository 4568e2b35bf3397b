"""Seconds and memory to plan the full grid, and to find that nothing is left to do on it (`make bench`).

4 models x 11 intermediate tasks x 10 targets x 3 seeds x 38 languages: 50,160 cells, 4,156 jobs. The
finished grid is made up: manifests and the files they name are written, and `snakemake --touch` notes them as
done. The goal is 10 s and 400 MB for each line.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow_scripts"))
import yaml

MODELS, INTERMEDIATES, TARGETS, SEEDS, LANGUAGES = 4, 10, 10, 3, 38
RECIPE = {"epochs": 1, "batch_size": 32, "learning_rate": 2.0e-5, "max_tokens": 64}
# Snakemake sleeps a tenth of a second for each job that it only touches.
TOUCH = (
    "from snakemake.executors import touch; touch.Executor.SLEEPING_TIME = 0;"
    "from snakemake.cli import main; main()"
)


def main():
    """Print wall time and peak memory of both plans; refuse what takes too long."""
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        study = build(home)
        report("plan from nothing", home, study)
        finish(home, study)
        report("plan with nothing to do", home, study)
        report("run with nothing to do", home, study, run=True)


def report(what, home, study, run=False):
    """Print what one call takes."""
    started = time.perf_counter()
    call = command(home, study) + ([] if run else ["-n"])
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, output[-3000:]
    wall, memory = time.perf_counter() - started, used.ru_maxrss / 1000
    jobs = [line.split()[-1] for line in output.splitlines() if line.startswith("total ")]
    print(
        f"{what:24} {wall:5.1f} s wall {used.ru_utime + used.ru_stime:5.1f} s processor {memory:5.0f} MB,"
        f" {jobs[0] if jobs else 0} jobs"
    )


def command(home, study):
    """Snakemake on the study, without a line for each job."""
    return [
        sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", home,
        "--configfile", study, "--cores", "2", "--quiet", "rules", "host",
    ]  # fmt: skip


def build(home):
    """Catalogue and study of the full grid; no data, since nothing is run."""
    codes = list(yaml.safe_load((ROOT / "catalog/languages.yaml").read_text()))[:LANGUAGES]
    codes = ["eng", *(code for code in codes if code != "eng")][:LANGUAGES]
    task = {
        "kind": "sentence_classification",
        "source": {"hub": "made/up"},
        "columns": {"first": "text", "label": "label"},
        "labels": ["no", "yes"],
        "train": {"split": "train"},
        "tune": {"split": "validation"},
        "recipe": RECIPE,
    }
    test = {"test": {"subset": "{language}", "split": "test"}, "metrics": ["accuracy"]}
    target = {**task, **test, "languages": {code: code for code in codes}}
    entries = {
        "models": {f"m{n}": {"source": {"hub": f"made/m{n}"}} for n in range(MODELS)},
        "intermediate_tasks": {f"i{n}": task for n in range(INTERMEDIATES)},
        "target_tasks": {f"t{n}": target for n in range(TARGETS)},
    }
    (home / "catalog").mkdir()
    for name, content in entries.items():
        (home / "catalog" / f"{name}.yaml").write_text(yaml.safe_dump(content))
    for name in ("languages.yaml", "distances.yaml"):
        (home / "catalog" / name).write_text((ROOT / "catalog" / name).read_text())
    study = {
        "study": "full",
        "catalog": str(home / "catalog"),
        "seeds": list(range(1, SEEDS + 1)),
        **{name: list(content) for name, content in entries.items()},
    }
    path = home / "full.yaml"
    path.write_text(yaml.safe_dump(study))
    return path


def finish(home, study):
    """Make up every output, and let Snakemake note each as done."""
    summary = subprocess.run(
        [*command(home, study), "--summary"], check=True, capture_output=True, text=True
    ).stdout
    for line in summary.splitlines()[1:]:
        write(home / line.split("\t")[0])
    touch = [sys.executable, "-c", TOUCH, *command(home, study)[3:], "--touch"]
    subprocess.run(touch, check=True, capture_output=True)


def write(path):
    """Make up one output, and the files that it names if it is a manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "figures":
        path.mkdir()
    elif path.name != "manifest.json":
        path.write_text("{}" if path.suffix == ".json" else "")
    else:
        count = LANGUAGES if "predictions" in path.parts else 6
        names = [f"{number:02d}.0123456789abcdef.parquet" for number in range(count)]
        for name in names:
            (path.parent / name).write_text("x")
        listed = {name: {"sha256": 64 * "0", "size": 1} for name in names}
        path.write_text(json.dumps({"key": path.parent.name, "files": listed}, indent=1))


if __name__ == "__main__":
    main()
