"""Which rows of a published table count: those that the entry asks for, with a label where it says so."""

import fnmatch

from atlas.errors import AtlasError


def kept(published, view):
    """Numbers of the rows that pass `where` and `unlabelled`, and how many each of them dropped.

    Parameters
    ----------
    published : Published over the whole table
    view : dict with, optionally, ``where``: {published column: pattern, or "!" and a pattern}, and
        ``unlabelled: drop`` for rows without a label (null, empty or -1)

    Raises
    ------
    AtlasError
        If a column is missing, or no row passes.
    """
    numbers, dropped = list(range(published.size)), {}
    for column, pattern in view.get("where", {}).items():
        values = published.raw(column)
        left = [number for number in numbers if _fits(values[number], pattern)]
        if not left:
            found = ", ".join(sorted({str(value) for value in values})[:5])
            raise AtlasError(
                f"{published.place}: no row is left where {column} fits {pattern!r}. Found: {found}. Correct"
                " `where` in the task's entry."
            )
        dropped[f"{column}: {pattern}"] = len(numbers) - len(left)
        numbers = left
    if view.get("unlabelled") == "drop":
        labels = published.raw(view["columns"]["label"])
        left = [number for number in numbers if labels[number] not in (None, "", -1)]
        dropped["unlabelled"] = len(numbers) - len(left)
        numbers = left
    return numbers, {name: count for name, count in dropped.items() if count}


def _fits(value, pattern):
    found = fnmatch.fnmatchcase("" if value is None else str(value), pattern.removeprefix("!"))
    return found != pattern.startswith("!")
