"""Files in results/ that nothing names: predictions of earlier settings, and what killed jobs left behind."""

from pathlib import Path

from atlas import manifests, records
from atlas.files import read_json

# Where stages keep files that only a manifest, or nothing, names. Tables, figures and logs are not touched.
_FOLDERS = ("sources", "prepared", "checkpoints", "predictions", "scores")
_FEATURES = ".features"
_BESIDE = ("lock.json", "manifest.json", ".manifest.json", manifests.DROPPED)


def unnamed(results):
    """Files below a study's results that no manifest, score file or record names.

    Returns
    -------
    list of (path, size in bytes), sorted; a file that a study needs is never among them
    """
    results = Path(results)
    named = _named(results)
    files = (path for folder in _FOLDERS for path in sorted((results / folder).rglob("*")) if path.is_file())
    # A lock's file is empty, and to remove one would let in a second holder.
    return [(path, path.stat().st_size) for path in files if path not in named and path.suffix != ".lock"]


def _named(results):
    named = {results / name for record in records.read_all(results).values() for name in record["outputs"]}
    for manifest in (*results.rglob("manifest.json"), *results.rglob(manifests.DROPPED)):
        named |= {manifest.parent / name for name in _BESIDE}
        files = read_json(manifest).get("files", {})
        named |= {manifest.parent / name for name in files}
        for entry in files.values():
            named |= set(features(manifest.parent, entry["sha256"]).glob("*.parquet"))
    return named | set(results.glob("scores/**/*.json")) | set(results.glob("scores/**/*.parquet"))


def features(folder, content):
    """Where the tokenised examples of a file lie, a cache (`atlas.engine.features`).

    Parameters
    ----------
    folder : of the prepared examples
    content : SHA-256 of the file: tokenised examples of an earlier content can be told from those of today
    """
    return Path(folder) / _FEATURES / content[:16]


def remove(files):
    """Delete files, and folders that this leaves empty."""
    for path, _ in files:
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if any(folder.iterdir()):
                break
            folder.rmdir()
