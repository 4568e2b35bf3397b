"""Tables -> one self-contained HTML page, and its figures as SVG files beside it.

Reads   scores.parquet, deltas.parquet, distances.parquet, correlations.parquet.
Writes  report.html (its key in the meta tag `atlas-key`) and figures/*.svg.
"""

from pathlib import Path

from atlas import artifacts, columns, stage
from atlas.files import write_text
from atlas.report.findings import Findings
from atlas.report.page import render


def render_report(*, spec, code, scores, deltas, distances, correlations, report: Path):
    """Render the report; a partial grid gives a report as well, which says what is missing.

    Parameters
    ----------
    spec : the study as `atlas.specs.render_report` describes it
    code : digest of the code
    scores, deltas, distances, correlations : tables to read
    report : page to write, last of all; figures/ is made beside it
    """
    tables = {
        "scores": artifacts.read_table(scores, columns.SCORES),
        "deltas": artifacts.read_table(deltas, columns.DELTAS),
        "distances": artifacts.read_table(distances, columns.DISTANCES),
        "correlations": artifacts.read_table(correlations, columns.CORRELATIONS),
    }
    key = artifacts.make_key(spec, code, scores, deltas, distances, correlations)
    page = render(Findings(spec, **{name: table.to_pylist() for name, table in tables.items()}), key)
    for name, drawing in page.figures.items():
        write_text(report.parent / "figures" / name, drawing)
    write_text(report, page.html)
    return f"{len(page.html) / 1e6:.1f} MB, {len(page.figures)} figures"


if __name__ == "__main__":
    stage.run(render_report)
