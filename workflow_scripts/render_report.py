"""Tables -> one self-contained HTML page, and its figures as SVG and CSV files beside it.

Reads   scores.parquet, deltas.parquet, distances.parquet, correlations.parquet, and the further analyses
        that were made.
Writes  report.html (its key in the meta tag `atlas-key`) and figures/.
"""

from atlas import artifacts, columns, stage
from atlas.files import write_text
from atlas.report.findings import Findings
from atlas.report.page import render
from atlas.stage import Output


def render_report(
    *,
    spec,
    code,
    scores,
    deltas,
    distances,
    correlations,
    report: Output,
    figures: Output,
    reliability=None,
    robustness=None,
    consistency=None,
    scaling=None,
    influence=None,
    claims=None,
):
    """Render the report; a partial grid gives a report as well, which says what is missing.

    Parameters
    ----------
    spec : the study as `atlas.report_spec.render_report` describes it
    code : digest of the code
    scores, deltas, distances, correlations : tables to read
    reliability, robustness, consistency, scaling, influence, claims : further tables; the page says which
        are not there
    figures : folder of the figures to write
    report : page to write, last of all
    """
    paths = {
        "scores": scores, "deltas": deltas, "distances": distances, "correlations": correlations,
        "reliability": reliability, "robustness": robustness, "consistency": consistency,
        "scaling": scaling, "influence": influence, "claims": claims,
    }  # fmt: skip
    paths = {name: path for name, path in paths.items() if path is not None}
    tables = {
        name: artifacts.read_table(path, getattr(columns, name.upper())).to_pylist()
        for name, path in paths.items()
    }
    key = artifacts.make_key(spec, code, *paths.values())
    page = render(Findings(spec, **tables), key, list(paths))
    for name, drawing in page.figures.items():
        write_text(figures / name, drawing)
    write_text(report, page.html)
    return f"{len(page.html) / 1e6:.1f} MB, {len(page.figures) // 2} figures"


if __name__ == "__main__":
    stage.run(render_report)
