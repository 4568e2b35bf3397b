"""Figures of outcomes against distance: scatter plots, and the forest of their correlations."""

from atlas.report import forest, plot, scatter
from atlas.report.figures import Figure, file_name
from atlas.report.wording import interval, number, probability, signed

OUTCOMES = {"delta": "delta (points)", "gap": "transfer gap (points)"}
LEVEL = 0.05
# Beyond so many panels (targets x models x intermediates) a figure shows means over intermediate tasks alone.
MOST_DETAILED = 100


def detailed(findings):
    """Whether the grid is small enough for a panel per model, intermediate task and target."""
    return len(findings.models) * len(findings.intermediates) * len(findings.targets) <= MOST_DETAILED


def against_distance(findings, target, outcome, distance, provider):
    """Scatter plots of an outcome against a distance, a panel per model.

    The first row is the mean over intermediate tasks, where there are several (of the transfer gap: the
    baseline's); of a grid that is not too large, a row per intermediate task follows.

    Parameters
    ----------
    outcome : a key of OUTCOMES
    """
    measure = (distance, provider)
    rows = [_pooled(findings, target, outcome, measure)] if len(findings.trained) > 1 else []
    if detailed(findings) or not rows or not rows[0]:
        rows += [_of(findings, target, outcome, measure, name) for name in findings.intermediates]
    drawn = {panel: points for row in rows for panel, points in row.items() if points}
    x_name = f"{distance} distance from {findings.name_of(findings.source(target))}"
    everything = [point for points in drawn.values() for point in points]
    frame = scatter.frame_of(everything, x_name, OUTCOMES[outcome])
    panels = [
        [scatter.draw(*panel[:2], drawn[panel], frame, panel[2]) for panel in row if panel in drawn]
        for row in rows
    ]
    data = [
        {"panel": panel[0], "language": p.label, distance: p.x, outcome: p.y}
        for panel, points in drawn.items()
        for p in points
    ]
    return Figure(file_name(outcome, "against", distance, target), [row for row in panels if row], data)


def _of(findings, target, outcome, measure, intermediate):
    """(title, note, whether to draw a line) -> points, for one intermediate task."""
    row = {}
    for model in findings.models:
        place = (model, intermediate, target)
        estimate = findings.correlation(*place, outcome, *measure)
        estimated = estimate is not None and estimate["spearman"] is not None
        values = {code: findings.outcome(outcome, *place, code) for code in findings.zero_shot(target)}
        panel = (f"{model}, {intermediate}", rho(estimate), estimated)
        row[panel] = _points(findings, target, measure, values)
    return row


def _pooled(findings, target, outcome, measure):
    if outcome == "gap":
        return {} if detailed(findings) else _of(findings, target, "gap", measure, findings.spec["baseline"])
    row = {}
    for model in findings.models:
        values = findings.mean_over_intermediates(model, target)
        note = f"mean of {len(findings.trained)} intermediate tasks, n = {len(values)}"
        row[model, note, len(values) > 3] = _points(findings, target, measure, values)
    return row


def _points(findings, target, measure, values):
    known = findings.distance_to(findings.source(target), *measure)
    return [
        scatter.Point(
            known[code],
            value,
            code,
            f"{findings.name_of(code)}: {signed(value, 2)} points, distance {number(known[code], 3)}",
        )
        for code, value in values.items()
        if value is not None and code in known
    ]


def rho(row):
    """What the table of correlations says of one panel."""
    if row is None or row["spearman"] is None:
        return "correlation not estimated" + (f", n = {row['n_languages']}" if row else "")
    reach = interval(row["spearman_ci_low"], row["spearman_ci_high"], 2)
    return (
        f"ρ = {number(row['spearman'], 2)} {reach}, n = {row['n_languages']},"
        f" q = {probability(row['q_value'])}".replace("= <", "<")
    )


def correlations(findings):
    """Forest plot of Spearman's rho with the distance that is shown first, a panel per target."""
    outcome = findings.asked
    panels, data = [], []
    for target in findings.targets:
        rows = [
            (intermediate, _marks(findings, intermediate, target, outcome))
            for intermediate in (findings.trained if outcome == "delta" else findings.intermediates)
        ]
        if any(marks for _, marks in rows):
            panels.append(forest.draw(target, rows, (-1, 1), f"Spearman’s ρ, {findings.shown[0]} distance"))
    for row in findings.correlations:
        if (row["outcome"], row["distance"], row["provider"]) == (outcome, *findings.shown):
            data.append(row)
    return Figure(
        file_name("correlations", outcome), [[plot.legend(findings.models)], panels] if panels else [], data
    )


def _marks(findings, intermediate, target, outcome):
    marks = []
    for position, model in enumerate(findings.models):
        row = findings.correlation(model, intermediate, target, outcome, *findings.shown)
        if row is not None and row["spearman"] is not None:
            inner = row["spearman_ci_low"], row["spearman_ci_high"]
            outer = row["family_ci_low"], row["family_ci_high"]
            told = row["q_value"] is not None and row["q_value"] < LEVEL
            explained = f"{model}, {intermediate}, {target}: {rho(row)}"
            marks.append(forest.Mark(position, row["spearman"], inner, outer, told, explained))
    return marks
