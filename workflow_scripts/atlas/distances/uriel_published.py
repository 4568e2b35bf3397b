"""URIEL's own precomputed distances, as other projects have published them.

resources/uriel_published.csv holds them (its head names the sources). They cannot be recomputed from the
vectors of lang2vec (antonisa/lang2vec#17), so they are a second opinion, not a reference.
"""

import csv
import functools
from pathlib import Path

import numpy as np

from atlas.distances.vectors import Measured
from atlas.errors import AtlasError, closest

TABLE = Path(__file__).resolve().parents[3] / "resources" / "uriel_published.csv"


def measure(entry, sources, languages):
    """Look the pairs up; NaN where the table has none."""
    distance, published = entry["distance"], _published()
    if distance not in published:
        place = f"distances.yaml: {entry['name']}.distance"
        raise AtlasError(f"{place}: {distance!r} is not in {TABLE.name}. {closest(distance, published)}")
    found = published[distance]
    values = [[found.get(frozenset(pair), np.nan) for pair in ((a, b) for b in languages)] for a in sources]
    return Measured(np.array(values, dtype=float).reshape(len(sources), len(languages)))


@functools.cache
def _published():
    """Map distance -> {pair of codes: value}."""
    with open(TABLE, encoding="utf-8", newline="") as stream:
        lines = csv.DictReader(line for line in stream if not line.startswith("#"))
        distances = {name: {} for name in lines.fieldnames[2:]}
        for line in lines:
            pair = frozenset((line["language_a"], line["language_b"]))
            for name, found in distances.items():
                if line[name]:
                    found[pair] = float(line[name])
    return distances
