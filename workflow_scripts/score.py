"""Predictions of one cell -> every metric of every language, in points.

Writes  one JSON file: language -> metric -> points, n_examples, and whether the training is at chance.
"""

from pathlib import Path

from atlas import artifacts, manifests, metrics, stage
from atlas.files import write_json


def score(*, spec, code, predictions: Path, scores: Path):
    """Score the languages of manifest `predictions`.

    `at_chance` says of the whole cell that the score in the source language does not beat the commonest
    gold: such a training collapsed, and a delta over it means nothing. It is null if the test set has no
    source language.
    """
    key = artifacts.make_key(spec, code, predictions)
    languages, at_chance = {}, None
    for language, entry in manifests.read(predictions)["languages"].items():
        rows = artifacts.read_table(predictions.parent / entry["file"]).to_pylist()
        points = {name: metrics.METRICS[name](rows) for name in spec["metrics"]}
        languages[language] = {
            "n_examples": len(rows),
            "predictions_key": entry["key"],
            "metrics": {name: value for name, value in points.items() if value is not None},
        }
        if language == spec["source_language"]:
            at_chance = not metrics.above_chance(rows, spec["kind"])
    write_json(
        scores,
        {"key": key, "split": spec["split"], "at_chance": at_chance, "languages": languages},
    )
    headline = spec["metrics"][0]
    points = [entry["metrics"][headline] for entry in languages.values() if headline in entry["metrics"]]
    mean = f"{sum(points) / len(points):.1f}" if points else "unknown"
    note = " - AT CHANCE in the source language" if at_chance else ""
    return f"mean {headline} over {len(points)} languages {mean}{note}"


if __name__ == "__main__":
    stage.run(score)
