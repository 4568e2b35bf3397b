"""English training examples of an intermediate task -> the same in one language, by a translation model.

Writes  train.parquet (columns by kind) and manifest.json, last, with the number of examples left out.
"""

from pathlib import Path

from atlas import artifacts, kinds, manifests, stage
from atlas.data import translation
from atlas.stage import Output


def translate_rows(*, spec, code, english: Path, translator: Path, manifest: Output):
    """Translate the training examples of manifest `english` with the model of manifest `translator`.

    Raises
    ------
    AtlasError
        If the model does not know the language, or no example is left.
    """
    key = artifacts.make_key(spec, code, english, translator)
    if manifests.restore(manifest, key):
        return "unchanged: same examples, translation model and code"
    manifests.read(translator, check_digests=True)
    schema = kinds.of(spec["kind"]).EXAMPLES
    entry = manifests.read(english)["tables"]["train"]
    examples = artifacts.read_table(english.parent / entry["file"], schema).to_pylist()
    model = translation.Translator(translator.parent, spec["language"], spec["beams"], spec["several"])
    made, dropped = translation.translate_examples(spec["kind"], examples, model.translate)
    table = {"file": "train.parquet", "key": key, "rows": len(made)}
    artifacts.write_table(manifest.parent / table["file"], made, key, schema)
    manifests.write(manifest, key, [table["file"]], spec=spec, tables={"train": table}, dropped=dropped)
    return f"{len(made)} examples, {dropped} left out"


if __name__ == "__main__":
    stage.run(translate_rows)
