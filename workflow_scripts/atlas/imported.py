"""A table of scores that were made elsewhere, read and checked row by row.

The table (CSV or parquet) has the columns of scores.parquet. Scores are points (0-100).
"""

import csv
import math
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from atlas.columns import SCORES
from atlas.errors import AtlasError, closest

REQUIRED = ("model", "n_parameters", "target", "source_language", "language", "metric", "score")
# What other columns hold where the table lacks them or is empty; the rest is then unknown.
DEFAULTS = {"intermediate": "none", "kind": "", "seed": 1, "split": ""}
COMMENTS = ("source", "note")  # for people; not carried over
CELL = ("model", "intermediate", "target", "seed", "source_language", "language", "metric")
_NAMES = ("model", "intermediate", "target", "kind", "metric", "split")
_FLAGS = {"true": True, "false": False, "none": None}


def read(path, languages):
    """Read a table of scores and check every row of it.

    Parameters
    ----------
    path : file ending in .csv or .parquet
    languages : allowed codes

    Returns
    -------
    list of dict : one per row, with all columns of `atlas.columns.SCORES` but `key`; what is not known is
        None

    Raises
    ------
    AtlasError
        If columns are missing or unknown, a value is not what its column holds, a language is unknown, a
        score lies outside 0-100 or seems to be a share, or two rows are of the same cell.
    """
    path = Path(path)
    columns, found, numbers = _content(path)
    _check_columns(path, columns)
    if not found:
        raise AtlasError(f"{path}: has no rows.")
    places = [f"{path}, row {number}" for number in numbers]
    rows = [_row(row, place, languages) for row, place in zip(found, places, strict=True)]
    _check_cells(rows, places)
    _check_sizes(rows, places)
    _check_units(rows, places)
    return rows


def _content(path):
    """Names of the columns, rows as dicts, and the number by which people find each row."""
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            return table.column_names, table.to_pylist(), range(1, table.num_rows + 1)
        with open(path, encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            numbered = [(row, reader.line_num) for row in reader]
            columns = list(reader.fieldnames or [])
    except FileNotFoundError:
        raise AtlasError(f"{path}: not there. `scores` names a CSV or parquet file.") from None
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        raise AtlasError(f"{path}: cannot be read as a table (.csv in UTF-8, or .parquet): {error}") from None
    for row, number in numbered:
        if None in row or None in row.values():
            raise AtlasError(
                f"{path}, row {number}: has not as many values as there are columns, {len(columns)}."
            )
    return columns, [row for row, _ in numbered], [number for _, number in numbered]


def _check_columns(path, columns):
    known = [*SCORES.names, *COMMENTS]
    if missing := [name for name in REQUIRED if name not in columns]:
        raise AtlasError(
            f"{path}: lacks the columns {', '.join(missing)}; found {', '.join(map(str, columns)) or 'none'}."
            f" A table of scores needs {', '.join(REQUIRED)}."
        )
    for name in columns:
        if name not in known:
            raise AtlasError(f"{path}: unknown column {name!r}. {closest(name, known)}")


def _row(found, place, languages):
    row = {name: found.get(name) for name in SCORES.names if name != "key"}
    row = {name: None if value == "" else value for name, value in row.items()}
    row.update({name: default for name, default in DEFAULTS.items() if row[name] is None})
    for name in ("n_parameters", "n_parameters_total", "seed", "n_examples"):
        row[name] = _whole(row[name], name, place)
    row["score"] = _points(row["score"], place)
    row["at_chance"] = _flag(row["at_chance"], place)
    for name in ("model", "n_parameters", "target", "metric"):
        if row[name] is None:
            raise AtlasError(f"{place}: {name} is empty. Fill it in.")
    for name in _NAMES:
        _check_text(row[name], name, place)
    for name in ("language", "source_language"):
        if row[name] not in languages:
            raise AtlasError(
                f"{place}: {name} {row[name]!r} is not in languages.yaml, which holds ISO 639-3 codes."
                f" {closest(row[name], languages)}"
            )
    return row


def _check_text(value, name, place):
    """Refuse a name that no page and no file could show as it is."""
    if not isinstance(value, str) or not value.isprintable() or len(value) > 100:
        shown = repr(value)[:100]
        raise AtlasError(f"{place}: {name} is {shown}. Write at most 100 printable characters.")


def _whole(value, name, place):
    """Value as a whole number, None if unknown."""
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (number.is_integer() and number >= 0):
        raise AtlasError(
            f"{place}: {name} is {value!r}, not a whole number. Write digits alone, as 559000000."
        )
    return int(number)


def _flag(value, place):
    """Value as true, false, or None if unknown."""
    if (text := str(value).lower()) not in _FLAGS:
        raise AtlasError(f"{place}: at_chance is {value!r}. Write true or false, or leave it empty.")
    return _FLAGS[text]


def _points(value, place):
    """Value as points, None if unknown."""
    try:
        points = None if value is None else float(value)
    except (TypeError, ValueError):
        points = math.inf
    if points is None or math.isnan(points):
        return None
    if not 0 <= points <= 100:
        raise AtlasError(f"{place}: score is {value!r}. Scores are points, numbers from 0 to 100.")
    return points


def _check_cells(rows, places):
    """Refuse two rows of the same cell."""
    seen = {}
    for row, place in zip(rows, places, strict=True):
        cell = tuple(row[name] for name in CELL)
        if cell in seen:
            raise AtlasError(
                f"{place}: is of the same {', '.join(CELL)} as {seen[cell].rpartition(', ')[2]}: {cell}."
                " Keep one of them, or give them different seeds."
            )
        seen[cell] = place


def _check_sizes(rows, places):
    """Refuse a model of two sizes."""
    first = {}
    for row, place in zip(rows, places, strict=True):
        size = first.setdefault(row["model"], row["n_parameters"])
        if row["n_parameters"] != size:
            raise AtlasError(
                f"{place}: n_parameters of {row['model']} is {row['n_parameters']}, in an earlier row"
                f" {size}. A model has one size."
            )


def _check_units(rows, places):
    """Refuse scores that look like shares (0-1): a block of a model that never exceeds 1 but is not all 0."""
    blocks = defaultdict(list)
    for row, place in zip(rows, places, strict=True):
        if row["score"] is not None:
            blocks[row["model"], row["target"], row["metric"]].append((row["score"], place))
    for (model, target, metric), block in blocks.items():
        largest, place = max(block)
        if len(block) > 1 and 0 < largest <= 1:
            raise AtlasError(
                f"{place}: the largest {metric} of {model} in {target} is {largest:g}, so these {len(block)}"
                " scores seem to be shares. Scores are points (0-100): multiply them by 100."
            )
