"""Coordinates from URIEL's distances to reference points."""

import pytest

from atlas.report.coordinates import inhabited, places

# Latitude and longitude in Glottolog (glottolog.org), URIEL's first source of places.
GLOTTOLOG = {
    "afr": (-22.0, 30.0),
    "deu": (48.65, 12.47),
    "eng": (53.0, -1.0),
    "fin": (64.76, 25.56),
    "jpn": (35.0, 135.0),
    "spa": (40.44, -1.12),
}


@pytest.mark.parametrize("code", GLOTTOLOG)
def test_languages_lie_where_glottolog_has_them(code):
    assert places([code])[code] == pytest.approx(GLOTTOLOG[code], abs=0.2)


def test_places_in_all_quarters_of_the_globe():
    found = places(["isl", "mri", "haw", "quy"])
    north_west, south_east, pacific, andes = (found[code] for code in ("isl", "mri", "haw", "quy"))
    assert 62 < north_west[0] < 67 and -25 < north_west[1] < -13
    assert -47 < south_east[0] < -34 and 166 < south_east[1] < 179
    assert 18 < pacific[0] < 23 and -161 < pacific[1] < -154
    assert -19 < andes[0] < 0 and -82 < andes[1] < -68


def test_what_has_no_place_is_left_out():
    assert places(["und", "no-such-code"]) == {}


def test_the_inhabited_grid_covers_land_on_all_continents_and_no_open_ocean():
    cells = inhabited()
    assert len(cells) > 1000
    assert all(-60 < latitude < 84 and -180 <= longitude <= 180 for latitude, longitude in cells)
    assert not [cell for cell in cells if -40 < cell[0] < 10 and -30 < cell[1] < -20]  # the South Atlantic
