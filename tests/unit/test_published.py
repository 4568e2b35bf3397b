"""Published rows through the entry's view: what does not fit is named by table, row and fix."""

import pyarrow as pa
import pytest

from atlas.data.published import Published, joined
from atlas.errors import AtlasError


def _published(columns, table, **meaning):
    return Published(pa.table(table), {"columns": columns, **meaning}, place="org/data, test")


def test_columns_are_read_by_our_names():
    published = _published({"first": "text"}, {"text": ["a", "b"], "other": [1, 2]})
    assert published.values("first") == ["a", "b"]
    assert published.size == 2
    assert "first" in published and "text" not in published


def test_several_columns_become_one_list_each_row():
    published = _published({"choices": ["x", "y"]}, {"x": ["a", "b"], "y": ["c", "d"]})
    assert published.values("choices") == [["a", "c"], ["b", "d"]]


@pytest.mark.parametrize("rows", [slice(0, 3), slice(1, 3)])
def test_a_field_of_a_struct_is_read_by_a_dot(rows):
    nested = [{"text": ["a", "b"], "label": 0}, {"text": ["c"], "label": 1}, {"text": ["d"], "label": 2}]
    table = pa.table({"choices": nested})
    table = table.slice(rows.start, rows.stop - rows.start)  # a slice keeps its offset
    published = Published(table, {"columns": {"choices": "choices.text"}}, "p")
    assert published.values("choices") == [entry["text"] for entry in nested[rows]]


def test_a_field_two_deep_is_read():
    published = _published({"first": "a.b.c"}, {"a": [{"b": {"c": "x"}}]})
    assert published.values("first") == ["x"]


def _message(call):
    with pytest.raises(AtlasError) as caught:
        call()
    message = str(caught.value)
    assert message.startswith("org/data, test") and "\n" not in message
    return message


def test_a_missing_column_names_the_closest():
    published = _published({"first": "sentence"}, {"sentence1": ["a"], "label": [0]})
    message = _message(lambda: published.values("first"))
    assert "no column 'sentence'" in message
    assert "Did you mean sentence1?" in message
    assert "Correct `columns`" in message


def test_a_missing_field_names_what_is_there():
    published = _published({"choices": "choices.txt"}, {"choices": [{"text": ["a"]}]})
    message = _message(lambda: published.values("choices"))
    assert "'txt'" in message and "['text']" in message


def test_a_field_of_what_has_none_is_refused():
    published = _published({"choices": "choices.text"}, {"choices": ["a"]})
    assert "no field 'text'" in _message(lambda: published.values("choices"))


def test_values_are_replaced_as_declared():
    published = _published({"question": "q"}, {"q": ["cause"]}, replace={"question": {"cause": "Why?"}})
    assert published.values("question") == ["Why?"]


def test_a_value_without_replacement_names_row_and_closest():
    replace = {"question": {"cause": "Why?", "effect": "And?"}}
    published = _published({"question": "q"}, {"q": ["cause", "efect"]}, replace=replace)
    message = _message(lambda: published.values("question"))
    assert "row 1" in message and "'efect'" in message and "Did you mean effect?" in message


@pytest.mark.parametrize("column", ["first", "choices"])
def test_missing_text_is_refused_with_its_row(column):
    """A null would end in a traceback, or, in a pair's second sentence, drop all second sentences."""
    columns = {"first": "a", "choices": ["a", "b"]}
    published = _published(columns, {"a": ["x", "y"], "b": ["x", None]} | {"a": ["x", None]})
    message = _message(lambda: published.values(column))
    assert "row 1" in message and column in message


LABELS = ["no", "yes"]


@pytest.mark.parametrize(("value", "name"), [("yes", "yes"), (1, "yes"), (0, "no")])
def test_a_label_is_known_by_name_or_number(value, name):
    assert _published({}, {}, labels=LABELS).label(value, 0) == name


@pytest.mark.parametrize("value", [None, -1, ""])
def test_a_withheld_label_is_refused_with_the_reason(value):
    message = _message(lambda: _published({}, {}, labels=LABELS).label(value, 7))
    assert "row 7" in message and "withheld" in message and "split" in message


@pytest.mark.parametrize("value", ["yess", 2, -2, "1"])
def test_a_label_outside_the_declared_ones_is_refused(value):
    message = _message(lambda: _published({}, {}, labels=LABELS).label(value, 3))
    assert "row 3" in message and repr(value) in message and "Allowed: no, yes." in message


def _joined():
    one = Published(pa.table({"x": ["a", "b"], "y": [0, 1]}), _view("x", ["no", "yes"]), "one")
    two = Published(pa.table({"z": ["c", "d"], "y": [0, 1]}), _view("z", ["yes", "no"]), "two")
    return joined([one, two.take([1])])


def _view(text, labels):
    return {"columns": {"first": text, "label": "y"}, "labels": labels}


def test_joined_tables_are_read_one_after_the_other_each_by_its_own_columns():
    assert _joined().values("first") == ["a", "b", "d"]
    assert _joined().size == 3
    assert "first" in _joined() and "second" not in _joined()


def test_joined_tables_keep_their_own_order_of_labels():
    published = _joined()
    labels = published.values("label")
    assert [published.label(value, row) for row, value in enumerate(labels)] == ["no", "yes", "no"]


def test_a_row_of_joined_tables_is_named_by_its_own_table():
    assert _joined().where(1) == "one, row 1"
    assert _joined().where(2) == "two, row 1"


def test_rows_of_joined_tables_have_numbers_of_their_own():
    assert _joined().ids() == ["0", "1", "2"]
