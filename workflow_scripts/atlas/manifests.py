"""Manifests: the small declared output of a stage whose real output is large or grows.

A manifest names the files beside it (weights, one table per language) with size and digest, and is written
last. Rules depend on manifests, never on weights: Snakemake compares small files by content.
"""

import contextlib
from pathlib import Path

from atlas.errors import AtlasError
from atlas.files import read_json, sha256, write_sealed_json

DROPPED = "dropped.json"  # says of a checkpoint without weights what there was
_WITHDRAWN = ".withdrawn-"
_KEPT = ("training.json",)  # of a dropped checkpoint: its history, a few kB


def write(path, key, files, **facts):
    """Write a manifest at `path` that names `files` (relative to its folder), last of all.

    Parameters
    ----------
    key : the artifact's own key
    files : names relative to the manifest's folder
    facts : whatever else belongs to the artifact, as JSON content
    """
    path = Path(path)
    listed = {str(name): describe(path.parent / name) for name in sorted(map(str, files))}
    manifest = {**facts, "key": key, "files": listed}
    write_sealed_json(_twin(path), manifest)
    write_sealed_json(path, manifest)


def restore(path, key):
    """Put a manifest back that Snakemake deleted before a rerun, if the rerun would make the same again.

    Snakemake reruns whatever follows a rerun job, also where that job's output came out equal. The key
    tells: equal inputs, settings and code, and all files as they were written.

    Returns
    -------
    bool : whether the manifest is back; else the stage has to do its work
    """
    manifest = _restorable(path, key, check_digests=True)
    if manifest is not None:
        write_sealed_json(path, manifest)
    return manifest is not None


def may_restore(path, key):
    """Whether `restore` would do it, judged by key and sizes alone."""
    return _restorable(path, key, check_digests=False) is not None


def _restorable(path, key, check_digests):
    twin = _twin(Path(path))
    if not twin.exists():
        return None
    try:
        manifest = read_json(twin)
    except AtlasError:  # damaged
        return None
    files = manifest["files"].items()
    intact = not any(damage(twin.parent / name, fact, check_digests) for name, fact in files)
    return manifest if manifest["key"] == key and intact else None


def _twin(path):
    return path.with_name(f".{path.name}")


def describe(path):
    """Size in bytes and digest of a file."""
    return {"sha256": sha256(path), "size": Path(path).stat().st_size}


def read(path, check_digests=False):
    """Read a manifest; refuse it if a file that it names is missing or has another size (or digest).

    Raises
    ------
    AtlasError
        Naming the first file that is missing or altered.
    """
    path = Path(path)
    manifest = read_json(path)
    for name, fact in manifest["files"].items():
        problem = damage(path.parent / name, fact, check_digests)
        if problem:
            raise AtlasError(
                f"{path.parent / name}: {problem}. Delete {path} and run the workflow again: it makes"
                " what is missing."
            )
    return manifest


def damage(file, fact, check_digests=False):
    """Say what is wrong with `file` compared with what its manifest noted; None if nothing is."""
    if not file.is_file():
        return "missing, although its manifest names it"
    if (size := file.stat().st_size) != fact["size"]:
        return f"has {size} bytes, its manifest says {fact['size']}"
    if check_digests and sha256(file) != fact["sha256"]:
        return "has other content than when it was made"
    return None


def withdraw_incomplete(folder):
    """Rename the manifests below `folder` that are cut or name missing or cut files: their jobs run again.

    Snakemake knows nothing of files that only a manifest names. Such a manifest claims more than there is;
    renamed to manifest.json.withdrawn-<n>, it makes the workflow plan the job that makes what is missing.
    Nothing else is touched, and a folder that cannot be written is left as it is.
    """
    withdrawn = []
    for path in sorted(Path(folder).rglob("manifest.json")):
        if not _is_whole(path) and withdraw(path):
            withdrawn.append(path)
    return withdrawn


def withdraw(path):
    """Rename an artifact, so that the workflow makes it again; whether that could be done."""
    with contextlib.suppress(OSError):  # not ours to write, a medium that is read only, or gone by now
        path.rename(f"{path}{_WITHDRAWN}{times_withdrawn(path) + 1}")
        return True
    return False


def times_withdrawn(path):
    """How often the manifest at `path` was withdrawn."""
    return len(list(Path(path).parent.glob(f"{Path(path).name}{_WITHDRAWN}*")))


def drop(path, note):
    """Remove a checkpoint's files and its manifest, and write at `note` what there was.

    To Snakemake an output that no job needs may be absent, as those under `temp()` are. So nothing is
    planned for it until a job does need it, and then its own job runs again first. What was dropped before,
    or by a job that was killed half-way, is told by the manifest's twin.

    Returns
    -------
    int : bytes of the files that the checkpoint had
    """
    path = Path(path)
    told = next(
        (read_json(file) for file in (path, _twin(path)) if file.exists()), {"key": None, "files": {}}
    )
    path.unlink(missing_ok=True)
    for name in told["files"]:
        if name not in _KEPT:
            (path.parent / name).unlink(missing_ok=True)
    write_sealed_json(note, told)
    return sum(fact["size"] for name, fact in told["files"].items() if name not in _KEPT)


def is_dropped(path, key):
    """Whether the artifact of this key, whose manifest was at `path`, was dropped on purpose."""
    note = Path(path).with_name(DROPPED)
    return not Path(path).exists() and note.exists() and read_json(note)["key"] == key


def _is_whole(path):
    try:
        files = read_json(path).get("files", {})
    except AtlasError:
        return False
    return not any(damage(path.parent / name, fact) for name, fact in files.items())
