"""What the stages are told that relate outcomes to distance, size and whatever else differs."""

from atlas.data import pretraining_sizes
from atlas.specs.analysis import headlines
from atlas.study import BASELINE, CELL_COVARIATES


def measure_covariates(study):
    """Where the texts of each target lie, and what is known of languages and models."""
    return {
        "targets": {
            name: {
                "kind": entry["kind"],
                "languages": list(entry["languages"]),
                "source_languages": entry.get("trained_in", [entry["source_language"]]),
                "translated_from_source": entry.get("translated_from_source"),
            }
            for name, entry in study.target_tasks.items()
        },
        "models": {name: entry.get("pretraining") for name, entry in study.models.items()},
        "scripts": {code: entry["script"] for code, entry in study.languages.items()},
        "pretraining": pretraining_sizes.of(study.languages),
    }


def correlate(study):
    """Settings of the correlations, whose covariates are those of languages."""
    settings = _settings(study)
    covariates = [name for name in settings["covariates"] if name not in CELL_COVARIATES]
    return {**settings, "covariates": covariates}


def fit_scaling(study):
    """Settings of the regressions on distance and size."""
    references = study.settings.get("baseline_only", [])
    return {"baseline": BASELINE, "baseline_only": references, **_settings(study)}


def _settings(study):
    return {
        "metrics": headlines(study),
        "families": {code: entry["family"] for code, entry in study.languages.items()},
        **study.statistics,
        "declared": _declared_tests(study),
    }


def _declared_tests(study):
    """Outcomes, and (distance, provider) pairs, of the tests that the study sets out to make.

    By default deltas and gaps against every distance, each by the provider that the study names first.
    """
    declared = study.settings.get("statistics", {}).get("declared", {})
    entries = [study.distances[name] for name in declared.get("distances", study.distances)]
    first = {entry["distance"]: entry["provider"] for entry in reversed(entries)}
    pairs = [[entry["distance"], entry["provider"]] for entry in entries]
    return {
        "outcomes": declared.get("outcomes", ["delta", "gap"]),
        "distances": pairs if "distances" in declared else sorted(map(list, first.items())),
    }
