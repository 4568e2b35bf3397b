"""Published translations stand row by row beside the English table; what does not is named."""

import pyarrow as pa
import pytest

from atlas.data import translated
from atlas.data.published import Published
from atlas.errors import AtlasError

ROWS = [
    {"premise": "a cat", "hypothesis": "an animal", "label": 0},
    {"premise": "a dog", "hypothesis": "a cat", "label": 1},
]
VIEW = {"columns": {"first": "premise", "second": "hypothesis", "label": "label"}, "labels": ["yes", "no"]}


def _published(rows, name, view=VIEW):
    return Published(pa.Table.from_pylist(rows), view, name)


def _check(rows, view=VIEW, kind="sentence_classification"):
    translated.check(_published(ROWS, "en.parquet"), _published(rows, "de.parquet", view), kind)


def test_labels_may_be_numbers_in_one_table_and_names_in_the_other():
    _check([{"premise": "x", "hypothesis": "y", "label": name} for name in ("yes", "no")])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:1], r"de.parquet: has 1 rows, but en.parquet, which it translates, has 2"),
        (ROWS[::-1], r"de.parquet, row 0: label is 'no', but in en.parquet, row 0 it is 'yes'"),
        (
            [{**row, "gold": row["label"], "label": None} for row in ROWS],
            r"de.parquet, row 0: label is None",
        ),
    ],
)
def test_other_rows_are_refused_by_file_and_row(rows, message):
    with pytest.raises(AtlasError, match=message):
        _check(rows)


def test_a_missing_column_is_refused_with_what_there_is():
    rows = [{"prämisse": row["premise"], **row} for row in ROWS]
    for row in rows:
        del row["label"]
    with pytest.raises(AtlasError, match="de.parquet: has no column 'label'"):
        _check(rows)


def test_ids_must_be_those_of_the_english_rows():
    view = {"columns": {"id": "id", "question": "q", "context": "c", "answers": "a"}}
    english = [{"id": own, "q": "", "c": "", "a": ""} for own in ("x1", "x2")]
    other = [{**english[0]}, {**english[1], "id": "x3"}]
    with pytest.raises(AtlasError, match="de, row 1: id is 'x3', but in en, row 1 it is 'x2'"):
        translated.check(_published(english, "en", view), _published(other, "de", view), "span_qa")
