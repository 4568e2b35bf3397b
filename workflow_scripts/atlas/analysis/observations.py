"""The cells of one question as arrays: outcome, distance, size and covariates by language and target."""

from dataclasses import dataclass, replace

import numpy as np

from atlas.analysis import confounds

ALL = "all"


@dataclass(frozen=True)
class Observations:
    """n outcomes in points; languages, families, targets and models by number; sizes as log10 parameters."""

    outcome: np.ndarray
    distance: np.ndarray
    size: np.ndarray
    language: np.ndarray
    family: np.ndarray
    target: np.ndarray
    model: np.ndarray
    names: dict  # "language", "family", "target", "model" -> names by number
    covariates: np.ndarray  # (n, q)
    covariate_names: tuple = ()
    notes: tuple = ()

    def take(self, kept):
        """Some of the rows."""
        arrays = ("outcome", "distance", "size", "language", "family", "target", "model", "covariates")
        return replace(self, **{name: getattr(self, name)[kept] for name in arrays})

    def count(self, name):
        """Number of languages, families, targets or models that remain."""
        return len(np.unique(getattr(self, name)))

    @property
    def cell(self):
        """Number of each row's pair of target and model."""
        return self.target * (self.model.max(initial=0) + 1) + self.model

    @property
    def sizes(self):
        """Number of different sizes."""
        return len(np.unique(self.size))


def gather(cells, distances, sizes, families, covariates, wanted, source_scores=None):
    """Put together what is known of some cells; rows without distance or size are left out.

    Parameters
    ----------
    cells : (model, target, language) -> points
    distances : language -> value
    sizes : model -> number of parameters
    families : language -> family; a language without one is a family of its own
    covariates : (model, target) -> language -> row of covariates
    wanted : names of covariates; one that is not known or does not vary is left out, and a note says so
    source_scores : (model, target, language) -> points in the source language, the covariate `source_score`
    """
    places = [p for p in sorted(cells) if p[2] in distances and sizes.get(p[0])]
    models, targets, languages = (
        (np.array(column, dtype=object) for column in zip(*places, strict=True))
        if places
        else [np.array([], dtype=object)] * 3
    )
    own = np.array([families.get(code, code) for code in languages], dtype=object)
    named = {"language": languages, "family": own, "target": targets, "model": models}
    numbered = {name: np.unique(values.astype(str), return_inverse=True) for name, values in named.items()}
    rows = [covariates.get((model, target), {}).get(code, {}) for model, target, code in places]
    found = Observations(
        outcome=np.array([cells[place] for place in places], dtype=float),
        distance=np.array([distances[code] for code in languages], dtype=float),
        size=np.log10(np.array([sizes[model] for model in models], dtype=float)),
        **{name: numbers for name, (_, numbers) in numbered.items()},
        names={name: names.tolist() for name, (names, _) in numbered.items()},
        covariates=np.zeros((len(places), 0)),
    )
    columns = {name: confounds.column(rows, name) for name in wanted}
    if confounds.SOURCE_SCORE in columns:
        columns[confounds.SOURCE_SCORE] = np.array([(source_scores or {}).get(p, np.nan) for p in places])
    groups = {"targets": found.target, "targets and models": found.cell}
    chosen, kept, values, notes = confounds.choose(columns, groups)
    if not chosen:
        return replace(found, notes=tuple(notes))
    kept_rows = found.take(kept)
    return replace(kept_rows, covariates=values, covariate_names=tuple(chosen), notes=tuple(notes))
