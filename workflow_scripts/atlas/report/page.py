"""All findings -> the HTML page and the files of its figures."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

import jinja2

from atlas.report import (
    figures,
    languages,
    relations,
    scaling,
    sentences,
    summary,
    tables,
    wording,
    worldmap,
)
from atlas.report.methods import methods
from atlas.report.svg import STYLE, document, inline, shared_parts

HERE = Path(__file__).parent
# Panels that the page itself draws for other distances than the first; beyond, the files are linked.
MOST_PANELS = 150


class Page(NamedTuple):
    """The page's text, and name -> text of the files that lie in figures/: SVG, and CSV of what it shows."""

    html: str
    figures: dict


class Drawn(NamedTuple):
    """A figure on the page."""

    title: str
    file: str  # without ending
    rows: list  # of lists of SVG; empty if the page only links the file


def render(findings, key, made=()):
    """Render the report.

    Parameters
    ----------
    findings : atlas.report.findings.Findings
    key : of the report, written into a meta tag
    made : names of the tables that lie beside the page

    Returns
    -------
    Page
    """
    grid = summary.completeness(findings)
    book = _Book()
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
        "coverage": summary.coverage(findings),
        "methods": methods(findings),
        "tables": made,
        "written": wording,
        **_deltas(findings, book),
        **_relations(findings, book),
        **tables.of(findings),
    }
    return Page(_template().render(context), book.files)


def _deltas(findings, book):
    mapped = [languages.ALL_TARGETS, *findings.targets] if len(findings.targets) > 1 else findings.targets
    return {
        "means": book.draw(figures.mean_deltas(findings), "Mean delta over zero-shot languages"),
        "profiles": book.draw_all(languages.profile(findings, name) for name in findings.targets),
        "by_language": book.draw_all(figures.deltas_by_language(findings, name) for name in findings.targets),
        "maps": book.draw_all(languages.deltas_on_map(findings, name) for name in mapped),
        "land": shared_parts(worldmap.land()),
    }


def _relations(findings, book):
    return {
        "drawn_scatters": {outcome: _scatters(findings, book, outcome) for outcome in relations.OUTCOMES},
        "forest": book.draw(relations.correlations(findings), "Correlations with distance"),
        "slopes": book.draw(scaling.slopes(findings), "Slope over distance, by model size"),
    }


class _Book:
    """Collects the files of the figures while the page draws them."""

    def __init__(self):
        self.files = {}
        self.panels_left = MOST_PANELS

    def draw(self, figure, title, secondary=False):
        """Note the figure's files; None for a figure without panels."""
        if not figure.rows:
            return None
        self.files[f"{figure.name}.svg"] = document(figure.rows, figure.shared)
        self.files[f"{figure.name}.csv"] = _csv(figure.data)
        rows = [[inline(panel) for panel in row] for row in figure.rows]
        if secondary:
            self.panels_left -= sum(map(len, rows))
            rows = rows if self.panels_left >= 0 else []
        return Drawn(title, f"figures/{figure.name}", rows)

    def draw_all(self, drawn):
        """Draw figures of several targets, those with panels, under the last part of their names."""
        found = [(figure.title, self.draw(figure, figure.title)) for figure in drawn]
        return {title: figure for title, figure in found if figure}


def _csv(rows):
    """Write what a figure shows; unknown values stay empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _scatters(findings, book, outcome):
    """Target -> drawn figures, the distance that is shown first at their head."""
    found = {}
    for target in findings.targets:
        for pair in findings.pictured:
            figure = relations.against_distance(findings, target, outcome, *pair)
            drawn = book.draw(figure, " · ".join(pair), secondary=pair != findings.shown)
            if drawn:
                found.setdefault(target, []).append(drawn)
    return found


def _template():
    loader = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


def _read(name):
    return (HERE / name).read_text(encoding="utf-8")
