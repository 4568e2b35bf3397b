"""Distances between feature vectors. NaN marks what is not observed."""

from dataclasses import dataclass

import numpy as np

# URIEL publishes four digits. Six keep equal vectors tied whatever the order of the sums.
DIGITS = 6


@dataclass(frozen=True)
class Measured:
    """Distances from each source to each language, with their coverage.

    Attributes
    ----------
    values : (n_sources, n_languages), in [0, 1], NaN where unknown
    observed : (n_sources, n_languages), features observed in both languages; None where nobody counted
    total : number of features of the set; None likewise
    """

    values: np.ndarray
    observed: np.ndarray | None = None
    total: int | None = None

    def pair(self, source, language):
        """Value and coverage of one pair, by position, as columns of `atlas.columns.DISTANCES`."""
        value = self.values[source, language]
        return {
            "value": None if np.isnan(value) else round(float(value), DIGITS),
            "n_features_observed": None if self.observed is None else int(self.observed[source, language]),
            "n_features": self.total,
        }


def shared(sources, languages):
    """Count features that are observed in both; from (n_sources, d) and (n_languages, d)."""
    return (~np.isnan(sources)).astype(int) @ (~np.isnan(languages)).astype(int).T


def angular(sources, languages):
    """Angle between vectors over the features that both have, as a share of the right angle.

    2 arccos(cosine) / pi is the definition of URIEL+ (Khan et al. 2025) and the one that comes closest to
    URIEL's published values (docs/distances.md). Features are never negative, so it lies in [0, 1].

    Returns
    -------
    (n_sources, n_languages), NaN where nothing is shared or one vector is zero there
    """
    known_sources, known_languages = (~np.isnan(sources)).astype(float), (~np.isnan(languages)).astype(float)
    sources, languages = np.nan_to_num(sources, nan=0.0), np.nan_to_num(languages, nan=0.0)
    lengths = (sources**2 @ known_languages.T) * (known_sources @ (languages**2).T)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (sources @ languages.T) / np.sqrt(lengths)
    return 2 * np.arccos(np.clip(cosine, -1, 1)) / np.pi


def largest_difference(sources, languages):
    """Largest absolute difference of two coordinates.

    With coordinates that are distances to fixed reference points, this is the tightest lower bound that the
    triangle inequality gives on the distance between the two places; it equals URIEL's published one.
    """
    return np.abs(sources[:, None, :] - languages[None, :, :]).max(axis=2)


def lineage(sources, languages):
    """1 - shared ancestors / ancestors of the language with the longer lineage; vectors are 0 and 1.

    A language without ancestors on record counts as an isolate, 1 from everything, as in URIEL's published
    values for Basque; its coverage says 0 observed features.
    """
    longer = np.maximum(sources.sum(axis=1)[:, None], languages.sum(axis=1)[None, :])
    return 1 - sources @ languages.T / np.maximum(longer, 1)


MEASURES = {"angular": angular, "largest_difference": largest_difference, "lineage": lineage}
