"""All findings -> the HTML page and the files of its figures."""

from pathlib import Path
from typing import NamedTuple

import jinja2

from atlas.report import figures, heatmap, sentences, summary, wording
from atlas.report.svg import STYLE, document, inline

HERE = Path(__file__).parent
TABLES = ("scores", "deltas", "distances", "correlations")
# A page must stay readable and printable; the whole table lies beside it.
MOST_CORRELATIONS = 1000
# Panels that the page itself draws for other distances than the first; beyond, the files are linked.
MOST_PANELS = 400


class Page(NamedTuple):
    """The page's text, and name -> text of the SVG files that lie in figures/."""

    html: str
    figures: dict


class Drawn(NamedTuple):
    """A figure on the page."""

    title: str
    file: str
    rows: list  # of lists of SVG; empty if the page only links the file


def render(findings, key):
    """Render the report.

    Parameters
    ----------
    findings : atlas.report.findings.Findings
    key : of the report, written into a meta tag

    Returns
    -------
    Page
    """
    grid = summary.completeness(findings)
    book = _Book()
    means, limit = figures.mean_deltas(findings)
    by_language = figures.language_limit(findings)
    context = {
        "findings": findings,
        "spec": findings.spec,
        "key": key,
        "styles": [STYLE, _read("page.css")],
        "script": _read("page.js"),
        "grid": grid,
        "answer": sentences.answer(findings),
        "warnings": sentences.warnings(findings, grid),
        "scores": {name: summary.score_rows(findings, name) for name in findings.targets},
        "means": book.draw(means, "Mean delta over zero-shot languages"),
        "mean_legend": inline(heatmap.legend(limit)),
        "languages": {
            name: book.draw(figures.deltas_by_language(findings, name, by_language), name)
            for name in findings.targets
        },
        "language_legend": inline(heatmap.legend(by_language)),
        "drawn_scatters": {outcome: _scatters(findings, book, outcome) for outcome in figures.OUTCOMES},
        "correlations": _correlations(findings),
        "coverage": summary.coverage(findings),
        "methods": sentences.methods(findings),
        "tables": TABLES,
        "written": wording,
    }
    return Page(_template().render(context), book.files)


class _Book:
    """Collects the files of the figures while the page draws them."""

    def __init__(self):
        self.files = {}
        self.panels_left = MOST_PANELS

    def draw(self, figure, title, secondary=False):
        """Note the figure's file; None for a figure without panels."""
        if not figure.rows:
            return None
        self.files[f"{figure.name}.svg"] = document(figure.rows)
        rows = [[inline(panel) for panel in row] for row in figure.rows]
        if secondary:
            self.panels_left -= sum(map(len, rows))
            rows = rows if self.panels_left >= 0 else []
        return Drawn(title, f"figures/{figure.name}.svg", rows)


def _scatters(findings, book, outcome):
    """Target -> drawn figures, the distance that is shown first at their head."""
    found = {}
    for target in findings.targets:
        for pair in findings.pictured:
            figure = figures.against_distance(findings, target, outcome, *pair)
            drawn = book.draw(figure, " · ".join(pair), secondary=pair != findings.shown)
            if drawn:
                found.setdefault(target, []).append(drawn)
    return found


def _correlations(findings):
    """Rows for the page: deltas and the distance that is shown first come first."""

    def rank(row):
        shown = (row["distance"], row["provider"]) == findings.shown
        return (row["outcome"] != "delta", not shown, row["spearman"] is None)

    return sorted(findings.correlations, key=rank)[:MOST_CORRELATIONS]


def _template():
    loader = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


def _read(name):
    return (HERE / name).read_text(encoding="utf-8")
