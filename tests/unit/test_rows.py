"""Which rows count, and how many were dropped why."""

import pyarrow as pa
import pytest

from atlas.data import rows
from atlas.data.published import Published
from atlas.errors import AtlasError

TABLE = pa.table(
    {"id": ["arabic-1", "english-1", "english-2", "thai-1"], "y": [0, 1, -1, None], "x": ["", "a", "b", None]}
)
COLUMNS = {"first": "x", "label": "y"}


def _kept(**view):
    return rows.kept(Published(TABLE, {"columns": COLUMNS}, "org/data"), {"columns": COLUMNS, **view})


def test_without_conditions_every_row_counts():
    assert _kept() == ([0, 1, 2, 3], {})


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ({"id": "english-*"}, [1, 2]),
        ({"id": "!english-*"}, [0, 3]),
        ({"id": "english-*", "x": "b"}, [2]),
        ({"x": "?*"}, [1, 2]),  # some text
        ({"y": "0"}, [0]),  # numbers by their digits
    ],
)
def test_rows_are_chosen_by_patterns_on_published_columns(where, left):
    assert _kept(where=where)[0] == left


def test_rows_without_a_label_are_dropped_only_where_the_entry_says_so_and_counted():
    assert _kept(unlabelled="drop") == ([0, 1], {"unlabelled": 2})
    assert _kept(where={"id": "!thai-*"}, unlabelled="drop") == ([0, 1], {"id: !thai-*": 1, "unlabelled": 1})


def test_a_pattern_that_no_row_fits_is_refused_with_what_there_is():
    with pytest.raises(AtlasError) as caught:
        _kept(where={"id": "swahili-*"})
    message = str(caught.value)
    assert "org/data" in message and "'swahili-*'" in message and "arabic-1" in message and "where" in message


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(AtlasError, match="no column 'language'"):
        _kept(where={"language": "en"})
