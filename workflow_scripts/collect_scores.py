"""Score files of the whole grid -> scores.parquet. Cells without a score file are left out."""

from pathlib import Path

from atlas import artifacts, grid, provenance, stage
from atlas.columns import SCORES
from atlas.stage import Output


def collect_scores(*, spec, code, folder: Path, table: Output):
    """Read `folder`/scores/... and `folder`/sources/models/... into one table, one row per metric."""
    cells = grid.present(folder, spec)
    rows = [row for cell in cells for row in grid.rows(folder, cell, spec)]
    key = provenance.digest([spec, code, sorted({row["key"] for row in rows})])
    artifacts.write_table(table, rows, key, SCORES)
    return f"{len(rows)} scores of {len(cells)} cells, {grid.size(spec) - len(cells)} cells missing"


if __name__ == "__main__":
    stage.run(collect_scores)
