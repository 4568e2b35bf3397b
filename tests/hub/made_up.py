"""A few rows in the schema of any entry of the catalogue, for where no published rows are at hand."""

import json

import pyarrow as pa

from atlas.sources import path_of

SIZE = 6
CONTEXT = "Anna lives in Rome. She teaches music there. Her brother works in Oslo."
_TEXTS = ("what does Anna teach?", "the dog sleeps near the river", "music is taught in Rome")
_SPANS = {0: "Rome", 1: "music", 2: "Oslo"}


def rows(entry, view):
    """Table with SIZE rows in the columns that an entry reads of a published table."""
    columns = {}
    for ours, theirs in view["columns"].items():
        values = [_value(entry, view, ours, row) for row in range(SIZE)]
        if isinstance(theirs, list):
            for place, name in enumerate(theirs):
                columns[name] = [value[place % len(value)] for value in values]
        elif "." in theirs:
            column, field = theirs.split(".")
            columns[column] = [{field: value} for value in values]
        else:
            columns[theirs] = values
    for column, pattern in view.get("where", {}).items():
        columns[column] = [pattern.replace("*", str(row)) for row in range(SIZE)]
    return pa.table(columns)


def _value(entry, view, ours, row):
    labels = list(view.get("replace", {}).get(ours, ())) or view.get("labels") or entry.get("labels") or []
    start = CONTEXT.index(_SPANS[row % 3])
    kinds = {
        "label": labels[row % len(labels)] if labels and ours == "label" else row % 2,
        "question": labels[row % len(labels)] if ours in view.get("replace", {}) else _TEXTS[0],
        "labels": [labels[row % len(labels)], labels[0]] if labels else [],
        "tokens": ["Anna", "sings"],
        "choices": [f"{text} {row}" for text in _TEXTS] + ["no", "yes"],
        "context": CONTEXT,
        "answers": {"text": [_SPANS[row % 3]], "answer_start": [start]},
        "first_span": [4, 8], "second_span": [4, 8], "query_span": [0, 4],
        "id": f"{row}", "key": f"{row}", "sentence": f"{row}", "english": f"{row}",
    }  # fmt: skip
    return kinds.get(ours, f"{_TEXTS[row % 3]} {row}")


def put(table, source):
    """Write a table where a local source of an entry expects it."""
    path = path_of(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = table.to_pylist()
    if source.get("format") == "token_per_line":
        sentences = (zip(*(row[name] for name in source["names"]), strict=True) for row in listed)
        text = "\n".join("".join("\t".join(token) + "\n" for token in tokens) for tokens in sentences)
    elif source.get("format") == "row_per_line":
        text = "".join("\t".join(row[name] for name in source["names"]) + "\n" for row in listed)
    else:
        text = "".join(json.dumps(row) + "\n" for row in listed)
    path.write_text(text, encoding="utf-8")
