"""Heat maps of deltas: blue for gains, orange for losses, paler towards zero, numbers in the cells."""

from typing import NamedTuple

from markupsafe import Markup

from atlas.report.svg import Panel, element, text

ROW, HEAD, LETTER = 22, 44, 6.8
PALEST, STRONGEST = 0.04, 0.72  # opacities that leave the numbers readable on light and dark paper


class Cell(NamedTuple):
    """A number in a heat map; bold if its interval leaves out zero."""

    value: float
    written: str
    explained: str | None
    link: str | None
    bold: bool = False


class Column(NamedTuple):
    """A column with the group that it stands under, and where its heading leads to."""

    group: str
    name: str
    link: str | None = None


def limit_of(values):
    """Points at which the colours are strongest: the 95th percentile of sizes, at least 1.

    One collapsed training run would otherwise make everything else look like zero.
    """
    sizes = sorted(abs(value) for value in values)
    return max(1.0, sizes[int(0.95 * (len(sizes) - 1))]) if sizes else 1.0


def draw(label, rows, columns, cells, limit):
    """Draw one heat map.

    Parameters
    ----------
    label : what it shows, for readers who do not see it
    rows : list of (key, name, note), the note stands beside the name
    columns : list of Column, neighbours of equal group under one heading
    cells : (row key, Column) -> Cell; absent ones stay empty
    limit : points with the strongest colour
    """
    widest = max((len(name) + len(note) + 2 for _, name, note in rows), default=1)
    left = widest * LETTER + 6
    width = _column_width(columns)
    body = [*_headings(columns, left, width)]
    for position, (key, name, note) in enumerate(rows):
        y = HEAD + position * ROW
        body.append(text(0, y + 15, name, "row"))
        body.append(text(left - 8, y + 15, note, "note", "end"))
        for place, column in enumerate(columns):
            body.append(_cell(cells.get((key, column)), left + place * width, y, width, limit))
    size = left + len(columns) * width + 2, HEAD + len(rows) * ROW + 2
    return Panel(label, *size, element("g", *body))


def _column_width(columns):
    shares = [len(c.group) / sum(other.group == c.group for other in columns) for c in columns]
    letters = max([len(column.name) for column in columns] + shares, default=1)
    return max(44, letters * LETTER + 8)


def _headings(columns, left, width):
    groups = {}
    for place, column in enumerate(columns):
        groups.setdefault(column.group, []).append(place)
        heading = text(left + (place + 0.5) * width, HEAD - 8, column.name, "note", "middle")
        yield element("a", heading, href=column.link) if column.link else heading
    for group, places in groups.items():
        yield text(left + (sum(places) / len(places) + 0.5) * width, 14, group, "name", "middle")
        if group:
            start, end = left + places[0] * width + 3, left + (places[-1] + 1) * width - 3
            yield element("line", x1=start, x2=end, y1=21, y2=21, class_="rule")


def _cell(cell, x, y, width, limit):
    frame = {"x": x + 1, "y": y + 1, "width": width - 2, "height": ROW - 2}
    if cell is None:
        return element("rect", **frame, class_="absent")
    drawn = [
        element("rect", **frame, class_=side(cell.value), fill_opacity=opacity(cell.value, limit)),
        text(x + width / 2, y + 15, cell.written, "value bold" if cell.bold else "value", "middle"),
    ]
    if cell.explained:
        drawn = [element("g", element("title", cell.explained), *drawn)]
    return element("a", *drawn, href=cell.link) if cell.link else Markup("").join(drawn)


def side(value):
    """Class of a gain or a loss."""
    return "gain" if value > 0 else "loss"


def opacity(value, limit):
    """Strength of a value's colour; strongest from `limit` on."""
    return f"{PALEST + (STRONGEST - PALEST) * min(1, abs(value) / limit):.2f}"


def legend(limit):
    """Draw the colour scale."""
    width, steps = 200, 21
    body = []
    for step in range(steps):
        share = 2 * step / (steps - 1) - 1
        body.append(
            element(
                "rect",
                x=20 + step * width / steps,
                y=2,
                width=width / steps,
                height=10,
                class_=side(share),
                fill_opacity=opacity(share, 1),
            )
        )
    for share, written in ((0, f"≤ −{limit:.1f}"), (0.5, "0"), (1, f"≥ +{limit:.1f} points")):
        body.append(text(20 + share * width, 25, written, "note", "middle"))
    return Panel("Colour scale of the heat maps, in points", 265, 30, element("g", *body))
