"""Tables of an invented study for the tests of the report, computed by the workflow's own analysis."""

import itertools
import random

from atlas import artifacts, columns
from atlas.analysis.correlations import relate
from atlas.analysis.deltas import compute
from atlas.analysis.reliability import measure
from atlas.analysis.robustness import summarise
from atlas.report.scaling import INTERACTION, SLOPE

NAMES = "eng deu nld spa fra rus ell hin pes arb tur fin jpn cmn ind tgl swh kor vie tha".split()  # noqa: SIM905
STATISTICS = {
    "min_languages": 6,
    "permutations": 199,
    "bootstrap": 99,
    "seed": 0,
    "families": {},
    "at_chance": "exclude",
}


def spec_of(models=2, intermediates=("none", "mnli", "squad"), targets=3, languages=17, seeds=(1, 2)):
    codes = NAMES[:languages] + [f"x{number:02d}" for number in range(languages - len(NAMES))]
    entry = {"kind": "token_labels", "metric": "accuracy", "metrics": ["accuracy"], "source_language": "eng"}
    entry |= {"trained": True, "languages": codes, "group": "Invented"}
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
        "statistics": STATISTICS,
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
    """All tables as lists of rows; those that are slow to compute are invented."""
    scores, distances = list(scores), list(distances)
    metrics = {entry["name"]: entry["metric"] for entry in spec["target_tasks"]}
    deltas = compute(scores, "none", metrics)
    settings = {"metrics": metrics, "baseline": "none", **STATISTICS}
    return {
        "scores": scores,
        "deltas": deltas,
        "distances": distances,
        "correlations": relate(scores, deltas, distances, settings),
        "reliability": measure(scores, deltas, settings),
        "robustness": summarise(scores, deltas, settings),
        "consistency": list(consistency_rows(spec)),
        "scaling": list(scaling_rows(spec)),
        "influence": influence_rows(),
        "claims": CLAIMS,
    }


def consistency_rows(spec):
    empty = dict.fromkeys(columns.CONSISTENCY.names)
    for model, intermediate, seed in itertools.product(
        spec["models"], spec["intermediate_tasks"], spec["seeds"]
    ):
        place = {"model": model, "intermediate": intermediate, "target": "xnli", "seed": seed}
        for language in spec["languages"]:
            found = {"rankc": 0.7, "overlap": 0.6, "rankc_mean": 0.65, "overlap_mean": 0.5, "n_pairs": 3}
            yield {**empty, **place, "source_language": "eng", "language": language, **found}


def scaling_rows(spec):
    """A slope of -2 per size, and the interaction of all."""
    empty = dict.fromkeys(columns.SCALING.names)
    everything = {"model": "all", "intermediate": "all", "target": "all", "source_language": "eng"}
    measure_ = {"outcome": "delta", "distance": "syntactic", "provider": "lang2vec_vectors"}
    for number, model in enumerate(spec["models"], 1):
        slope = {"term": SLOPE, "estimate": -2.0 * number, "ci_low": -2.0 * number - 1, "ci_high": 0.5}
        yield {**empty, **everything, **measure_, **slope, "model": model}
    estimate = {"estimate": -6.25, "ci_low": -9.0, "ci_high": -3.5, "ci_boot_low": -9.5, "ci_boot_high": -3.0}
    yield {**empty, **everything, **measure_, "term": INTERACTION, **estimate, "note": ""}


def influence_rows():
    left = {"left_out_kind": "family", "left_out": "Invented", "estimate_all": -6.25, "estimate": -5.0}
    place = {"intermediate": "all", "target": "all", "outcome": "delta", "term": INTERACTION}
    measure_ = {"distance": "syntactic", "provider": "lang2vec_vectors", "change": 1.25, "flips": False}
    return [{**dict.fromkeys(columns.INFLUENCE.names), **left, **place, **measure_}]


CLAIMS = [
    {
        "claim": "squad-helps", "statement": "SQuAD helps most.", "source": "Phang et al. 2020, table 2",
        "test": "mean_delta", "verdict": "contradicted", "value": -1.5, "ci_low": -2.5, "ci_high": -0.5,
        "expected": 8.2, "unit": "points", "note": "",
    },
    {
        "claim": "mnli-size", "statement": "MNLI has 392,702 examples.", "source": "Phang et al. 2020",
        "test": "count", "verdict": "not testable", "value": None, "ci_low": None, "ci_high": None,
        "expected": 392702.0, "unit": "examples", "note": "the study has no such table",
    },
]  # fmt: skip


def write(folder, tables):
    """Write the tables as parquet; name -> path."""
    schemas = {name: getattr(columns, name.upper()) for name in tables}
    for name, rows in tables.items():
        artifacts.write_table(folder / f"{name}.parquet", rows, f"key-of-{name}", schemas[name])
    return {name: folder / f"{name}.parquet" for name in tables}
