"""Predictions of one cell -> every metric of every language, in points.

Writes  one JSON file: language -> metric -> points, n_examples, and whether the training is at chance;
and one table of what each example adds to each metric (`atlas.columns.EXAMPLES`).
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from atlas import artifacts, manifests, metrics, stage
from atlas.columns import EXAMPLES
from atlas.files import write_sealed_json
from atlas.stage import Output


def score(*, spec, code, predictions: Path, scores: Output, examples: Output):
    """Score the languages of manifest `predictions`.

    `at_chance` says of the whole cell that the training collapsed, and a delta over it means nothing: the
    score in the source language does not beat the commonest gold, or its training says so of the selection
    set. It is null if neither is known.
    """
    key = artifacts.make_key(spec, code, predictions)
    manifest = manifests.read(predictions)
    languages, tables = {}, [EXAMPLES.empty_table()]
    at_chance = manifest["training"]["at_chance"]
    for language, entry in manifest["languages"].items():
        rows = artifacts.read_table(predictions.parent / entry["file"]).to_pylist()
        values = {name: metrics.per_example(name, rows, language) for name in spec["metrics"]}
        tables += [_examples(language, rows, name, *sides) for name, sides in values.items()]
        points = {name: metrics.ratio(*sides) for name, sides in values.items()}
        languages[language] = {
            "n_examples": len(rows),
            "predictions_key": entry["key"],
            "metrics": {name: value for name, value in points.items() if value is not None},
        }
        if language == spec["source_language"]:
            at_chance = bool(at_chance) or not metrics.above_chance(rows, spec["kind"])
    artifacts.write_table(examples, pa.concat_tables(tables).unify_dictionaries(), key, EXAMPLES)
    cell = {"split": spec["split"], "at_chance": at_chance, "languages": languages}
    write_sealed_json(scores, {"key": key, **cell, "examples": {"file": examples.name, "key": key}})
    return _summary(spec["metrics"][0], languages, at_chance)


def _examples(language, rows, metric, numerators, denominators):
    columns = {
        "language": np.full(len(rows), language),
        "id": [row["id"] for row in rows],
        "metric": np.full(len(rows), metric),
        "numerator": numerators.astype(np.float32),
        "denominator": denominators.astype(np.float32),
    }
    return pa.table(columns).cast(EXAMPLES)


def _summary(headline, languages, at_chance):
    points = [entry["metrics"][headline] for entry in languages.values() if headline in entry["metrics"]]
    mean = f"{sum(points) / len(points):.1f}" if points else "unknown"
    note = " - AT CHANCE in the source language" if at_chance else ""
    return f"mean {headline} over {len(points)} languages {mean}{note}"


if __name__ == "__main__":
    stage.run(score)
