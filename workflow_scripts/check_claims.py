"""Test the published claims that the study can test.

Reads   scores.parquet, deltas.parquet, and of the data sets that a claim is about their manifests and rows.
Writes  claims.parquet (`atlas.columns.CLAIMS`): one row per claim, with a verdict and numbers.
"""

from pathlib import Path

from atlas import artifacts, stage
from atlas.claims.effects import NOT_TESTABLE
from atlas.claims.facts import manifest_paths
from atlas.claims.table import compute
from atlas.columns import CLAIMS, DELTAS, SCORES
from atlas.stage import Output


def check_claims(*, spec, code, scores, deltas, folder: Path, claims: Output):
    """Give every claim of the catalogue a verdict: supported, contradicted, or not testable with this grid.

    Parameters
    ----------
    scores, deltas : tables to read
    folder : the study's folder of results
    spec : as `atlas.claims.table.compute` describes it, and tasks (whose manifests a claim reads)
    code : digest of the code
    claims : table to write
    """
    tables = [artifacts.read_table(scores, SCORES), artifacts.read_table(deltas, DELTAS)]
    rows = compute(spec, *(table.to_pylist() for table in tables), folder)
    data = [path for task in spec["tasks"] for path in manifest_paths(folder, task) if path.exists()]
    key = artifacts.make_key(spec, code, scores, deltas, *data)
    artifacts.write_table(claims, rows, key, CLAIMS)
    tested = [row for row in rows if row["verdict"] != NOT_TESTABLE]
    return f"{len(tested)} of {len(rows)} claims can be tested"


if __name__ == "__main__":
    stage.run(check_claims)
