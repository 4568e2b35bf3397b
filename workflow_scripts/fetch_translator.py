"""Translation model from the hub -> a folder that transformers can load.

Writes  manifest.json, last; lock.json (resolved revision, size and sha256 of each file); the model's files.
"""

from atlas import manifests, provenance, sources, stage
from atlas.locks import Lock
from atlas.stage import Output


def fetch_translator(*, spec, code, manifest: Output):
    """Fetch a translation model; a lock that no longer matches is an error.

    Raises
    ------
    AtlasError
        If the repository does not exist, has no safetensors, or differs from the lock.
    """
    revision, files = sources.fetch_weights(spec["source"], Lock(manifest.parent / "lock.json"))
    key = provenance.digest(files)
    manifests.write(manifest, key, files, revision=revision, source=spec["source"])
    return f"{len(files)} files"


if __name__ == "__main__":
    stage.run(fetch_translator, offline=False)
