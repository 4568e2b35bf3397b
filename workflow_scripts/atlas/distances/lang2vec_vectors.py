"""Distances from the feature vectors that lang2vec 1.1.2 installs (Littell et al. 2017).

PyPI's lang2vec has no distances, only vectors; so the definitions are ours, stated in catalog/distances.yaml.
The typological vectors come complete (`predicted` by k nearest neighbours) and as observed (averaged over
databases); the first are compared, the second are counted, or compared themselves by `lang2vec_observed`.
"""

import numpy as np

from atlas.distances.archives import folder, rows
from atlas.distances.vectors import MEASURES, Measured, shared
from atlas.errors import AtlasError, closest

# Feature set -> (file of imputed values, file of observed values, prefix of its features' names).
FEATURES = {
    "syntax": ("feature_predictions.npz", "feature_averages.npz", "S_"),
    "phonology": ("feature_predictions.npz", "feature_averages.npz", "P_"),
    "inventory": ("feature_predictions.npz", "feature_averages.npz", "INV_"),
    "geo": ("geocoord_features.npz", "geocoord_features.npz", ""),
    "family": ("family_features.npz", "family_features.npz", ""),
}


def measure(entry, sources, languages):
    """Compare complete vectors; count how much of them was observed."""
    return _measure(entry, sources, languages, complete=True)


def measure_observed(entry, sources, languages):
    """Compare only features observed in both languages; NaN with fewer than `min_shared` (default 1)."""
    return _measure(entry, sources, languages, complete=False)


def _measure(entry, sources, languages, complete):
    _check_options(entry)
    observed = [_vectors(entry["features"], codes, complete=False) for codes in (sources, languages)]
    compared = [_vectors(entry["features"], codes, complete=True) for codes in (sources, languages)]
    count = shared(*observed)
    if complete:
        values = MEASURES[entry["measure"]](*compared)
    else:
        values = MEASURES[entry["measure"]](*observed)
        values[count < entry.get("min_shared", 1)] = np.nan
    return Measured(values, count, observed[0].shape[1])


def _check_options(entry):
    options = [("measure", entry.get("measure"), MEASURES)]
    options += [("features", name, FEATURES) for name in entry.get("features") or [None]]
    for key, value, allowed in options:
        if value not in allowed:
            place = f"distances.yaml: {entry['name']}.{key}"
            raise AtlasError(f"{place}: {value!r} is unknown. {closest(value, allowed)}")


def _vectors(feature_sets, codes, complete):
    """Concatenated vectors of `codes`: (n_codes, n_features)."""
    data = folder("lang2vec") / "data"
    parts = []
    for name in feature_sets:
        imputed, observed, prefix = FEATURES[name]
        parts.append(rows(data / (imputed if complete else observed), codes, prefix)[:, :, 0])
    vectors = np.concatenate(parts, axis=1)
    if not complete:
        # No feature at all means that nobody recorded any, as with the family of an isolate.
        vectors[(vectors == 0).all(axis=1)] = np.nan
    return vectors
