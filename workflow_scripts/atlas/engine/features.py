"""Tokenised training examples, kept beside the prepared ones and shared by all models, sizes and seeds that
cut text alike.

A cache and no artifact: whatever is missing or damaged is made again, with the same features.
"""

import contextlib
import fcntl
import logging

import pyarrow as pa
import pyarrow.parquet as pq

from atlas import garbage, provenance
from atlas.engine.padding import ASIDE
from atlas.files import read_json, replacing

_log = logging.getLogger("atlas.engine.features")


class Cache:
    """Where the features of one set of prepared examples lie; without a manifest they are made every time.

    Parameters
    ----------
    manifest : of the prepared examples
    code : digest of the code that encodes them
    """

    def __init__(self, manifest=None, code=None):
        self._manifest, self._code = manifest, code

    def get(self, part, how, tokenizer, make):
        """Features of a table, without what only the reading of outputs needs.

        Parameters
        ----------
        part : name of the table
        how : all settings that the features depend on, as JSON content
        make : function without arguments that makes the features, dicts of numbers and lists of numbers
        """
        if self._manifest is None:
            return _bare(make())
        made = read_json(self._manifest)
        content = made["files"][made["tables"][part]["file"]]["sha256"]
        key = provenance.digest([how, self._code, _fingerprint(tokenizer)])
        path = garbage.features(self._manifest.parent, content) / f"{part}-{key}.parquet"
        try:
            return self._kept(path, make)
        except OSError as error:  # a folder that nobody may write to, a full disk
            _log.warning("features not kept: %s", error)
            return _bare(make())

    def _kept(self, path, make):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            features = _read(path)
            if features is None:
                features = _bare(make())
                _write(path, features)
            return features


NO_CACHE = Cache()


@contextlib.contextmanager
def _alone(path):
    """Hold a lock: of jobs that start together one makes the features, and the others read them."""
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path):
    if not path.exists():
        return None
    try:
        return pq.read_table(path, page_checksum_verification=True).to_pylist()
    except (OSError, pa.ArrowException) as error:
        _log.warning("%s: damaged (%s), made again", path, error)
        return None


def _write(path, features):
    with replacing(path) as temporary:
        pq.write_table(
            pa.Table.from_pylist(features), temporary, compression="zstd", write_page_checksum=True
        )


def _bare(features):
    return [{name: value for name, value in own.items() if name != ASIDE} for own in features]


def _fingerprint(tokenizer):
    """Digest of all that decides how a fast tokenizer cuts text."""
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()  # both are set anew at every call
    backend.no_padding()
    how = (tokenizer.model_input_names, tokenizer.padding_side, tokenizer.truncation_side)
    return provenance.digest([backend.to_str(), *map(str, how)])
