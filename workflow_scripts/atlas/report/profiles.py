"""Profiles: a line per model over the languages of a target, from near to far, a panel per intermediate."""

from atlas.report import plot
from atlas.report.svg import Panel, Scale, element, text

HEIGHT, TOP, NAMES = 210, 24, 34  # NAMES: room for the codes of the languages
LEFT = 46


def draw(title, languages, lines, y_range, y_name):
    """Draw one panel.

    Parameters
    ----------
    languages : codes in the order of the axis
    lines : list of (position of the model in the order of size, name, {language: (value, low, high)}),
        the interval is None where there is none
    y_range : range that all panels of the figure share
    """
    step = 22 if len(languages) <= 20 else 13
    box = plot.Box(LEFT, TOP, LEFT + step * len(languages), HEIGHT - NAMES)
    y = Scale(*y_range, box.bottom, box.top)
    middle = {code: box.left + (place + 0.5) * step for place, code in enumerate(languages)}
    body = [text(box.left, 14, title, "name"), *plot.vertical_axis(y, box, y_name)]
    for code, x in middle.items():
        spot = f"rotate(-90 {x:.0f} {box.bottom + 6:.0f})"
        body.append(text(x, box.bottom + 9, code, "label", "end", transform=spot))
    for position, name, values in lines:
        body.append(_line(position, name, values, middle, y))
    width = max(box.right + 4, LEFT + len(title) * 6.8)
    return Panel(f"{title}: {y_name} by language", width, HEIGHT, element("g", *body))


def _line(position, name, values, middle, y):
    """Dots, their intervals, and a line that breaks where a language has no value."""
    class_ = plot.series(position)
    shift = (position - 1) * 1.5  # so that intervals of equal languages stay apart
    spots = {code: (x + shift, y(values[code][0])) for code, x in middle.items() if code in values}
    reach = [(spots[code][0], *_clipped(values[code], y)) for code in spots if values[code][1] is not None]
    stretches = [[]]
    for code in middle:
        if code in spots:
            stretches[-1].append(spots[code])
        elif stretches[-1]:
            stretches.append([])
    drawn = [plot.line(places, f"{class_} line") for places in stretches if len(places) > 1]
    drawn += [plot.whiskers(reach, f"{class_} reach")] if reach else []
    return element("g", element("title", name), *drawn, plot.dots(spots.values(), f"{class_} dots"))


def _clipped(value, y):
    _, low, high = value
    return y(min(max(low, y.low), y.high)), y(min(max(high, y.low), y.high))
