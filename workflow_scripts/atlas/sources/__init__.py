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
