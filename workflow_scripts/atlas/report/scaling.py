"""What the regressions on distance and size say: slopes by model, and how they change with size."""

import math

from atlas.report import by_size, plot
from atlas.report.figures import Figure
from atlas.report.wording import interval, signed

ALL = "all"
# Terms of atlas.columns.SCALING.
SLOPE, INTERACTION = "distance", "distance:log10_parameters"


def of(findings, term, **place):
    """Rows of scaling.parquet of a term and the distance that is shown first, with an estimate or not."""
    distance, provider = findings.shown
    wanted = {"term": term, "outcome": findings.asked, "distance": distance, "provider": provider, **place}
    return [row for row in findings.scaling if all(row[key] == value for key, value in wanted.items())]


def together(findings):
    """Name under which the intermediate tasks are taken together; without any delta it is the baseline."""
    return ALL if findings.asked == "delta" else findings.spec["baseline"]


def overall(findings, term):
    """Row of a term over all models, intermediates and targets; None without an estimate."""
    rows = of(findings, term, model=ALL, intermediate=together(findings), target=ALL)
    return next((row for row in rows if row["estimate"] is not None and not row["covariates"]), None)


def reach(row):
    """The interval of an estimate by the model; that by bootstrap is too narrow for few families."""
    return row["ci_low"], row["ci_high"]


def slopes(findings):
    """Slope of the outcome over distance against the number of parameters, a panel per target."""
    rows = [
        row
        for row in of(findings, SLOPE, intermediate=together(findings))
        if findings.parameters.get(row["model"]) and row["estimate"] is not None
    ]
    targets = [name for name in (ALL, *findings.targets) if any(row["target"] == name for row in rows)]
    if not targets:
        return Figure("slopes", [], [])
    x_range = plot.widened([math.log10(findings.parameters[row["model"]]) for row in rows], 0.3)
    ends = [end for row in rows for end in (row["estimate"], *reach(row)) if end is not None]
    y_range = plot.widened([0, *ends], 1)
    panels = [_panel(findings, rows, target, x_range, y_range) for target in targets]
    return Figure("slopes", [[plot.legend(findings.models)], panels], rows)


def _panel(findings, rows, target, x_range, y_range):
    own = {row["model"]: row for row in rows if row["target"] == target}
    points = [
        (position, model, findings.parameters[model], own[model]["estimate"], *reach(own[model]))
        for position, model in enumerate(findings.models)
        if model in own
    ]
    changes = of(findings, INTERACTION, model=ALL, intermediate=together(findings), target=target)
    title = "all targets" if target == ALL else target
    return by_size.draw(title, _note(changes), points, x_range, y_range, "slope (points per unit)")


def _note(rows):
    if not rows or rows[0]["estimate"] is None:
        return "change with size not estimated"
    return f"per tenfold parameters {signed(rows[0]['estimate'])} {interval(*reach(rows[0]))}"
