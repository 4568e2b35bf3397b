"""The grid of a study on disk: which cells have scores, and their rows."""

import itertools

from atlas.files import read_json


def size(spec):
    """Number of cells: models x intermediates x targets x seeds."""
    return len(list(cells(spec, spec["kinds"])))


def present(folder, spec):
    """Cells, as tuples (model, intermediate, target, seed), that have a score file."""
    return [cell for cell in cells(spec, spec["kinds"]) if score_file(folder, cell).exists()]


def rows(folder, cell, spec):
    """Rows of one cell for scores.parquet (`atlas.columns.SCORES`)."""
    model, intermediate, target, seed = cell
    content = read_json(score_file(folder, cell))
    facts = read_json(folder / "sources" / "models" / model / "manifest.json")
    for language, entry in content["languages"].items():
        for metric, points in entry["metrics"].items():
            yield {
                "model": model,
                "n_parameters": facts["n_parameters"],
                "n_parameters_total": facts["n_parameters_total"],
                "intermediate": intermediate,
                "target": target,
                "kind": spec["kinds"][target],
                "seed": seed,
                "source_language": spec["source_languages"][target],
                "language": language,
                "metric": metric,
                "score": points,
                "n_examples": entry["n_examples"],
                "split": content["split"],
                "at_chance": content["at_chance"],
                "key": content["key"],
            }


def cells(spec, targets):
    """Every (model, intermediate, target, seed) of the grid that `spec` declares, for these targets."""
    for model, intermediates in spec["models"].items():
        yield from itertools.product([model], intermediates, targets, spec["seeds"])


def score_file(folder, cell):
    """Path of a cell's scores below the study's `folder`; the cell is (model, intermediate, target, seed)."""
    model, intermediate, target, seed = cell
    return folder / "scores" / model / intermediate / target / f"seed-{seed}.json"
