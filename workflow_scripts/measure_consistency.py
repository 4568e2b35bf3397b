"""How alike each checkpoint answers in different languages, on tests that are translations of each other.

Reads   the predictions of the targets that their entries call parallel.
Writes  consistency.parquet (`atlas.columns.CONSISTENCY`): one row per model, intermediate, target, seed and
        language.
"""

from pathlib import Path

from atlas import artifacts, grid, manifests, provenance, stage
from atlas.analysis.consistency import of_cell
from atlas.columns import CONSISTENCY
from atlas.files import read_json
from atlas.stage import Output


def measure_consistency(*, folder: Path, spec, code, consistency: Output):
    """Compare the predictions of each checkpoint between its languages.

    Parameters
    ----------
    folder : the study's results, below which the predictions are
    spec : models (model -> its intermediates), seeds, source_languages (parallel target -> its source
        language)
    code : digest of the code
    consistency : table to write
    """
    rows, keys = [], []
    for cell in grid.cells(spec, spec["source_languages"]):
        manifest = folder.joinpath("predictions", *cell[:3], f"seed-{cell[3]}", "manifest.json")
        if manifest.exists():
            keys.append(artifacts.key_of(manifest))
            rows += _of_cell(folder, cell, manifest, spec)
    artifacts.write_table(consistency, rows, provenance.digest([spec, code, keys]), CONSISTENCY)
    return f"{len(rows)} rows of {len(keys)} checkpoints"


def _of_cell(folder, cell, manifest, spec):
    names = dict(zip(("model", "intermediate", "target", "seed"), cell, strict=True))
    facts = read_json(folder / "sources" / "models" / names["model"] / "manifest.json")
    sizes = {name: facts[name] for name in ("n_parameters", "n_parameters_total")}
    source = spec["source_languages"][names["target"]]
    listed = manifests.read(manifest)["languages"]
    tables = {code: artifacts.read_table(manifest.parent / entry["file"]) for code, entry in listed.items()}
    found = of_cell(tables, source)
    return [{**names, **sizes, "source_language": source, **row} for row in found]


if __name__ == "__main__":
    stage.run(measure_consistency)
