"""Maps: languages at their places, blue for gains and orange for losses, on the dots of all languages."""

from typing import NamedTuple

from atlas.report import plot
from atlas.report.coordinates import inhabited
from atlas.report.heatmap import opacity, side
from atlas.report.svg import Panel, Scale, element, text

WIDTH, TOP = 540, 24
# Nobody is lost between: all of URIEL's languages lie within.
NORTH, SOUTH = 76, -56
BOX = plot.Box(2, TOP, WIDTH - 2, TOP + (NORTH - SOUTH) * WIDTH / 360)
X = Scale(-180, 180, BOX.left, BOX.right)
Y = Scale(SOUTH, NORTH, BOX.bottom, BOX.top)


class Place(NamedTuple):
    """A language on the map, with its value in points."""

    latitude: float
    longitude: float
    value: float
    label: str
    explained: str


def land():
    """Draw where languages are spoken, once; every map refers to it."""
    spots = [(X(longitude), Y(latitude)) for latitude, longitude in inhabited()]
    path = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in sorted(set(spots)))
    return element("path", d=path, class_="land", id="land")


def draw(title, places, limit):
    """Draw one map in equirectangular projection.

    Parameters
    ----------
    places : list of Place
    limit : points with the strongest colour
    """
    body = [text(BOX.left, 14, title, "name"), element("use", href="#land")]
    body += [element("line", x1=BOX.left, x2=BOX.right, y1=Y(0), y2=Y(0), class_="grid")]
    spots = [(X(place.longitude), Y(place.latitude)) for place in places]
    for place, (x, y) in zip(places, spots, strict=True):
        shade = {"class_": f"{side(place.value)} spot", "fill_opacity": opacity(place.value, limit)}
        explained = element("title", place.explained)
        body.append(element("circle", cx=x, cy=y, r=6, class_="paper"))
        body.append(element("circle", explained, cx=x, cy=y, r=6, **shade))
    body += plot.labels([place.label for place in places], spots, BOX, radius=6)
    return Panel(f"Map: {title}", WIDTH, BOX.bottom + 2, element("g", *body))
