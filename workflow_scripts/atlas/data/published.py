"""Rows as their authors published them, seen through the columns that a task's entry declares."""

import pyarrow as pa

from atlas.errors import AtlasError, closest

_MAY_BE_NULL = ("label", "marked")


class Published:
    """One published table with the entry's view of it.

    Parameters
    ----------
    table : pyarrow.Table as fetched
    meaning : dict with `columns` (our name -> theirs), and optionally `replace` and `labels`
    place : what to call the table in messages
    numbers : numbers of the rows in the table as fetched, if `table` is a sample of it
    """

    def __init__(self, table, meaning, place, numbers=None):
        self.place = place
        self.size = table.num_rows
        self.labels = meaning.get("labels", [])
        self._meaning = meaning
        self.columns = meaning["columns"]
        self._replace = meaning.get("replace", {})
        self._table = table
        self._numbers = numbers

    def take(self, numbers):
        """The same view of some rows, which keep their numbers in messages."""
        rows = self._table.take(pa.array(numbers, pa.int64()))
        return Published(rows, self._meaning, self.place, numbers)

    def __contains__(self, name):
        return name in self.columns

    def where(self, row):
        """Table and number of a row as published, for messages."""
        return f"{self.place}, row {row if self._numbers is None else self._numbers[row]}"

    def raw(self, path):
        """List of a column's values by its published name, nulls and all.

        Raises
        ------
        AtlasError
            If the table has no such column.
        """
        return self._read(path)

    def values(self, name):
        """List of one column's values, texts replaced as declared.

        Raises
        ------
        AtlasError
            If the column is missing, or a row of it (except labels, see `label`, and marks).
        """
        theirs = self.columns[name]
        if isinstance(theirs, list):
            return [list(row) for row in zip(*(self._complete(name, t) for t in theirs), strict=True)]
        values = self._read(theirs) if name in _MAY_BE_NULL else self._complete(name, theirs)
        if name not in self._replace:
            return values
        return [self._substitute(name, value, row) for row, value in enumerate(values)]

    def ids(self):
        """Names of the rows: the data set's own where the entry declares them, else numbers."""
        return [str(own) for own in (self.values("id") if "id" in self else range(self.size))]

    def label(self, value, row):
        """Name of a label that was published by name or by number.

        Raises
        ------
        AtlasError
            If it is missing or outside the declared labels.
        """
        if value is None or value == -1 or value == "":
            raise AtlasError(
                f"{self.where(row)}: no label. Labels of public test sets are often withheld: choose a"
                " split that has them."
            )
        if not self.labels:
            raise AtlasError(
                f"{self.where(row)}: the task has no labels: their file is missing or empty. Write it as the"
                " task's entry says (`labels.file`, notes)."
            )
        if isinstance(value, int) and 0 <= value < len(self.labels):
            return self.labels[value]
        if value not in self.labels:
            raise AtlasError(
                f"{self.where(row)}: label {value!r} is not among the entry's labels."
                f" {closest(value, self.labels)}"
            )
        return value

    def _complete(self, name, path):
        values = self._read(path)
        if None in values:
            raise AtlasError(
                f"{self.where(values.index(None))}: column {path!r}, our {name}, is empty. Choose a"
                " split or a column that is filled, or correct the file."
            )
        return values

    def _read(self, path):
        column, *fields = path.split(".")
        if column not in self._table.column_names:
            raise AtlasError(
                f"{self.place}: has no column {column!r}. {closest(column, self._table.column_names)}"
                " Correct `columns` in the task's entry."
            )
        values = self._table.column(column)
        for field in fields:
            values = self._field(values, field, path)
        return values.to_pylist()

    def _field(self, values, field, path):
        kind = values.type
        names = [kind.field(i).name for i in range(kind.num_fields)] if pa.types.is_struct(kind) else []
        if field not in names:
            raise AtlasError(f"{self.place}: column {path!r} has no field {field!r}; found {names or kind}.")
        return pa.chunked_array([chunk.field(field) for chunk in values.chunks], kind.field(field).type)

    def _substitute(self, name, value, row):
        known = self._replace[name]
        if value not in known:
            raise AtlasError(
                f"{self.where(row)}: {name} is {value!r}, for which `replace` has no text."
                f" {closest(value, known)}"
            )
        return known[value]


def joined(tables):
    """One or several Published as one."""
    return tables[0] if len(tables) == 1 else Joined(tables)


class Joined:
    """Several published tables read as one, row after row; each keeps its own view and label order."""

    ids = Published.ids  # numbers count over all tables, unless every table has ids of its own

    def __init__(self, tables):
        self.labels = tables[0].labels
        self.size = sum(table.size for table in tables)
        self._rows = [(table, row) for table in tables for row in range(table.size)]
        self._tables = tables

    def __contains__(self, name):
        return all(name in table for table in self._tables)

    def where(self, row):
        """Table and number of a row as published, for messages."""
        table, own = self._rows[row]
        return table.where(own)

    def values(self, name):
        """List of one column's values over all tables."""
        return [value for table in self._tables for value in table.values(name)]

    def label(self, value, row):
        """Name of a label, by the label order of the table that the row is from."""
        table, own = self._rows[row]
        return table.label(value, own)
