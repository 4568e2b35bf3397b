"""Where tables and weights come from. A provider is a module of this package, named by the source's key.

``fetch_table(source, revision)``         -> table, resolved revision, {file: size and sha256}
``fetch_model(source, folder, revision)`` -> resolved revision, {file: size and sha256}
"""

import importlib
from pathlib import Path

PROVIDERS = ("hub", "local", "lab")


def provider_of(source):
    """Name of the provider that a source names: hub, local or lab."""
    return next(name for name in PROVIDERS if name in source)


def of(source):
    """Module of the provider that a source names."""
    return importlib.import_module(f"atlas.sources.{provider_of(source)}")


def path_of(source):
    """File or folder that a local source means, `{subset}` and `{split}` filled in."""
    return Path(source["local"].format(subset=source.get("subset", ""), split=source.get("split", "")))


def fetch_weights(source, lock):
    """Fetch a model beside its lock, and note there what was got.

    Returns
    -------
    revision, files : the resolved commit or None; file name -> size and sha256

    Raises
    ------
    AtlasError
        If the source does not exist, has no safetensors, or differs from the lock.
    """
    folder = lock.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    revision, files = of(source).fetch_model(source, folder, lock.revision("model", source))
    lock.note("model", source, revision, files)
    return revision, files
