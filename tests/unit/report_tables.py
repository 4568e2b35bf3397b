"""Tables of an invented study for the tests of the report, computed by the workflow's own analysis."""

import itertools
import random

from atlas import artifacts, columns
from atlas.correlations import relate
from atlas.deltas import compute

NAMES = "eng deu nld spa fra rus ell hin pes arb tur fin jpn cmn ind tgl swh kor vie tha".split()  # noqa: SIM905
STATISTICS = {"min_languages": 6, "permutations": 199, "bootstrap": 99, "seed": 0, "families": {}}


def spec_of(models=2, intermediates=("none", "mnli", "squad"), targets=3, languages=17, seeds=(1, 2)):
    codes = NAMES[:languages] + [f"x{number:02d}" for number in range(languages - len(NAMES))]
    entry = {"kind": "token_labels", "metric": "accuracy", "metrics": ["accuracy"], "source_language": "eng"}
    entry |= {"trained": True, "languages": codes}
    overlaps = {"xnli": ["mnli"]}
    return {
        "study": "invented",
        "title": "An invented study of <small> models & large ones",
        "description": "Numbers from a random generator.",
        "notes": ["The scores are invented."],
        "baseline": "none",
        "imported": False,
        "models": [f"size-{number}" for number in range(1, models + 1)],
        "intermediate_tasks": list(intermediates),
        "target_tasks": [
            {"name": name, **entry, "overlaps": overlaps.get(name, [])}
            for name in ["udpos", "xnli", "tydiqa", "sib200", *(f"target-{n}" for n in range(5, 20))][
                :targets
            ]
        ],
        "seeds": list(seeds),
        "languages": {
            code: {"name": f"Name of {code}", "family": "Invented", "script": "Latn", "uriel": code}
            for code in codes
        },
        "versions": {"torch": "2.13.0", "lang2vec": None},
    }


def distance_of(language):
    return 0.0 if language == "eng" else 0.2 + random.Random(language).random() * 0.6


def score_rows(spec, effect=lambda model, intermediate, language: 0.0, drop=lambda cell: False):
    """Rows of scores; `effect` is added to those with an intermediate task, cells that `drop` names lack."""
    languages = {entry["name"]: entry["languages"] for entry in spec["target_tasks"]}
    axes = (spec["models"], spec["intermediate_tasks"], languages, spec["seeds"])
    for model, intermediate, target, seed in itertools.product(*axes):
        size = int(model.rpartition("-")[2])
        for language in languages[target]:
            if drop((model, intermediate, target, seed, language)):
                continue
            noise = random.Random(f"{model}{intermediate}{target}{seed}{language}").gauss(0, 1)
            added = 0 if intermediate == "none" else effect(model, intermediate, language)
            yield {
                "model": model,
                "n_parameters": 10_000_000 * size,
                "n_parameters_total": 100_000_000 * size,
                "intermediate": intermediate,
                "target": target,
                "kind": "token_labels",
                "seed": seed,
                "source_language": "eng",
                "language": language,
                "metric": "accuracy",
                "score": 70 + 4 * size - 40 * distance_of(language) + added + noise,
                "n_examples": 200,
                "split": "test",
                "at_chance": (model, intermediate, target, seed) == ("size-1", "squad", "udpos", 2),
                "key": "0" * 16,
            }


def distance_rows(spec, unknown=()):
    for language in spec["languages"]:
        for distance, features in (("syntactic", 103), ("geographic", 299)):
            value = distance_of(language if distance == "syntactic" else language[::-1])
            yield {
                "source_language": "eng",
                "language": language,
                "distance": distance,
                "provider": "lang2vec_vectors",
                "value": None if language in unknown else 0.0 if language == "eng" else value,
                "n_features_observed": random.Random(language).randint(20, features),
                "n_features": features,
            }


def tables_of(spec, scores, distances):
    """All four tables as lists of rows."""
    scores, distances = list(scores), list(distances)
    metrics = {entry["name"]: entry["metric"] for entry in spec["target_tasks"]}
    deltas = compute(scores, "none", metrics)
    correlations = relate(scores, deltas, distances, {"metrics": metrics, **STATISTICS})
    return {"scores": scores, "deltas": deltas, "distances": distances, "correlations": correlations}


def write(folder, tables):
    """Write the tables as parquet; name -> path."""
    schemas = {name: getattr(columns, name.upper()) for name in tables}
    for name, rows in tables.items():
        artifacts.write_table(folder / f"{name}.parquet", rows, f"key-of-{name}", schemas[name])
    return {name: folder / f"{name}.parquet" for name in tables}
