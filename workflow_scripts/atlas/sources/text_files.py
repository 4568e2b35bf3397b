"""Text files of tab-separated columns without a header: one row a line, or one token a line.

One token a line, with blank lines between sentences, is how CCGbank's supertags and other licensed treebanks
are usually kept.
"""

import itertools

import pyarrow as pa

from atlas.errors import AtlasError


def read_rows(path, names):
    """Table with a row for each line and text columns `names`.

    Raises
    ------
    AtlasError
        Naming file and line, if a line has another number of columns.
    """
    return _table([fields for fields in _lines(path, names) if fields], names, pa.string())


def read_sentences(path, names):
    """Table with a row for each sentence, whose columns `names` are lists with one text for each token.

    Raises
    ------
    AtlasError
        Naming file and line, if a line has another number of columns.
    """
    groups = itertools.groupby(_lines(path, names), key=bool)
    sentences = [list(zip(*tokens, strict=True)) for whole, tokens in groups if whole]
    return _table(sentences, names, pa.list_(pa.string()))


FORMATS = {"row_per_line": read_rows, "token_per_line": read_sentences}


def _lines(path, names):
    """Fields of each line; None for a blank one."""
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(_decoded(path, lines), start=1):
            fields = line.rstrip("\r\n").split("\t")
            if fields == [""]:
                yield None
            elif len(fields) != len(names):
                raise AtlasError(
                    f"{path}, line {number}: {len(fields)} columns, but the entry names {len(names)}"
                    f" ({', '.join(names)}). One tab separates columns: {line.rstrip()[:80]!r}. Correct the"
                    " file, or `names` in the task's entry."
                )
            else:
                yield fields


def _decoded(path, lines):
    try:
        yield from lines
    except UnicodeDecodeError as error:
        raise AtlasError(f"{path}: cannot be read as UTF-8 text: {error}. Convert the file.") from None


def _table(rows, names, kind):
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    schema = pa.schema([(name, kind) for name in names])
    return pa.table([pa.array(column, kind) for column in columns], schema=schema)
