"""Translations of an intermediate task's training rows -> examples of all languages.

Writes  train.parquet (of all languages), tune.parquet (English; columns by kind) and manifest.json, last.
"""

from pathlib import Path

from atlas import stage
from atlas.data import translated
from atlas.stage import Output


def prepare_translated(
    *, spec, code, english: Path, translations: list, manifest: Output, published: list = ()
):
    """Check translations against the English rows, and put the examples of all languages together.

    Parameters
    ----------
    english : manifest of the prepared English examples
    translations : manifest of the fetched translations, or one for each language that a model made
    published : manifest of the English tables as fetched, for translations that were fetched too
    """
    own = published[0] if published else None
    return translated.assemble(spec, code, english, own, translations, manifest)


if __name__ == "__main__":
    stage.run(prepare_translated)
