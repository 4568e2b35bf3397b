"""Is every file in results/ whole, as it was written, and what the study would make today?"""

from pathlib import Path

from atlas import manifests, records
from atlas.errors import AtlasError
from atlas.files import read_json
from atlas.inspection import changed_inputs, differences, makers_of, name_of

# Files of ours that hold a digest of themselves; those of a model or a tokenizer are named by its manifest.
_SEALED = ("manifest.json", ".manifest.json", "lock.json", manifests.DROPPED)


def verify(study, results):
    """Look at every artifact, every file that a manifest names, and every note of a job, byte by byte.

    Logs, empty locks and tokenised examples, which are a cache, are no artifacts.

    Returns
    -------
    list of (path, fault) : paths relative to `results`; empty if everything is as the study would make it
    """
    results = Path(results)
    faults = list(_damaged_notes(results))
    noted, codes = records.read_all(results, whole_only=True), records.codes(results)
    for (stage, cell), record in noted.items():
        changes = [f"made with {change}" for change in differences(study, stage, cell, record, codes)]
        changes += [f"made from another {other}" for other in changed_inputs(results, record)]
        for name, fingerprint in record["outputs"].items():
            path = results / name
            if path.name == manifests.DROPPED:  # a note, no result
                continue
            missing = not path.exists() and not manifests.is_dropped(path, fingerprint)
            if missing:
                faults.append((name, f"missing, although {name_of((stage, cell))} made it"))
                continue
            found = _damages(path, fingerprint) if path.exists() else []
            faults += [(name, fault) for fault in found + changes]
    unknown = sorted(set(_artifacts(results)) - makers_of(noted).keys())
    faults += [
        (name, "no job noted that it made this. Delete it and let the workflow make it") for name in unknown
    ]
    return list(dict.fromkeys(faults))


def _damaged_notes(results):
    """Files of ours, beside the artifacts or about jobs, that are not as they were written."""
    scored = (results / "scores").rglob("*.json")
    noted = (results / records.FOLDER).rglob("*.json")
    for path in sorted({*scored, *noted, *(p for name in _SEALED for p in results.rglob(name))}):
        try:
            read_json(path, sealed=True)
        except AtlasError as error:
            yield str(path.relative_to(results)), str(error)


def _artifacts(results):
    """Names of the artifacts that are there, those that jobs note."""
    tables = [*results.glob("*.parquet"), *results.glob("report.html")]
    found = [*tables, *results.rglob("manifest.json"), *(results / "scores").rglob("*.json")]
    return [str(path.relative_to(results)) for path in found]


def _damages(path, fingerprint):
    """What is wrong with a file and, if it is a manifest, with the files that it names."""
    try:
        if records.fingerprint(path) != fingerprint:
            return ["has other content than when it was made"]
        listed = read_json(path).get("files", {}) if path.name == "manifest.json" else {}
    except (AtlasError, OSError) as error:
        return [str(error)]
    found = ((name, manifests.damage(path.parent / name, fact, True)) for name, fact in listed.items())
    return [f"{name} {problem}" for name, problem in found if problem]
