"""Files that were damaged between two runs: what reads them says so, or makes them again."""

import os
import random

import pytest
from faults import content, remove

pytestmark = pytest.mark.slow
THOROUGH = "ATLAS_FAULT_RUNS" in os.environ  # `make faults`
CELL = "small/none/tags/seed-1"
# What is damaged (the one file that fits), and what a job reads it for.
READ = {
    "sources/models/small/model.safetensors": "checkpoints/intermediate/small/topic/seed-1/manifest.json",
    "sources/datasets/tags/training/train.parquet": "prepared/target/tags/manifest.json",
    "prepared/target/tags/train.parquet": f"checkpoints/target/{CELL}/manifest.json",
    "prepared/target/tags/test/deu.parquet": f"predictions/{CELL}/manifest.json",
    f"checkpoints/target/{CELL}/model.safetensors": f"predictions/{CELL}/manifest.json",
    f"checkpoints/target/{CELL}/manifest.json": f"predictions/{CELL}/manifest.json",
    f"predictions/{CELL}/deu.*parquet": f"scores/{CELL}.json",
    f"predictions/{CELL}/manifest.json": f"scores/{CELL}.json",
    f"scores/{CELL}.json": "scores.parquet",
    f"scores/{CELL}.examples.parquet": "deltas.parquet",
    "scores.parquet": "deltas.parquet",
    "deltas.parquet": "correlations.parquet",
    "distances.parquet": "correlations.parquet",
    "correlations.parquet": "report.html",
}


def flip(path, chance):
    """Change one byte."""
    damaged = bytearray(path.read_bytes())
    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    path.write_bytes(damaged)


def cut(path, chance):
    os.truncate(path, chance.randrange(path.stat().st_size))


def overwrite(path, chance):
    path.write_bytes(chance.randbytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [flip, cut, overwrite] if THOROUGH else [flip])
@pytest.mark.parametrize("name", READ)
def test_damage_is_named_or_mended_and_never_read_as_numbers(finished, tmp_path, name, damage):
    workflow, read = finished.copy(tmp_path / "run"), f"results/tiny/{READ[name]}"
    (path,) = workflow.results.glob(name)
    kept = path.read_bytes()
    remove(workflow.folder / read)
    damage(path, random.Random(f"{name} {damage.__name__}"))
    output = workflow.run("--forcerun", read, "--", read, check=False)
    assert "Traceback" not in output
    faults = [line for line in output.splitlines() if line.startswith("ERROR in")]
    assert all(f"{path.name}: " in fault for fault in faults)
    path.write_bytes(kept)  # a byte that means nothing, say of a table's statistics, may have done no harm
    if faults:
        workflow.run("--forcerun", read, "--", read)
    assert content(workflow.results) == content(finished.results)
