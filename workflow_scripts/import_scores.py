"""A table of scores made elsewhere -> scores.parquet. The file is the user's own and is not changed."""

from atlas import artifacts, files, provenance, stage
from atlas.columns import SCORES
from atlas.imported import read
from atlas.stage import Output


def import_scores(*, spec, code, source, table: Output):
    """Check every row of the table `source` and write it as scores.parquet.

    Parameters
    ----------
    source : CSV or parquet file with the columns of scores.parquet
    spec : languages (allowed codes)
    code : digest of the code
    table : table to write (`atlas.columns.SCORES`); `key` of each row is that of the whole file

    Raises
    ------
    AtlasError
        Naming the first row that is wrong.
    """
    rows = read(source, spec["languages"])
    key = provenance.digest([spec, code, files.sha256(source)])
    artifacts.write_table(table, [{**row, "key": key} for row in rows], key, SCORES)
    return f"{len(rows)} scores of {len({row['model'] for row in rows})} models from {source}"


if __name__ == "__main__":
    stage.run(import_scores)
