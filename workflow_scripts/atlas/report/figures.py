"""The figures of a study: which cells, panels and labels go into each."""

import re
from typing import NamedTuple

from atlas.report import heatmap, scatter, summary
from atlas.report.findings import Estimate
from atlas.report.wording import interval, number, probability, score_file, signed

OUTCOMES = {"delta": "delta (points)", "gap": "transfer gap (points)"}


class Figure(NamedTuple):
    """Name of the figure's file without ending, and its rows of panels."""

    name: str
    rows: list


def file_name(*parts):
    """Join parts to a plain file name."""
    return "-".join(re.sub(r"[^A-Za-z0-9_.]+", "_", part) for part in parts)


def mean_deltas(findings):
    """Heat maps intermediate x target, one per model, of the mean delta over zero-shot languages.

    Returns
    -------
    (Figure, limit of the colours); the Figure has no rows if there is no delta
    """
    found = summary.mean_deltas(findings)
    limit = heatmap.limit_of([value.mean for value in found.values()])
    models = [model for model in findings.models if any(cell[0] == model for cell in found)]
    panels = [_mean_panel(findings, model, found, limit) for model in models]
    return Figure("deltas", [panels] if panels else []), limit


def _mean_panel(findings, model, found, limit):
    columns = [heatmap.Column(model, target) for target in findings.targets]
    cells = {
        (intermediate, column): _cell(findings, (model, intermediate, column.name), value)
        for intermediate in findings.trained
        for column in columns
        if (value := found.get((model, intermediate, column.name)))
    }
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
        score_file(*place, seeds[0]) if seeds else None,
        value.differs,
    )


def language_limit(findings):
    """Limit of the colours of all heat maps per language."""
    return heatmap.limit_of([row["delta"] for row in findings.deltas])


def deltas_by_language(findings, target, limit):
    """Heat map language x (model, intermediate); the source language first, then from near to far."""
    shown = [row for row in findings.deltas if row["target"] == target]
    pairs = {(row["model"], row["intermediate"]) for row in shown}
    columns = [
        heatmap.Column(model, name)
        for model in findings.models
        for name in findings.trained
        if (model, name) in pairs
    ]
    cells = {(row["language"], heatmap.Column(row["model"], row["intermediate"])): row for row in shown}
    cells = {place: _language_cell(findings, row) for place, row in cells.items()}
    known = findings.distance_to(findings.source(target), *findings.shown)
    order = [findings.source(target), *findings.zero_shot(target)]
    present = {language for language, _ in cells}
    rows = [
        (code, f"{findings.name_of(code)} {code}", number(known[code], 2) if code in known else "")
        for code in order
        if code in present
    ]
    label = f"Delta per language on {target}, in points"
    return Figure(
        file_name("deltas", target), [[heatmap.draw(label, rows, columns, cells, limit)]] if rows else []
    )


def _language_cell(findings, row):
    value = Estimate(row["delta"], row["ci_low"], row["ci_high"], row["n_seeds"])
    return _cell(findings, (row["model"], row["intermediate"], row["target"]), value, row["language"])


def against_distance(findings, target, outcome, distance, provider):
    """Scatter plots of an outcome against a distance: a row per intermediate, a panel per model.

    Parameters
    ----------
    outcome : a key of OUTCOMES
    """
    points = {
        (model, intermediate): found
        for intermediate in findings.intermediates
        for model in findings.models
        if (found := _points(findings, (model, intermediate, target), outcome, (distance, provider)))
    }
    x_name = f"{distance} distance from {findings.name_of(findings.source(target))}"
    everything = [point for found in points.values() for point in found]
    frame = scatter.frame_of(everything, x_name, OUTCOMES[outcome])
    rows = {}
    for (model, intermediate), found in points.items():
        row = findings.correlation(model, intermediate, target, outcome, distance, provider)
        estimated = row is not None and row["spearman"] is not None
        panel = scatter.draw(f"{model}, {intermediate}", _rho(row), found, frame, estimated)
        rows.setdefault(intermediate, []).append(panel)
    return Figure(file_name(outcome, "against", distance, target), list(rows.values()))


def _points(findings, place, outcome, measure):
    known = findings.distance_to(findings.source(place[2]), *measure)
    found = []
    for language in findings.zero_shot(place[2]):
        value = findings.outcome(outcome, *place, language)
        if value is not None and language in known:
            distance = known[language]
            explained = (
                f"{findings.name_of(language)}: {signed(value, 2)} points, distance {number(distance, 3)}"
            )
            found.append(scatter.Point(distance, value, language, explained))
    return found


def _rho(row):
    """What the table of correlations says of one panel."""
    if row is None or row["spearman"] is None:
        return "correlation not estimated" + (f", n = {row['n_languages']}" if row else "")
    reach = interval(row["spearman_ci_low"], row["spearman_ci_high"], 2)
    return (
        f"ρ = {number(row['spearman'], 2)} {reach}, n = {row['n_languages']},"
        f" q = {probability(row['q_value'])}".replace("= <", "<")
    )
