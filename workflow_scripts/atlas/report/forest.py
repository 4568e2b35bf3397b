"""Forest plot: estimates with intervals, a row per label, a mark per model within the row."""

from typing import NamedTuple

from atlas.report import plot
from atlas.report.svg import Panel, Scale, element, text

HEAD, MARK, AIR, FOOT = 26, 9, 9, 40
SPAN = 230


class Mark(NamedTuple):
    """An estimate with its interval, and a second one drawn thin; filled if it is told from zero."""

    position: int  # of the model in the order of size
    value: float
    inner: tuple  # (low, high), or (None, None)
    outer: tuple
    filled: bool
    explained: str


def draw(title, rows, x_range, x_name):
    """Draw one panel.

    Parameters
    ----------
    rows : list of (label, list of Mark)
    """
    left = max([len(label) for label, _ in rows] + [6]) * 6.6 + 12
    heights = [AIR + MARK * max(1, len(marks)) for _, marks in rows]
    box = plot.Box(left, HEAD, left + SPAN, HEAD + sum(heights))
    x = Scale(*x_range, box.left, box.right)
    body = [text(0, 14, title, "name")]
    body.append(element("line", x1=x(0), x2=x(0), y1=box.top, y2=box.bottom, class_="zero"))
    body += plot.horizontal_axis(x, box, x_name)
    y = box.top
    for (label, marks), height in zip(rows, heights, strict=True):
        body.append(text(left - 8, y + height / 2 + 4, label, "row", "end"))
        if not marks:
            body.append(text(x(0), y + height / 2 + 4, "not estimated", "note", "middle"))
        for place, mark in enumerate(marks):
            body.append(_mark(mark, x, y + AIR / 2 + MARK * (place + 0.5)))
        y += height
    return Panel(f"{title}: {x_name}", box.right + 8, box.bottom + FOOT, element("g", *body))


def _mark(mark, x, y):
    class_ = plot.series(mark.position)
    drawn = [element("title", mark.explained)]
    for (low, high), kind in ((mark.outer, "reach"), (mark.inner, "line solid")):
        if low is not None and high is not None:
            ends = [(x(min(max(value, x.low), x.high)), y) for value in (low, high)]
            drawn.append(plot.line(ends, f"{class_} {kind}"))
    dot = "filled" if mark.filled else "hollow"
    drawn.append(element("circle", cx=x(mark.value), cy=y, r=3.2, class_=f"{class_} {dot}"))
    return element("g", *drawn)
