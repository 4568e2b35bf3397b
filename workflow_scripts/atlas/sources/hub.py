"""The Hugging Face hub, through `datasets` and `huggingface_hub` alone. Only fetch stages import this."""

import logging
import re
import time

import datasets
import huggingface_hub
import pyarrow as pa
import pyarrow.compute as pc
from huggingface_hub import errors as hub_errors

from atlas import tokens
from atlas.errors import AtlasError, closest
from atlas.sources import arrivals

_log = logging.getLogger("atlas.sources")
_ATTEMPTS = 5
_WAIT = 1.0  # seconds before the second attempt, doubled after each
_DATA_URL = re.compile(r"hf://datasets/(?P<repo>[^@]+)@(?P<revision>[0-9a-f]{40})/(?P<path>.+)")
# What `datasets` says -> what to do about it.
_FIXES = {
    "BuilderConfig": "Correct `subset`, or the language's name in `languages`, in the task's entry.",
    "scripts are no longer": "The hub's own conversion may have it: `revision: refs/convert/parquet`.",
}
# Weights as safetensors, never as pickle; tokenizers as JSON or SentencePiece models.
_MODEL_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model", "*.spm"]


def fetch_table(source, revision=None):
    """Rows of one subset and split.

    Parameters
    ----------
    source : dict with `hub`, `split`, and optionally `subset` and `revision`
    revision : commit to insist on, from a lock file

    Returns
    -------
    table, revision, files : pyarrow.Table with label names in place of numbers; the resolved commit;
        path in the repository -> size and sha256

    Raises
    ------
    AtlasError
        If repository, revision, subset or split do not exist, or the hub stays unreachable.
    """
    repo, subset, split = source["hub"], source.get("subset"), source["split"]
    wanted = revision or source.get("revision") or "main"
    place = f"data set {repo}" + (f", subset {subset}" if subset else "")

    def fetch():
        builder = datasets.load_dataset_builder(repo, subset, revision=wanted)
        listed = builder.config.data_files or {}
        if split not in listed:
            raise AtlasError(f"{place}: has no split {split!r}. {closest(split, listed)}")
        found = [_DATA_URL.fullmatch(url).groupdict() for url in listed[split]]
        commit = found[0]["revision"]
        files = {entry["path"]: _describe_remote(repo, entry["path"], commit) for entry in found}
        rows = datasets.load_dataset(repo, subset, split=split, revision=commit)
        return _with_label_names(rows), commit, files

    return _persistently(fetch, place, wanted)


def fetch_model(source, folder, revision=None):
    """Download a model repository's configuration, tokenizer and safetensors into `folder`.

    Returns
    -------
    revision, files : the resolved commit; file name -> size and sha256

    Raises
    ------
    AtlasError
        If the repository or revision does not exist, has no safetensors, or the hub stays unreachable.
    """
    repo = source["hub"]
    wanted = revision or source.get("revision") or "main"

    def fetch():
        info = huggingface_hub.HfApi().model_info(repo, revision=wanted)
        commit = info.sha
        huggingface_hub.snapshot_download(
            repo,
            revision=commit,
            local_dir=folder,
            allow_patterns=_MODEL_FILES,
            ignore_patterns=["*/*"],
        )
        names = sorted(file.rfilename for file in info.siblings if (folder / file.rfilename).is_file())
        if not any(name.endswith(".safetensors") for name in names):
            raise AtlasError(
                f"model {repo} at {commit}: has no safetensors, and pickled weights are never loaded. Name a"
                " revision that has them (`revision: refs/pr/<number>` of the conversion)."
            )
        return commit, {name: arrivals.check(folder / name, repo, name, commit) for name in names}

    return _persistently(fetch, f"model {repo}", wanted)


def _describe_remote(repo, path, commit):
    """Size and digest of a data file, from the cache that `datasets` fills and uses."""
    local = huggingface_hub.hf_hub_download(repo, path, repo_type="dataset", revision=commit)
    return arrivals.check(local, repo, path, commit, repo_type="dataset")


def _with_label_names(rows):
    """Arrow table of a data set in which numbered labels have become names (-1: null)."""
    table = rows.with_format("arrow")[:]
    for name, feature in rows.features.items():
        inner = getattr(feature, "feature", feature)
        if isinstance(inner, datasets.ClassLabel):
            column = table.column(name).combine_chunks()
            named = _named_list(column, inner.names) if inner is not feature else _named(column, inner.names)
            table = table.set_column(table.column_names.index(name), name, named)
    return table.replace_schema_metadata(None)


def _named(numbers, names):
    known = pc.if_else(pc.greater_equal(numbers, 0), numbers, pa.scalar(None, numbers.type))
    return pa.array(names).take(known)


def _named_list(lists, names):
    return pa.ListArray.from_arrays(lists.offsets, _named(lists.values, names))


def _persistently(fetch, place, revision):
    """Call `fetch` until it succeeds; give up at once on what will not heal, later on what might."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return fetch()
        except AtlasError:
            raise
        except (hub_errors.RevisionNotFoundError, hub_errors.RepositoryNotFoundError) as error:
            raise AtlasError(_not_there(place, revision, error)) from error
        except datasets.exceptions.DatasetNotFoundError as error:
            raise AtlasError(_not_there(place, revision, error)) from error
        except (ValueError, RuntimeError) as error:
            fix = next((f" {fix}" for said, fix in _FIXES.items() if said in str(error)), "")
            raise AtlasError(f"{place}: {_said(error, 600)}{fix}") from error
        except (OSError, ConnectionError, hub_errors.HfHubHTTPError) as error:
            if _is_refused(error):
                raise AtlasError(
                    f"{place}: the hub at {huggingface_hub.constants.ENDPOINT} refuses access"
                    f" ({_said(error)}). Ask for it on the repository's page, and log in by `hf auth login`."
                ) from error
            if attempt == _ATTEMPTS:
                said = f"{type(error).__name__}: {_said(error)}"
                raise AtlasError(
                    f"{place}: the hub at {huggingface_hub.constants.ENDPOINT} did not answer well in"
                    f" {_ATTEMPTS} attempts ({said}). Nothing is lost: run again when it is back."
                ) from error
            wait = _WAIT * 2 ** (attempt - 1)
            _log.warning("%s: %s; attempt %d in %.0f s", place, _said(error), attempt + 1, wait)
            time.sleep(wait)
    raise AssertionError("the loop returns or raises")


def _said(error, most=200):
    """Start of an error's text; what must not be told is hidden before the cut."""
    return tokens.hidden(str(error))[:most]


def _is_refused(error):
    """Whether the hub told, somewhere behind an error, that it knows but does not permit."""
    while error is not None:
        if getattr(getattr(error, "response", None), "status_code", None) in (401, 403):
            return True
        error = error.__cause__ or error.__context__
    return False


def _not_there(place, revision, error):
    reason = _said(error).strip().splitlines()[0]
    return (
        f"{place}: not on the hub at {huggingface_hub.constants.ENDPOINT}, or revision {revision!r} is not"
        f" ({reason}). Correct `hub` or `revision` in the catalogue; private and gated repositories need"
        " `hf auth login`."
    )
