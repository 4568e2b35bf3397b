"""Drawing by hand: SVG elements with escaped text, panels, and scales with round ticks.

Colours stand in figure.css alone, which the page and every figure file carry, so that both follow the
reader's light or dark setting.
"""

import math
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

STYLE = Path(__file__).with_name("figure.css").read_text(encoding="utf-8")
NOTHING = Markup("")
GAP = 16  # between the panels of a figure's file


class Panel(NamedTuple):
    """One drawing with its size in pixels; a figure is a list of rows of panels."""

    label: str
    width: float
    height: float
    body: Markup


def element(name, *content, **attributes):
    """Make one element; text and attributes are escaped, numbers rounded to a tenth.

    A trailing underscore is dropped and others become hyphens: ``class_``, ``text_anchor``.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _plain(value))
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(content)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, inside)


def _plain(value):
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def text(x, y, content, class_, anchor="start", **attributes):
    """Place a line of text."""
    return element("text", content, x=x, y=y, class_=class_, text_anchor=anchor, **attributes)


def inline(panel):
    """Write a panel for the page."""
    size = {"viewBox": f"0 0 {panel.width:.0f} {panel.height:.0f}", "width": f"{panel.width:.0f}"}
    return element("svg", panel.body, **size, class_="panel", role="img", aria_label=panel.label)


def shared_parts(*parts):
    """Write parts that the panels of the page refer to, which take no room themselves."""
    return element("svg", element("defs", *parts), width="0", height="0", aria_hidden="true", class_="shared")


def document(rows, shared=NOTHING):
    """Write a figure as a file of its own: rows of panels, with the style sheet and `shared` parts inside."""
    width = max((sum(p.width + GAP for p in row) for row in rows), default=0)
    y, placed = 0, []
    for row in rows:
        x = 0
        for panel in row:
            size = {"width": panel.width, "height": panel.height}
            placed.append(element("svg", panel.body, x=x, y=y, **size))
            x += panel.width + GAP
        y += max((panel.height for panel in row), default=0) + GAP
    style = element("style", Markup(STYLE))
    size = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:.0f} {y:.0f}"}
    # Links lead from the page's folder; a file lies one folder deeper.
    body = str(Markup("").join(placed)).replace('href="scores', 'href="../scores')
    parts = [style, element("defs", shared), Markup(body)] if shared else [style, Markup(body)]
    return str(element("svg", *parts, width=f"{width:.0f}", height=f"{y:.0f}", **size)) + "\n"


class Scale(NamedTuple):
    """Linear map from data to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value):
        """Pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low, high, about=5):
    """Round values within [low, high], about as many as asked for.

    >>> ticks(-3, 4.2)
    [-2.0, 0.0, 2.0, 4.0]
    """
    rough = (high - low) / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(step * count, 9) for count in range(first, last + 1)]
