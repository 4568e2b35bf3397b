"""Where languages lie, worked out from URIEL's geographic vectors (Littell et al. 2017).

URIEL gives each language its great-circle distances to 299 reference points, as shares of half the Earth's
circumference; the names of the features are the points' latitudes and longitudes. The cosine of such a
distance is the dot product of two unit vectors, so a language's own vector is the solution of a linear
system, by least squares. Distances have four digits: coordinates are good to about a tenth of a degree.
"""

import functools

import numpy as np

from atlas.distances.archives import folder, open_table

# A language without a place (`und`, `mul`) gives a vector that is far from unit length.
_LENGTH_TOLERANCE = 0.05


def places(codes):
    """Latitude and longitude of URIEL codes, in degrees; those without a place are left out.

    Returns
    -------
    dict : code -> (latitude, longitude)

    Raises
    ------
    AtlasError
        If lang2vec is not installed.
    """
    known = _everywhere()
    return {code: known[code] for code in codes if code in known}


@functools.cache
def inhabited(step=2):
    """Middles of the cells of a `step`-degree grid in which any language of URIEL lies.

    Eight thousand languages draw the continents well enough to find one's way on a map.

    Returns
    -------
    sorted list of (latitude, longitude)
    """
    return sorted(
        {tuple((value // step + 0.5) * step for value in place) for place in _everywhere().values()}
    )


@functools.cache
def _everywhere():
    languages, names, values = open_table(folder("lang2vec") / "data" / "geocoord_features.npz")
    reference = _unit_vectors(np.array([name.split("_")[1:] for name in names], dtype=float))
    solved, *_ = np.linalg.lstsq(reference, np.cos(np.pi * values[:, :, 0]).T, rcond=None)
    length = np.linalg.norm(solved, axis=0)
    latitude = np.degrees(np.arcsin(np.clip(solved[2] / length, -1, 1)))
    longitude = np.degrees(np.arctan2(solved[1], solved[0]))
    found = np.abs(length - 1) < _LENGTH_TOLERANCE
    return {
        code: (float(latitude[row]), float(longitude[row])) for code, row in languages.items() if found[row]
    }


def _unit_vectors(degrees):
    """Unit vectors (n, 3) of latitudes and longitudes (n, 2)."""
    latitude, longitude = np.radians(degrees).T
    level = np.cos(latitude)
    return np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=1)
