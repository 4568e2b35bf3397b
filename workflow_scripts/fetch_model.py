"""Pretrained model at its revision -> a folder that transformers can load.

Writes  manifest.json, last; lock.json (resolved revision, size and sha256 of each file); the model's files.
"""

from atlas import manifests, provenance, sources, stage
from atlas.engine import encoders
from atlas.locks import Lock
from atlas.stage import Output


def fetch_model(*, spec, code, manifest: Output):
    """Fetch from the hub or copy from a folder; a lock that no longer matches is an error.

    Raises
    ------
    AtlasError
        If the source does not exist, has no safetensors, differs from the lock, or is of another
        architecture than its entry says.
    """
    folder, source = manifest.parent, spec["source"]
    revision, files = sources.fetch_weights(source, Lock(folder / "lock.json"))
    encoders.check_architecture(folder, spec.get("architecture"))
    inner, total = encoders.count_parameters(folder)
    key = provenance.digest(files)
    manifests.write(
        manifest,
        key,
        files,
        revision=revision,
        source=source,
        n_parameters=inner,
        n_parameters_total=total,
    )
    return f"{inner / 1e6:.1f} M parameters, {total / 1e6:.1f} M with embeddings"


if __name__ == "__main__":
    stage.run(fetch_model, offline=False)
