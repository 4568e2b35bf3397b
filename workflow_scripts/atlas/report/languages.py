"""Figures by language: profiles from near to far, and maps."""

from collections import defaultdict

from atlas.report import coordinates, heatmap, plot, profiles, worldmap
from atlas.report.figures import Figure, file_name
from atlas.report.findings import average
from atlas.report.wording import signed

ALL_TARGETS = "all targets"


def profile(findings, target):
    """Deltas of a target by language from near to far: a line per model, a panel per intermediate task."""
    languages = findings.zero_shot(target)
    lines = {name: _lines(findings, name, target, languages) for name in findings.trained}
    values = [value[0] for drawn in lines.values() for _, _, found in drawn for value in found.values()]
    if not values:
        return Figure(file_name("profile", target), [], [])
    y_range = plot.widened([*values, 0], 1)
    panels = [
        profiles.draw(f"{target} after {name}", languages, drawn, y_range, "delta (points)")
        for name, drawn in lines.items()
        if drawn
    ]
    data = [
        {
            "intermediate": name,
            "model": model,
            "language": code,
            "delta": value,
            "ci_low": low,
            "ci_high": high,
        }
        for name, drawn in lines.items()
        for _, model, found in drawn
        for code, (value, low, high) in found.items()
    ]
    return Figure(file_name("profile", target), [[plot.legend(findings.models)], panels], data, target)


def _lines(findings, intermediate, target, languages):
    lines = []
    for position, model in enumerate(findings.models):
        rows = {code: findings.delta_rows.get((model, intermediate, target, code)) for code in languages}
        found = {
            code: (row["delta"], row["ci_low"], row["ci_high"])
            for code, row in rows.items()
            if row is not None and row["delta"] is not None
        }
        if found:
            lines.append((position, model, found))
    return lines


def deltas_on_map(findings, target):
    """Maps of mean deltas over intermediate tasks, one per model; of one target or ALL_TARGETS.

    A language's value over all targets is the mean over those that have it, so languages can differ in the
    targets behind them.
    """
    targets = list(findings.targets) if target == ALL_TARGETS else [target]
    uriel = {code: entry["uriel"] for code, entry in findings.spec["languages"].items()}
    known = coordinates.places(uriel.values())
    by_model = {model: _by_language(findings, model, targets) for model in findings.models}
    limit = heatmap.limit_of([value for values in by_model.values() for value in values.values()])
    panels, data = [], []
    for model, values in by_model.items():
        found = {code: value for code, value in values.items() if uriel.get(code) in known}
        places = [
            worldmap.Place(
                *known[uriel[code]], value, code, f"{findings.name_of(code)}: {signed(value, 2)} points"
            )
            for code, value in found.items()
        ]
        if places:
            panels.append(worldmap.draw(f"{model}, {target}", places, limit))
            data += [{"model": model, "language": p.label, **_row(p)} for p in places]
    return Figure(
        file_name("map", target),
        [[heatmap.legend(limit)], panels] if panels else [],
        data,
        target,
        worldmap.land(),
    )


def _by_language(findings, model, targets):
    found = defaultdict(list)
    for target in targets:
        for code, value in findings.mean_over_intermediates(model, target).items():
            found[code].append(value)
    return {code: average(values) for code, values in found.items()}


def _row(place):
    return {"latitude": place.latitude, "longitude": place.longitude, "delta": place.value}
