"""Tables -> one self-contained HTML page, and its figures as SVG and CSV files beside it.

Reads   the tables of the study: scores, deltas, distances, correlations and the further analyses.
Writes  report.html (its key in the meta tag `atlas-key`) and figures/.
"""

from atlas import artifacts, columns, stage
from atlas.files import write_text
from atlas.report.findings import Findings
from atlas.report.page import render
from atlas.stage import Output


def render_report(*, spec, code, tables: list, report: Output, figures: Output):
    """Render the report; a partial grid gives a report as well, which says what is missing.

    Parameters
    ----------
    spec : the study as `atlas.report_spec.render_report` describes it
    code : digest of the code
    tables : parquet files, named as in `atlas.columns`: scores, deltas, distances, correlations, and the
        further analyses that were made; the page says which are not there
    report : page to write, last of all
    figures : folder of the figures to write
    """
    rows = {
        path.stem: artifacts.read_table(path, getattr(columns, path.stem.upper())).to_pylist()
        for path in tables
    }
    key = artifacts.make_key(spec, code, *tables)
    page = render(Findings(spec, **rows), key, list(rows))
    for name, drawing in page.figures.items():
        write_text(figures / name, drawing)
    write_text(report, page.html)
    return f"{len(page.html) / 1e6:.1f} MB, {len(page.figures) // 2} figures"


if __name__ == "__main__":
    stage.run(render_report)
