"""Scatter plots: one point per language, labelled where there is room."""

from typing import NamedTuple

from atlas.report.svg import Panel, Scale, element, text, ticks
from atlas.report.wording import number

WIDTH, HEIGHT = 340, 270
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 40, 42
LETTER, LINE, RADIUS = 5.6, 10, 3
# Where a label may stand: shift of its middle from the point, in half widths and pixels.
_PLACES = [(1, 6, 0), (-1, -6, 0), (0, 0, -9), (0, 0, 10), (1, 4, -8), (-1, -4, -8), (1, 4, 9), (-1, -4, 9)]
_PLACES += [(0, 0, -18), (0, 0, 19), (1, 9, -15), (-1, -9, -15), (1, 9, 16), (-1, -9, 16)]


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
    return Frame(_widen(min(xs), max(xs), 0.02), _widen(min(ys), max(ys), 1), x_name, y_name)


def _widen(low, high, least):
    air = max(0.06 * (high - low), least / 2)
    return low - air, high + air


def draw(title, note, points, frame, with_line):
    """Draw one panel.

    Parameters
    ----------
    title, note : two lines above the plot
    points : list of Point
    frame : Frame that all panels of the figure share
    with_line : whether to draw the least-squares line
    """
    x = Scale(*frame.x_range, LEFT, WIDTH - RIGHT)
    y = Scale(*frame.y_range, HEIGHT - BOTTOM, TOP)
    body = [text(LEFT, 14, title, "name"), text(LEFT, 30, note, "note"), *_axes(x, y, frame)]
    if with_line and (ends := _least_squares(points)):
        (x1, y1), (x2, y2) = ends
        body.append(element("line", x1=x(x1), y1=y(y1), x2=x(x2), y2=y(y2), class_="trend"))
    spots = [(x(point.x), y(point.y)) for point in points]
    for point, (px, py) in zip(points, spots, strict=True):
        body.append(
            element("circle", element("title", point.explained), cx=px, cy=py, r=RADIUS, class_="point")
        )
    body += _labels([point.label for point in points], spots)
    return Panel(
        f"{title}: {frame.y_name} against {frame.x_name}. {note}", WIDTH, HEIGHT, element("g", *body)
    )


def _axes(x, y, frame):
    for value in ticks(*frame.y_range):
        kind = "zero" if value == 0 else "grid"
        yield element("line", x1=x.start, x2=x.end, y1=y(value), y2=y(value), class_=kind)
        yield text(x.start - 6, y(value) + 3.5, _short(value), "tick", "end")
    for value in ticks(*frame.x_range):
        yield element("line", x1=x(value), x2=x(value), y1=y.start, y2=y.start + 4, class_="rule")
        yield text(x(value), y.start + 16, _short(value), "tick", "middle")
    yield element("line", x1=x.start, x2=x.end, y1=y.start, y2=y.start, class_="rule")
    yield text((x.start + x.end) / 2, HEIGHT - 8, frame.x_name, "axis", "middle")
    middle = (y.start + y.end) / 2
    yield text(11, middle, frame.y_name, "axis", "middle", transform=f"rotate(-90 11 {middle:.0f})")


def _short(value):
    return number(value, 0 if value == int(value) else 1 if value * 10 == int(value * 10) else 2)


def _least_squares(points):
    """Ends of the least-squares line over the points' range; None where it is not defined."""
    n = len(points)
    mean_x, mean_y = sum(p.x for p in points) / n, sum(p.y for p in points) / n
    spread = sum((p.x - mean_x) ** 2 for p in points)
    if not spread:
        return None
    slope = sum((p.x - mean_x) * (p.y - mean_y) for p in points) / spread
    ends = min(p.x for p in points), max(p.x for p in points)
    return [(value, mean_y + slope * (value - mean_x)) for value in ends]


def _labels(names, spots):
    """Place each label at the first free place around its point; leave it out where there is none."""
    taken = [(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in spots]
    for name, (x, y) in zip(names, spots, strict=True):
        half = len(name) * LETTER / 2
        for side, right, down in _PLACES:
            cx, cy = x + side * half + right, y + down
            box = (cx - half, cy - LINE / 2, cx + half, cy + LINE / 2)
            if _inside(box) and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                yield text(cx, cy + 3.2, name, "label", "middle")
                break


def _inside(box):
    return box[0] >= LEFT and box[2] <= WIDTH and box[1] >= TOP - 4 and box[3] <= HEIGHT - BOTTOM


def _overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
