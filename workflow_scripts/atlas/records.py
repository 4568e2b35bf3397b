"""What each job was told, what it read and what it wrote: one small file per job, read by `atlas.inspection`.

Snakemake keeps such records in `.snakemake`, which is lost with a copy of the results and names nothing.
Standard library only: the Snakefile reads this module.
"""

import base64
import contextlib
import inspect
from pathlib import Path

from atlas import provenance
from atlas.errors import AtlasError
from atlas.files import read_json, sha256, write_sealed_json

FOLDER = "records"
_CODES = "code.json"


def root_of(log, stage):
    """Folder of the study's results that a job's log lies in, or None for a job outside of them."""
    parts = () if log is None else log.with_suffix("").parts
    # Not the first folder of that name: a study may be called `logs`, and so may a model.
    found = [place for place in range(len(parts) - 1) if parts[place : place + 2] == ("logs", stage)]
    return Path(*parts[: found[0]]) if found else None


def write(log, stage, spec, code, inputs, outputs, seconds):
    """Note a job that ended well.

    Parameters
    ----------
    log : the job's log file, `results/<study>/logs/<stage>/<cell>.log`
    inputs, outputs : paths of the artifacts that it read and wrote
    seconds : that it took; of a job that found its work done, the time that the work took is kept
    """
    root = root_of(log, stage)
    if root is None:
        return
    record = {
        "stage": stage,
        "spec": spec,
        "code": code,
        "inputs": {_inside(root, item): fingerprint(item) for item in _files(inputs, "scores/**/*.json")},
        "outputs": {_inside(root, item): fingerprint(item) for item in _files(outputs, "[!.]*")},
    }
    path = root / FOLDER / log.relative_to(root / "logs").with_suffix(".json")
    seconds = max(seconds, _seconds_of(path, record["outputs"]))
    write_sealed_json(path, {**record, "seconds": round(seconds, 1)})


def _seconds_of(path, outputs):
    """How long the job took that made the same before; 0 if none did."""
    try:
        earlier = read_json(path) if path.exists() else {}
    except AtlasError:  # damaged, and about to be replaced
        return 0
    return earlier.get("seconds", 0) if earlier.get("outputs") == outputs else 0


def _files(paths, below):
    """The files among `paths`; a folder stands for those that fit the pattern `below`."""
    for path in paths:
        yield from sorted(path.glob(below)) if path.is_dir() else filter(Path.is_file, [path])


def fingerprint(path):
    """What tells one state of an artifact from another: the key of a manifest, the digest of any other file.

    A manifest that is made again may list other files first; its key says whether it means the same.
    """
    if path.suffix == ".json":
        return read_json(path).get("key") or sha256(path)
    return sha256(path)


def _inside(root, path):
    """Path relative to the study's results; a file of the user's own keeps its path."""
    path = Path(path)
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def read_all(results, whole_only=False):
    """Records of a study: (stage, cell) -> record; a cell is a text, ``xlmr-base/none/udpos/seed-1``.

    Parameters
    ----------
    whole_only : leave out damaged records, which are an error otherwise
    """
    folder = Path(results) / FOLDER
    records = {}
    for path in sorted(folder.rglob("*.json")):
        if path != folder / _CODES:
            stage, _, cell = str(path.relative_to(folder).with_suffix("")).partition("/")
            with contextlib.suppress(*([AtlasError] if whole_only else [])):
                records[stage, cell] = read_json(path)
    return records


def snakemake_knows(results):
    """Whether Snakemake's own records, in the working directory, cover a study's results.

    It names a record by its artifact's path in base 64; those of the study's tables stand for all.
    """
    names = [base64.b64encode(str(path).encode()).decode() for path in Path(results).glob("*.parquet")]
    return not names or any((Path(".snakemake/metadata") / name).exists() for name in names)


def wildcards_of(stage_spec, cell):
    """Wildcards of a cell, by the names that the stage's function of `atlas.specs` gives them."""
    names = [name for name in inspect.signature(stage_spec).parameters if name != "study"]
    values = cell.split("/") if cell else []
    if len(names) != len(values):
        raise AtlasError(f"{FOLDER}: {cell!r} does not fit {stage_spec.__name__}({', '.join(names)}).")
    return {
        name: value.removeprefix("seed-") if name == "seed" else value
        for name, value in zip(names, values, strict=True)
    }


def note_codes(results):
    """Write down what the digests of code in this run mean, so that `why` can name modules."""
    path = Path(results) / FOLDER / _CODES
    known = codes(results)
    if not provenance.EXPLAINED.keys() <= known.keys():
        write_sealed_json(path, {**known, **provenance.EXPLAINED})


def codes(results):
    """Digest of code -> {module or library: digest or version}, as far as noted and readable."""
    try:
        return read_json(Path(results) / FOLDER / _CODES)
    except AtlasError:
        return {}
