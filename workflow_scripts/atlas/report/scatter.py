"""Scatter plots: one point per language, labelled where there is room, with a line and its 95 % band."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from atlas.report import plot
from atlas.report.svg import Panel, element, text

WIDTH, HEIGHT = 340, 270
BOX = plot.Box(46, 40, WIDTH - 10, HEIGHT - 42)
_STEPS = 12  # corners of each edge of the band


class Point(NamedTuple):
    """A language: distance from the source, outcome in points."""

    x: float
    y: float
    label: str
    explained: str


class Frame(NamedTuple):
    """What the panels of a figure share: ranges and the names of the axes."""

    x_range: tuple
    y_range: tuple
    x_name: str
    y_name: str


def frame_of(points, x_name, y_name):
    """Range of all points with some air, and zero on the vertical axis."""
    xs, ys = [p.x for p in points] or [0, 1], [p.y for p in points] + [0]
    return Frame(plot.widened(xs, 0.02), plot.widened(ys, 1), x_name, y_name)


def draw(title, note, points, frame, with_line):
    """Draw one panel.

    Parameters
    ----------
    title, note : two lines above the plot
    points : list of Point
    frame : Frame that all panels of the figure share
    with_line : whether to draw the least-squares line with its band
    """
    x, y = plot.scales(BOX, frame.x_range, frame.y_range)
    body = [
        text(BOX.left, 14, title, "name"),
        text(BOX.left, 30, note, "note"),
        *plot.vertical_axis(y, BOX, frame.y_name),
        *plot.horizontal_axis(x, BOX, frame.x_name),
    ]
    if with_line and (fitted := regression([p.x for p in points], [p.y for p in points])):
        body += _band(*fitted, x, y)
    spots = [(x(point.x), y(point.y)) for point in points]
    for point, (px, py) in zip(points, spots, strict=True):
        body.append(
            element("circle", element("title", point.explained), cx=px, cy=py, r=plot.RADIUS, class_="point")
        )
    body += plot.labels([point.label for point in points], spots, BOX._replace(top=BOX.top - 4))
    label = f"{title}: {frame.y_name} against {frame.x_name}. {note}"
    return Panel(label, WIDTH, HEIGHT, element("g", *body))


def regression(xs, ys):
    """Least-squares line of ys on xs and the 95 % interval of its mean.

    The interval takes the languages as independent, which relatives are not; it is a picture of the scatter,
    the tests are those of correlations.parquet.

    Returns
    -------
    (places, line, low, high), each (_STEPS,) over the range of xs; None for fewer than 3 points or equal xs
    """
    xs, ys = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
    n, spread = len(xs), float(((xs - xs.mean()) ** 2).sum()) if len(xs) else 0.0
    if n < 3 or not spread:
        return None
    slope = float(((xs - xs.mean()) * (ys - ys.mean())).sum()) / spread
    places = np.linspace(xs.min(), xs.max(), _STEPS)
    line = ys.mean() + slope * (places - xs.mean())
    residual = ys - ys.mean() - slope * (xs - xs.mean())
    error = np.sqrt((residual**2).sum() / (n - 2) * (1 / n + (places - xs.mean()) ** 2 / spread))
    reach = stats.t.ppf(0.975, n - 2) * error
    return places, line, line - reach, line + reach


def _band(places, line, low, high, x, y):
    low, high = np.clip(low, y.low, y.high), np.clip(high, y.low, y.high)
    edge = [*zip(places, low, strict=True), *zip(places[::-1], high[::-1], strict=True)]
    yield plot.shape([(x(a), y(b)) for a, b in edge], "band")
    yield plot.line([(x(places[0]), y(line[0])), (x(places[-1]), y(line[-1]))], "trend")
