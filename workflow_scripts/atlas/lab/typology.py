"""What URIEL says about a language, read from the installed lang2vec package's own files.

lang2vec itself is not imported: its import needs pkg_resources and it reads its files again on every call.
Nor are the analysis's distances: what is planted must not change, and no encoder be trained again, because
the analysis measures otherwise.
"""

import functools
import importlib.util
from pathlib import Path

import numpy as np

from atlas.errors import AtlasError, closest

_FILES = {
    "syntax": "feature_predictions.npz",  # the set that lang2vec calls syntax_knn
    "family": "family_features.npz",  # fam
    "geography": "geocoord_features.npz",  # geo
}


def syntax_vector(code):
    """Map each URIEL syntax feature, without its prefix ``S_``, to its value (0 to 1).

    Raises
    ------
    AtlasError
        If URIEL has no such language.
    """
    rows, features, values = _read("syntax")
    return {
        feature.removeprefix("S_"): float(value)
        for feature, value in zip(features, values[_row(rows, code)], strict=True)
        if feature.startswith("S_")
    }


def distances(code, source="eng"):
    """Distance of `code` from `source` by name: syntactic, genetic, geographic.

    Syntactic and genetic are cosine distances; a language without any known relative is at genetic
    distance 1 from every other. Geographic is the largest difference over URIEL's fixed points.
    """
    ours, theirs = (np.array(list(syntax_vector(one).values())) for one in (code, source))
    family = _vectors("family", code, source)
    geography = _vectors("geography", code, source)
    return {
        "syntactic": _cosine_distance(ours, theirs),
        "genetic": _cosine_distance(*family),
        "geographic": float(np.abs(geography[0] - geography[1]).max()),
    }


def _vectors(name, *codes):
    rows, _, values = _read(name)
    return [values[_row(rows, code)] for code in codes]


def _cosine_distance(first, second):
    length = np.linalg.norm(first) * np.linalg.norm(second)
    return float(1 - first @ second / length) if length else 1.0


def _row(rows, code):
    if code not in rows:
        raise AtlasError(
            f"lab: language {code!r} has no URIEL syntax vector. Use an individual language's ISO 639-3"
            f". {closest(code, rows).split(' Allowed')[0]}"
        )
    return rows[code]


@functools.cache
def _read(name):
    spec = importlib.util.find_spec("lang2vec")
    if spec is None:
        raise AtlasError("lab: the package lang2vec is not installed. Install it: pip install lang2vec.")
    path = Path(spec.submodule_search_locations[0]) / "data" / _FILES[name]
    with np.load(path, allow_pickle=False) as stored:
        rows = {code: row for row, code in enumerate(stored["langs"].tolist())}
        return rows, stored["feats"].tolist(), stored["data"][:, :, 0].astype(np.float64)
