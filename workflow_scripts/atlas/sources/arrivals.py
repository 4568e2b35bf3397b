"""Whether a file came from the hub as the hub announces it: `huggingface_hub` compares sizes alone."""

import hashlib
import re
from pathlib import Path

import huggingface_hub

from atlas.manifests import describe

_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class AlteredError(OSError):
    """A file arrived with other content than announced; it is removed, so that it can be fetched again."""


def check(local, repo, path, revision, repo_type="model"):
    """Size and digest of a downloaded file, once its content is known to be the announced one.

    The hub's ETag is the SHA-256 of a large file, and git's digest of a small one (hub documentation,
    "Download files"); others say nothing of the content.

    Parameters
    ----------
    local : where the file lies
    path : its path in the repository

    Raises
    ------
    AlteredError
        If its content is another.
    """
    facts = describe(local)
    url = huggingface_hub.hf_hub_url(repo, path, repo_type=repo_type, revision=revision)
    announced = huggingface_hub.get_hf_file_metadata(url).etag or ""
    found = facts["sha256"] if len(announced) == 64 else _git_digest(Path(local))
    if _DIGEST.fullmatch(announced) and found != announced:
        for file in {Path(local).resolve(), Path(local)}:
            file.unlink(missing_ok=True)
        raise AlteredError(f"{repo}/{path} arrived with digest {found[:12]}, announced is {announced[:12]}")
    return facts


def _git_digest(path):
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
