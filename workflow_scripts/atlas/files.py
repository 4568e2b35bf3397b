"""Files that are either whole or absent: temporary name first, rename last."""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from atlas.errors import AtlasError

_SEAL = "seal"


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
    write_text(path, _as_text(content) + "\n")


def write_sealed_json(path, content):
    """Write a dict with a digest of itself: later reading notices every change, be it of one digit."""
    write_json(path, {**content, _SEAL: _digest(content)})


def read_json(path, sealed=False):
    """Read a JSON file, without its seal if it has one.

    Raises
    ------
    AtlasError
        If the file is missing, not whole, other than it was sealed, or, where it has to be, not `sealed`.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. Let the workflow make it again.") from None
    except ValueError as error:
        raise AtlasError(
            f"{path}: not valid JSON ({error}). Delete it and let the workflow make it again."
        ) from None

    seal = content.pop(_SEAL, None) if isinstance(content, dict) else None
    if (sealed or seal is not None) and seal != _digest(content):
        raise AtlasError(
            f"{path}: has other content than when it was made. Delete it and let the workflow make it again."
        )
    return content


def _as_text(content):
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)


def _digest(content):
    return hashlib.sha256(_as_text(content).encode()).hexdigest()[:16]


def sha256(path):
    """Digest of a file's bytes, in hexadecimal."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
