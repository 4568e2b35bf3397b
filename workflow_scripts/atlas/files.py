"""Files that are either whole or absent: temporary name first, rename last."""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from atlas.errors import AtlasError


@contextlib.contextmanager
def replacing(path):
    """Give a temporary path beside `path`; rename it to `path` if the block ends well, else remove it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        yield temporary
        with open(temporary, "rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path, text):
    """Write `text` to `path` whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, content):
    """Write `content` with sorted keys, so that equal content gives equal bytes."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path):
    """Read a JSON file.

    Raises
    ------
    AtlasError
        If the file is missing or not whole.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. Let the workflow make it again.") from None
    except ValueError as error:
        raise AtlasError(
            f"{path}: not valid JSON ({error}). Delete it and let the workflow make it again."
        ) from None


def sha256(path):
    """Digest of a file's bytes, in hexadecimal."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
