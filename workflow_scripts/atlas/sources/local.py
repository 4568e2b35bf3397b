"""Files of the user's own, as a second source beside the hub."""

import glob
import shutil
from pathlib import Path

import datasets
from datasets.utils.extract import Extractor

from atlas.errors import AtlasError
from atlas.manifests import describe
from atlas.sources import path_of
from atlas.sources.text_files import FORMATS

_FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".txt": "text",
}


def fetch_table(source, revision=None):
    """Rows of a local file.

    Returns
    -------
    table, revision, files : as for the hub; the revision is None

    Raises
    ------
    AtlasError
        If the file is missing, packed, or of a format that is not read.
    """
    path = path_of(source)
    if path.is_dir():
        path = _only_file(path, source["split"])
    if not path.is_file():
        raise AtlasError(
            f"{path}: not there (from `local: {source['local']}` in the catalogue, whose notes say how to get"
            " it)."
        )
    if path.stat().st_size and "format" in source:
        return FORMATS[source["format"]](path, source["names"]), None, {path.name: describe(path)}
    if path.suffix not in _FORMATS:
        raise AtlasError(
            f"{path}: format {path.suffix!r} is not read. Allowed: {', '.join(_FORMATS)},"
            " and text files whose entry says `format` and `names`."
        )
    if not path.stat().st_size:
        raise AtlasError(f"{path}: has no rows (from `local: {source['local']}` in the catalogue).")
    _check_readable(path)
    options = {"sep": "\t"} if path.suffix == ".tsv" else {}
    try:
        rows = datasets.load_dataset(
            _FORMATS[path.suffix],
            data_files=glob.escape(str(path)),
            split="train",
            streaming=False,
            **options,
        )
    except Exception as error:  # each format's reader raises its own types
        cause = error.__cause__ or error
        said = str(cause) or type(cause).__name__
        raise AtlasError(f"{path}: cannot be read: {said[:400]}") from error
    table = rows.with_format("arrow")[:] if len(rows) else rows.data.table
    return table.replace_schema_metadata(None), None, {path.name: describe(path)}


def _check_readable(path):
    """Refuse what `datasets` would take for something else than one file of rows."""
    if "::" in str(path):
        raise AtlasError(
            f"{path}: `::` chains file systems and cannot be read. Rename the file or its folder."
        )
    if packed := Extractor.infer_extractor_format(path):
        raise AtlasError(f"{path}: is packed ({packed}) under another name. Unpack it.")


def fetch_model(source, folder, revision=None):
    """Copy a model folder of the user's own; files as for the hub.

    Raises
    ------
    AtlasError
        If the folder is missing or holds no safetensors.
    """
    origin = Path(source["local"])
    if not list(origin.glob("*.safetensors")):
        raise AtlasError(
            f"{origin}: no folder with safetensors (from `local:` in catalog/models.yaml), and pickled"
            " weights are never loaded. Save the model again with `save_pretrained`."
        )
    names = sorted(
        p.name for p in origin.iterdir() if p.suffix in (".safetensors", ".json", ".txt", ".model", ".spm")
    )
    names = [name for name in names if name not in ("manifest.json", "lock.json")]
    for name in names:
        shutil.copyfile(origin / name, folder / name)
    return None, {name: describe(folder / name) for name in names}


def _only_file(folder, split):
    matches = sorted(path for path in folder.glob(f"{split}*") if path.suffix in _FORMATS)
    if len(matches) != 1:
        raise AtlasError(f"{folder}: expected one file named {split}*, found {[p.name for p in matches]}.")
    return matches[0]
