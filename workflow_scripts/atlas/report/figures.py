"""Figures of deltas: heat maps, and what every figure has."""

import re
from typing import NamedTuple

from markupsafe import Markup

from atlas.report import heatmap, summary
from atlas.report.findings import Estimate
from atlas.report.svg import NOTHING
from atlas.report.wording import interval, number, signed

# More columns than fit a page get a panel per model; of more cells, each says no more than its number.
_MOST_COLUMNS, _MOST_CELLS = 12, 3000


class Figure(NamedTuple):
    """Name of the figure's files without ending, its rows of panels, and the data that they show."""

    name: str
    rows: list
    data: list  # of dict
    title: str = ""
    shared: Markup = NOTHING  # parts that the panels refer to


def file_name(*parts):
    """Join parts to a plain file name."""
    return "-".join(re.sub(r"[^A-Za-z0-9_.]+", "_", part) for part in parts)


def mean_deltas(findings):
    """Heat maps intermediate x target, one per model, of the mean delta over zero-shot languages.

    The Figure has no rows if there is no delta.
    """
    found = summary.mean_deltas(findings)
    limit = heatmap.limit_of([value.mean for value in found.values()])
    models = [model for model in findings.models if any(cell[0] == model for cell in found)]
    panels = [_mean_panel(findings, model, found, limit) for model in models]
    names = ("model", "intermediate", "target")
    data = [{**dict(zip(names, cell, strict=True)), **value._asdict()} for cell, value in found.items()]
    return Figure("deltas", [[heatmap.legend(limit)], panels] if panels else [], data)


def _mean_panel(findings, model, found, limit):
    columns = [heatmap.Column(model, target) for target in findings.targets]
    cells = {
        (intermediate, column): _cell(findings, (model, intermediate, column.name), value)
        for intermediate in findings.trained
        for column in columns
        if (value := found.get((model, intermediate, column.name)))
    }
    for place in findings.left_out:
        if place[0] == model and place[2] in findings.targets:
            column = next(c for c in columns if c.name == place[2])
            cells[place[1], column] = _left_out(place)
    rows = [(name, name, "") for name in findings.trained]
    label = f"Mean delta over zero-shot languages, {model}, in points"
    return heatmap.draw(label, rows, columns, cells, limit)


def _cell(findings, place, value, language=None):
    """Cell of a heat map from an Estimate; it leads to the score file of the first seed."""
    seeds = findings.seeds_of(*place)
    chance = [seed for seed in seeds if (*place, seed) in findings.at_chance]
    reach = f", 95 % {interval(value.low, value.high)}" if value.low is not None else ""
    where = " / ".join(place) + (f" / {findings.name_of(language)}" if language else "")
    warning = f"; at chance: seed {', '.join(map(str, chance))}" if chance else ""
    return heatmap.Cell(
        value.mean,
        signed(value.mean) + ("†" if chance else ""),
        f"{where}: {signed(value.mean, 2)} points{reach} ({value.n_seeds} seeds{warning})",
        findings.score_file(*place, seeds[0]) if seeds else None,
        value.differs,
    )


def _left_out(place):
    """Cell that says why there is no number."""
    return heatmap.Cell(0.0, "†", f"{' / '.join(place)}: left out, a training is at chance", None)


def deltas_by_language(findings, target):
    """Heat map language x (model, intermediate); the source language first, then from near to far."""
    shown = [row for row in findings.deltas if row["target"] == target]
    limit = heatmap.limit_of([row["delta"] for row in findings.counted if row["target"] == target])
    pairs = {(row["model"], row["intermediate"]) for row in shown}
    columns = {
        (model, name): heatmap.Column(model, name, _column_link(findings, model, name, target))
        for model in findings.models
        for name in findings.trained
        if (model, name) in pairs
    }
    brief = len(findings.deltas) > _MOST_CELLS
    cells = {
        (row["language"], columns[row["model"], row["intermediate"]]): _language_cell(findings, row, brief)
        for row in shown
    }
    rows = _language_rows(findings, target, {language for language, _ in cells})
    groups = [list(columns.values())]
    if len(columns) > _MOST_COLUMNS:
        groups = [[c for c in columns.values() if c.group == model] for model in findings.models]
    label = f"Delta per language on {target}, in points"
    panels = [heatmap.draw(label, rows, group, cells, limit) for group in groups if group]
    return Figure(
        file_name("deltas", target), [[heatmap.legend(limit)], panels] if rows else [], shown, target
    )


def _column_link(findings, model, intermediate, target):
    seeds = findings.seeds_of(model, intermediate, target)
    return findings.score_file(model, intermediate, target, seeds[0]) if seeds else None


def _language_rows(findings, target, present):
    known = findings.distance_to(findings.source(target), *findings.shown)
    order = [findings.source(target), *findings.zero_shot(target)]
    return [
        (code, f"{findings.name_of(code)} {code}", number(known[code], 2) if code in known else "")
        for code in order
        if code in present
    ]


def _language_cell(findings, row, brief):
    value = Estimate(row["delta"], row["ci_low"], row["ci_high"], row["n_seeds"])
    if brief:
        return heatmap.Cell(value.mean, signed(value.mean), None, None, value.differs)
    return _cell(findings, (row["model"], row["intermediate"], row["target"]), value, row["language"])
