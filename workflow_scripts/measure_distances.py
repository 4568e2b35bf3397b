"""Measure how far every language of the study is from each source language.

Reads   the vectors that lang2vec installs, or what an entry's provider needs (`atlas.distances`).
Writes  distances.parquet (`atlas.columns.DISTANCES`): one row per source, language and distance, with the
        number of features that were observed in both; null where the distance is not known.
"""

from atlas import artifacts, stage
from atlas.columns import DISTANCES
from atlas.distances import measure
from atlas.stage import Output


def measure_distances(*, spec, code, distances: Output):
    """Measure all distances; has no input, so that an unknown language fails before anything is trained.

    Parameters
    ----------
    spec : source_languages, languages, distances (entry name -> entry of catalog/distances.yaml), and
        optionally uriel_codes (language -> code under which URIEL knows it)
    code : digest of the code
    distances : table to write

    Raises
    ------
    AtlasError
        On a language, provider or option that is unknown.
    """
    rows = measure(spec["source_languages"], spec["languages"], spec["distances"], spec.get("uriel_codes"))
    artifacts.write_table(distances, rows, artifacts.make_key(spec, code), DISTANCES)
    unknown = sum(row["value"] is None for row in rows)
    return f"{len(rows)} distances, {unknown} of them not known"


if __name__ == "__main__":
    stage.run(measure_distances)
