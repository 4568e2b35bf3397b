"""Text for pretraining: the lab's, or a user's own files."""

from pathlib import Path

from atlas import artifacts
from atlas.errors import AtlasError
from atlas.lab import corpus


def read(source, files=()):
    """Read all documents.

    Parameters
    ----------
    source : ``{"lab": settings}`` or ``{"local": [paths]}``
    files : for `local`, parquet files with a column `text` and perhaps `text_pair`, or text files with one
        document per line, in which a tab separates the two texts of a pair

    Returns
    -------
    documents : list of (text, second text or None)
    words : all words that the vocabulary must know, or None if the text alone decides

    Raises
    ------
    AtlasError
        If a file cannot be read or there is no text at all.
    """
    if "lab" in source:
        return corpus.documents(source["lab"]), corpus.words(source["lab"])
    documents = [document for path in files for document in _read_file(Path(path))]
    if not documents:
        place = ", ".join(map(str, files)) or "no file at all"
        raise AtlasError(
            f"pretrain.text: no text in {place}. List text or parquet files that hold some as `local`."
        )
    return documents, None


def _read_file(path):
    if path.suffix == ".parquet":
        return _read_parquet(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AtlasError(f"{path}: cannot be read as UTF-8 text: {error}.") from error
    parts = [line.partition("\t") for line in lines if line.strip()]
    return [(first.strip(), second.strip() or None) for first, _, second in parts]


def _read_parquet(path):
    table = artifacts.read_table(path)
    if "text" not in table.column_names:
        raise AtlasError(f"{path}: needs a column text; found {', '.join(table.column_names)}.")
    texts = table.column("text").to_pylist()
    paired = "text_pair" in table.column_names
    seconds = table.column("text_pair").to_pylist() if paired else [None] * len(texts)
    return [(first, second or None) for first, second in zip(texts, seconds, strict=True) if first]
