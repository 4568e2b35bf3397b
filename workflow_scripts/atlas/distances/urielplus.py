"""Distances by the definition of URIEL+ (Khan et al. 2025), from the data that its wheel installs.

This is what `URIELPlus().new_distance` gives before any further database is integrated: the union of the
databases' observations (no imputation), compared over the features that both languages have. We read the
files ourselves because the package copies them into its own folder at import and takes minutes where a
matrix product takes milliseconds. Its script distance is the only one that says anything about writing.
"""

import numpy as np

from atlas.distances.archives import folder, rows
from atlas.distances.vectors import Measured, angular, shared
from atlas.errors import AtlasError, closest

# Distance -> (file, prefix of its features' names).
FEATURES = {
    "syntactic": ("features.npz", "S_"),
    "phonological": ("features.npz", "P_"),
    "inventory": ("features.npz", "INV_"),
    "featural": ("features.npz", ""),
    "geographic": ("geocoord_features.npz", ""),
    "genetic": ("family_features.npz", ""),
    "script": ("script_features.npz", ""),
}


def measure(entry, sources, languages):
    """Compare the union of all observations; NaN where nothing is shared."""
    distance = entry["distance"]
    if distance not in FEATURES:
        place = f"distances.yaml: {entry['name']}.distance"
        raise AtlasError(f"{place}: URIEL+ has no {distance!r}. {closest(distance, FEATURES)}")
    file, prefix = FEATURES[distance]
    path = folder("urielplus") / "database" / "original_uriel" / file
    first, second = (_union(rows(path, codes, prefix)) for codes in (sources, languages))
    return Measured(angular(first, second), shared(first, second), first.shape[1])


def _union(values):
    """Largest observation of each feature over the databases; NaN where there is none."""
    largest = np.where(np.isnan(values), -1, values).max(axis=2)
    return np.where(largest < 0, np.nan, largest)
