"""How much text of each language a pretraining corpus holds: shipped figures, with their sources.

CC-100 stands in catalog/languages.yaml, other corpora in resources/pretraining_sizes.csv. Standard library
only: the Snakefile reads this module.
"""

import csv
import functools
from pathlib import Path

TABLE = Path(__file__).resolve().parents[3] / "resources" / "pretraining_sizes.csv"


def of(languages):
    """Map corpus -> unit and sizes (language -> size) of these languages; unknown ones are left out.

    Parameters
    ----------
    languages : code -> entry of catalog/languages.yaml
    """
    cc100 = {code: entry.get("pretraining") for code, entry in languages.items()}
    found = {"cc100": {"unit": "GiB", "sizes": {code: size for code, size in cc100.items() if size}}}
    for row in _rows():
        corpus = found.setdefault(row["corpus"], {"unit": row["unit"], "sizes": {}})
        if row["language"] in languages:
            corpus["sizes"][row["language"]] = float(row["size"])
    return found


@functools.cache
def _rows():
    with open(TABLE, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))
