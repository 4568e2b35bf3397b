"""An estimate against the number of parameters, on a logarithmic axis, with intervals."""

import math

from atlas.report import plot
from atlas.report.svg import Panel, element, text
from atlas.report.wording import magnitude

WIDTH, HEIGHT = 300, 230
BOX = plot.Box(50, 40, WIDTH - 10, HEIGHT - 42)


def draw(title, note, points, x_range, y_range, y_name):
    """Draw one panel.

    Parameters
    ----------
    points : list of (position of the model, name, parameters, estimate, low, high), from small to large
    x_range : range of log10 of parameters
    y_range : range of estimates
    """
    x, y = plot.scales(BOX, x_range, y_range)
    body = [
        text(BOX.left, 14, title, "name"),
        text(BOX.left, 30, note, "note"),
        *plot.vertical_axis(y, BOX, y_name),
        *plot.horizontal_axis(
            x, BOX, "parameters without embeddings", _marks(*x_range, [count for _, _, count, *_ in points])
        ),
    ]
    spots = [(x(math.log10(count)), y(value)) for _, _, count, value, _, _ in points]
    body.append(plot.line(spots, "rule line")) if len(spots) > 1 else None
    for (position, name, count, value, low, high), (px, py) in zip(points, spots, strict=True):
        drawn = [element("title", f"{name} ({magnitude(count)}): {value:.2f}")]
        if low is not None:
            ends = [y(min(max(end, y.low), y.high)) for end in (low, high)]
            drawn.append(plot.whiskers([(px, *ends)], f"{plot.series(position)} line solid"))
        drawn.append(element("circle", cx=px, cy=py, r=4, class_=f"{plot.series(position)} filled"))
        body.append(element("g", *drawn))
    return Panel(f"{title}: {y_name} against parameters. {note}", WIDTH, HEIGHT, element("g", *body))


def _marks(low, high, counts):
    """Ticks at powers of ten, with 3 between where these are few; the models' own sizes where none fit."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    steps = (1,) if high - low > 3 else (1, 3)
    values = [factor * 10**power for power in powers for factor in steps]
    within = [value for value in values if low <= math.log10(value) <= high]
    return [(math.log10(value), magnitude(value)) for value in (within if len(within) > 1 else counts)]
