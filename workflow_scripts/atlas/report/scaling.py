"""What the regressions on distance and size say: slopes by model, and how they change with size."""

import math

from atlas.report import by_size, plot
from atlas.report.figures import Figure
from atlas.report.wording import interval, signed

ALL = "all"
# Terms of atlas.columns.SCALING.
SLOPE, INTERACTION = "distance", "distance:log10_parameters"


def of(findings, term, outcome="delta", **place):
    """Rows of scaling.parquet of a term and the distance that is shown first, with an estimate or not."""
    wanted = {"term": term, "outcome": outcome, **place}
    distance, provider = findings.shown
    wanted |= {"distance": distance, "provider": provider}
    return [row for row in findings.scaling if all(row[key] == value for key, value in wanted.items())]


def interactions(findings):
    """Rows of the interaction of distance and size, with all targets taken together first."""
    rows = of(findings, INTERACTION)
    return sorted(rows, key=lambda row: (row["target"] != ALL, row["intermediate"] != ALL, row["target"]))


def overall(findings, term, outcome="delta"):
    """Row of a term over all models, intermediates and targets that has an estimate; None without one."""
    rows = of(findings, term, outcome, model=ALL, intermediate=ALL, target=ALL)
    return next((row for row in rows if row["estimate"] is not None), None)


def reach(row):
    """The interval of an estimate: by bootstrap of families where there is one, else by the model."""
    if row["ci_boot_low"] is not None:
        return row["ci_boot_low"], row["ci_boot_high"]
    return row["ci_low"], row["ci_high"]


def slopes(findings):
    """Slope of delta over distance against the number of parameters, a panel per target."""
    rows = [
        row
        for row in of(findings, SLOPE, intermediate=ALL)
        if row["model"] in findings.models and row["estimate"] is not None
    ]
    targets = [name for name in (ALL, *findings.targets) if any(row["target"] == name for row in rows)]
    counts = [findings.parameters[row["model"]] for row in rows if findings.parameters.get(row["model"])]
    if not counts:
        return Figure("slopes", [], [])
    x_range = plot.widened([math.log10(count) for count in counts], 0.3)
    y_range = plot.widened(
        [0, *(value for row in rows for value in (row["estimate"], *_known(reach(row))))], 1
    )
    panels = [_panel(findings, rows, target, x_range, y_range) for target in targets]
    return Figure("slopes", [[plot.legend(findings.models)], panels], rows)


def _panel(findings, rows, target, x_range, y_range):
    points = []
    for position, model in enumerate(findings.models):
        for row in rows:
            if (row["target"], row["model"]) == (target, model) and findings.parameters.get(model):
                place = position, model, findings.parameters[model]
                points.append((*place, row["estimate"], *reach(row)))
    together = [
        row for row in interactions(findings) if (row["target"], row["intermediate"]) == (target, ALL)
    ]
    title = "all targets" if target == ALL else target
    return by_size.draw(title, _note(together), points, x_range, y_range, "slope (points per unit)")


def _note(rows):
    if not rows or rows[0]["estimate"] is None:
        return "change with size not estimated"
    return f"per tenfold parameters {signed(rows[0]['estimate'])} {interval(*reach(rows[0]))}"


def _known(values):
    return [value for value in values if value is not None]
