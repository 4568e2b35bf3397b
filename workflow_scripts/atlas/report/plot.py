"""What all plots share: a frame with axes, the marks of the models, and labels that do not collide."""

import math
from typing import NamedTuple

from atlas.report.svg import Panel, Scale, element, text, ticks
from atlas.report.wording import number

LETTER, LINE, RADIUS = 5.6, 10, 3
# Colours of figure.css that colour-blind readers can tell apart (Okabe and Ito), with their own dashes.
N_SERIES = 6
# Where a label may stand: shift of its middle from the point, in half widths and pixels.
_PLACES = [(1, 6, 0), (-1, -6, 0), (0, 0, -9), (0, 0, 10), (1, 4, -8), (-1, -4, -8), (1, 4, 9), (-1, -4, 9)]
_PLACES += [(0, 0, -18), (0, 0, 19), (1, 9, -15), (-1, -9, -15), (1, 9, 16), (-1, -9, 16)]


class Box(NamedTuple):
    """The part of a panel that data may fill, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other):
        """Whether another box lies within this one."""
        left, top, right, bottom = other
        return self.left <= left and self.top <= top and right <= self.right and bottom <= self.bottom


def widened(values, least):
    """Range of values with some air, at least `least` wide."""
    low, high = min(values), max(values)
    air = max(0.06 * (high - low), least / 2)
    return low - air, high + air


def vertical_axis(scale, box, name):
    """Lines and labels of the vertical axis; zero is dashed."""
    for value in ticks(scale.low, scale.high):
        kind = "zero" if value == 0 else "grid"
        yield element("line", x1=box.left, x2=box.right, y1=scale(value), y2=scale(value), class_=kind)
        yield text(box.left - 6, scale(value) + 3.5, short(value), "tick", "end")
    middle = (box.top + box.bottom) / 2
    yield text(11, middle, name, "axis", "middle", transform=f"rotate(-90 11 {middle:.0f})")


def horizontal_axis(scale, box, name, marks=None):
    """Line, ticks and name of the horizontal axis.

    Parameters
    ----------
    marks : list of (value, written); round values where not given
    """
    marks = [(value, short(value)) for value in ticks(scale.low, scale.high)] if marks is None else marks
    for value, written in marks:
        yield element(
            "line", x1=scale(value), x2=scale(value), y1=box.bottom, y2=box.bottom + 4, class_="rule"
        )
        yield text(scale(value), box.bottom + 16, written, "tick", "middle")
    yield element("line", x1=box.left, x2=box.right, y1=box.bottom, y2=box.bottom, class_="rule")
    yield text((box.left + box.right) / 2, box.bottom + 34, name, "axis", "middle")


def scales(box, x_range, y_range):
    """Scales that fill a box."""
    return Scale(*x_range, box.left, box.right), Scale(*y_range, box.bottom, box.top)


def short(value):
    """Write a value of an axis with as few digits as it needs."""
    return number(value, 0 if value == int(value) else 1 if value * 10 == int(value * 10) else 2)


def series(position):
    """Class of the model at a position in the order of size."""
    return f"s{position % N_SERIES}"


def legend(names):
    """Draw which line belongs to which model."""
    body, x = [], 2
    for position, name in enumerate(names):
        body.append(line([(x, 10), (x + 26, 10)], f"{series(position)} line"))
        body.append(dots([(x + 13, 10)], f"{series(position)} dots"))
        body.append(text(x + 32, 14, name, "note"))
        x += 32 + len(name) * 6.6 + 18
    return Panel(f"Colours of the models: {', '.join(names)}", x, 20, element("g", *body))


def line(places, class_):
    """Draw a line through places in pixels; one path, since a page has thousands of points."""
    return element("path", d="M" + " L".join(f"{x:.0f} {y:.1f}" for x, y in places), class_=class_)


def dots(places, class_):
    """Draw dots as one path of round caps."""
    return element("path", d="".join(f"M{x:.0f} {y:.1f}h0" for x, y in places), class_=class_)


def whiskers(places, class_):
    """Draw vertical lines (x, y of one end, y of the other) as one path."""
    return element("path", d="".join(f"M{x:.0f} {a:.1f}V{b:.1f}" for x, a, b in places), class_=class_)


def shape(places, class_):
    """Draw a filled outline."""
    return element("path", d="M" + " L".join(f"{x:.0f} {y:.1f}" for x, y in places) + "Z", class_=class_)


def labels(names, spots, box, radius=RADIUS):
    """Place each label at the first free place around its point; leave it out where there is none."""
    taken = [Box(x - radius, y - radius, x + radius, y + radius) for x, y in spots]
    away = radius - RADIUS
    for name, (x, y) in zip(names, spots, strict=True):
        half = len(name) * LETTER / 2
        for side, right, down in _PLACES:
            cx = x + side * half + right + math.copysign(away, right) * bool(right)
            cy = y + down + math.copysign(away, down) * bool(down)
            own = Box(cx - half, cy - LINE / 2, cx + half, cy + LINE / 2)
            if box.holds(own) and not any(_overlap(own, other) for other in taken):
                taken.append(own)
                yield text(cx, cy + 3.2, name, "label", "middle")
                break


def _overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
