"""Read feature tables out of the data folder of an installed package, without importing the package.

lang2vec 1.1.2 needs setuptools' retired `pkg_resources` and opens its files again on every call.
"""

import functools
import importlib.util
from pathlib import Path

import numpy as np

from atlas.errors import AtlasError, closest


def folder(package):
    """Folder of an installed package.

    Raises
    ------
    AtlasError
        If it is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None:
        raise AtlasError(f"distances: the package {package} is not installed. Run: pip install {package}")
    return Path(found.submodule_search_locations[0])


@functools.cache
def open_table(path):
    """Read one .npz table.

    Returns
    -------
    (languages, features, values) : code -> row; feature names; (n_languages, n_features, n_sources)
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            languages = {str(code): row for row, code in enumerate(stored["langs"])}
            return languages, stored["feats"].astype(str), stored["data"]
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. This release of the package has other files.") from None


def rows(path, codes, prefix=""):
    """Values of `codes` for the features whose names start with `prefix`, NaN where not known.

    Returns
    -------
    (n_codes, n_features, n_sources)

    Raises
    ------
    AtlasError
        On a code that the table does not have.
    """
    languages, features, values = open_table(path)
    for code in codes:
        if code not in languages:
            raise AtlasError(
                f"distances: URIEL has no language {code!r} ({path.name}). Name another code as `uriel:` in"
                f" catalog/languages.yaml. {closest(code, languages)}"
            )
    chosen = np.char.startswith(features, prefix)
    taken = values[[languages[code] for code in codes]][:, chosen].astype(float)
    return np.where(taken < 0, np.nan, taken)
